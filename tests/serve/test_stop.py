"""A server that is stopped: what is under way is finished, or given up and answered so."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import httpx
import pytest
from serve_running import Running, until

from prover.core.errors import UserError
from prover.serve.server import listening

Serve = Callable[..., Awaitable[Running]]


async def test_what_is_under_way_is_finished(serve: Serve) -> None:
    running = await serve(jobs=1, stop_seconds=30)
    work = asyncio.create_task(running.check("wait", "a", "b"))
    await running.begun(1)
    running.server.should_exit = True
    await until(lambda: _refuses(running))
    running.work.go.set()
    answer = (await work).json()
    assert [item["code"] for item in answer["items"]] == ["consistent"] * 3
    await until(lambda: not running.server.servers[0].is_serving())


async def test_what_takes_too_long_is_given_up_and_the_rest_is_not_lost(serve: Serve) -> None:
    running = await serve(jobs=1, stop_seconds=0.1)
    check = asyncio.create_task(running.check("a", "wait", "b"))
    told = asyncio.create_task(
        running.client.post("/api/check", json={"snippets": [{"id": "1", "code": "wait"}]}),
    )
    await running.begun(2)
    running.server.should_exit = True
    items = (await check).json()["items"]
    assert [item["code"] for item in items] == ["consistent", "stopping", "stopping"]
    assert items[1]["error"]["hint"] == "ask again"
    [result] = (await told).json()["results"]
    assert "[stopping]" in result["error"]


async def test_runs_keep_what_they_found(serve: Serve) -> None:
    running = await serve(stop_seconds=0.1)
    run = asyncio.create_task(running.client.post("/v1/prove?wait=true", json={"text": "wait"}))
    await until(lambda: bool(running.work.asked))
    running.server.should_exit = True
    found = (await run).json()
    assert found["status"] == "done" and found["result"]["interrupted"]


async def test_a_port_that_is_taken(running: Running) -> None:
    with pytest.raises(UserError) as refused:
        listening("127.0.0.1", int(running.url.rpartition(":")[2]))
    assert refused.value.code == "address"


async def _refuses(running: Running) -> bool:
    """Whether nobody can connect any more."""
    try:
        async with httpx.AsyncClient() as client:
            await client.get(f"{running.url}/v1/health")
    except httpx.TransportError:
        return True
    return False
