"""One warm pool for every test with a real Lean: a cold start costs seconds and most of a gigabyte."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from prover.lean import LeanEngine, Pool, PoolLimits
from prover.lean.bundled import bundled
from prover.lean.embedded import EmbeddedEngine


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/lean/" in item.path.as_posix() and not item.get_closest_marker("lean"):
            item.add_marker(pytest.mark.lean)


@pytest.fixture(scope="session")
def engine() -> LeanEngine:
    return EmbeddedEngine.open(bundled("lean_project"))


@pytest.fixture(scope="session")
async def pool(engine: LeanEngine) -> AsyncIterator[Pool]:
    async with Pool(engine, PoolLimits(size=3, spares=0)) as shared:
        yield shared
