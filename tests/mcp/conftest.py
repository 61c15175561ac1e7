"""A server whose prover is a stand-in, and clients of it in this process, in both eras of the protocol."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest
from mcp.client.client import Client
from mcp_stand_in import TEXT, StandIn

from prover.mcp.roots import Roots
from prover.mcp.searches import Searches
from prover.mcp.server import create_server
from prover.mcp.tool import Desk


@pytest.fixture
def prover() -> StandIn:
    return StandIn()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The server's one root, with a file in it."""
    folder = tmp_path / "root"
    folder.mkdir()
    (folder / "F.lean").write_text(TEXT)
    return folder


@pytest.fixture
def desk(prover: StandIn, root: Path) -> Desk:
    made: Any = prover
    return Desk(made, Roots.of([root]), Searches(made, kept=2), writes=True)


@pytest.fixture(params=["legacy", "auto"])
async def connect(
    request: pytest.FixtureRequest, desk: Desk
) -> AsyncIterator[Callable[..., AbstractAsyncContextManager[Client]]]:
    """Clients of `desk`, or of another one; searches that a test leaves in the background end with it."""
    desks = [desk]

    def to(over: Desk = desk, **options: Any) -> Client:
        desks.append(over)
        return Client(create_server(over), mode=request.param, **options)

    yield to
    for used in desks:
        await used.searches.close()
