"""The interface as it describes itself, tried with requests made from that description."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance
from serve_running import StandIn

from prover.serve.app import create_app
from prover.serve.settings import Settings

URL = "http://127.0.0.1"


@asynccontextmanager
async def _work() -> AsyncIterator[StandIn]:
    work = StandIn()
    work.go.set()
    yield work


@pytest.fixture(scope="module")
def interface() -> schemathesis.BaseSchema:
    app = create_app(Settings(jobs=4, queue=10_000, max_seconds=86_400, stop_seconds=0), _work)
    return schemathesis.openapi.from_asgi("/openapi.json", app, base_url=URL)


schema = schemathesis.pytest.from_fixture("interface")


@schema.parametrize()
@settings(max_examples=25, suppress_health_check=list(HealthCheck))
def test_answers_are_as_described(case: schemathesis.Case) -> None:
    # What cannot be written in a schema (ids that differ, one of two fields given) may be refused all the same.
    case.call_and_validate(excluded_checks=[positive_data_acceptance])
