"""A server on a free port of this process, with a stand-in for Lean behind it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Any

import pytest
from serve_running import Running, serving

from prover.serve.settings import Settings


@pytest.fixture
async def serve() -> AsyncIterator[Callable[..., Awaitable[Running]]]:
    """Starts a server with these settings; it ends with the test."""
    async with AsyncExitStack() as stack:

        async def start(**given: Any) -> Running:
            settings = replace(Settings(jobs=2, queue=8, stop_seconds=0.2), **given)
            return await stack.enter_async_context(serving(settings))

        yield start


@pytest.fixture
async def running(serve: Callable[..., Awaitable[Running]]) -> Running:
    """A server without a key."""
    return await serve()
