"""The interface as it describes itself, tried with requests made from that description."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.core.result import Ok
from schemathesis.python.asgi import HOST
from schemathesis.specs.openapi.checks import positive_data_acceptance
from serve_running import StandIn

from prover.serve.app import create_app
from prover.serve.settings import Settings


@asynccontextmanager
async def _work() -> AsyncIterator[StandIn]:
    work = StandIn()
    work.go.set()
    yield work


@pytest.fixture(scope="module")
def interface() -> schemathesis.BaseSchema:
    app = create_app(Settings(jobs=4, queue=10_000, max_seconds=86_400, stop_seconds=0, names=frozenset({HOST})), _work)
    return schemathesis.openapi.from_asgi("/openapi.json", app)


ROUTES = (
    "POST /v1/check",
    "POST /v1/prove",
    "GET /v1/search/{search_id}",
    "DELETE /v1/search/{search_id}",
    "GET /v1/search/{search_id}/events",
    "GET /v1/health",
    "GET /v1/version",
    "POST /api/check",
    "POST /verify",
    "GET /health",
)


def test_every_route_is_tried(interface: schemathesis.BaseSchema) -> None:
    found = [operation.ok() for operation in interface.get_all_operations() if isinstance(operation, Ok)]
    assert {operation.label for operation in found} == set(ROUTES)


@pytest.mark.parametrize("mode", list(GenerationMode))
@pytest.mark.parametrize("route", ROUTES)
def test_answers_are_as_described(interface: schemathesis.BaseSchema, route: str, mode: GenerationMode) -> None:
    method, path = route.split()
    operation = interface[path][method]
    try:
        cases = operation.as_strategy(generation_mode=mode)

        @settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
        @given(case=cases)
        def tried(case: schemathesis.Case) -> None:
            # What a schema cannot say (ids that differ, one of two fields given) may be refused all the same.
            case.call_and_validate(excluded_checks=[positive_data_acceptance])

        tried()
    except Unsatisfiable:
        pytest.skip("no such request can be made of this route")
