"""How much is done at once, how much waits, who is sent away, and what a client that leaves takes with it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from serve_running import Running, problem, until

Serve = Callable[..., Awaitable[Running]]


async def test_beyond_the_queue_clients_are_told_to_come_again(serve: Serve) -> None:
    running = await serve(jobs=2, queue=3)
    waiting = [asyncio.create_task(running.check("wait")) for _ in range(5)]
    await until(lambda: _counts(running, (2, 3)))
    refused = await running.check("wait")
    assert problem(refused) == (429, "queue_full") and 1 <= int(refused.headers["retry-after"]) <= 60
    assert problem(await running.client.post("/api/check", json={"snippets": [{"id": "1", "code": "x"}]}))[0] == 429
    assert problem(await running.client.post("/v1/prove", json={"text": "x"}))[0] == 429
    running.work.go.set()
    assert [response.status_code for response in await asyncio.gather(*waiting)] == [200] * 5
    assert running.work.most_at_once == 2
    assert (await running.check("fine")).status_code == 200 and await running.counts() == (0, 0)


async def test_a_request_of_many_items_goes_in_whole_or_not_at_all(serve: Serve) -> None:
    running = await serve(jobs=1, queue=3)
    first = asyncio.create_task(running.check("wait 1", "wait 2"))
    await until(lambda: _counts(running, (1, 1)))
    assert problem(await running.check("a", "b", "c")) == (429, "queue_full")
    second = asyncio.create_task(running.check("a", "b"))
    await until(lambda: _counts(running, (1, 3)))
    running.work.go.set()
    assert (await first).status_code == (await second).status_code == 200


async def test_many_items_do_not_stand_before_those_of_others(serve: Serve) -> None:
    """A turn for each request in between, not one request after the other."""
    running = await serve(jobs=1, queue=50)
    many = asyncio.create_task(running.check("wait", *[f"many {n}" for n in range(20)]))
    await running.begun(1)
    one = asyncio.create_task(running.check("one"))
    await until(lambda: _counts(running, (1, 21)))
    running.work.go.set()
    await asyncio.gather(many, one)
    assert running.work.begun.index("one") <= 2


@pytest.mark.parametrize("path", ["/v1/check", "/api/check", "/verify", "/v1/prove?wait=true"])
async def test_who_goes_away_leaves_no_work_behind(serve: Serve, path: str) -> None:
    running = await serve(jobs=1)
    bodies = {
        "/v1/check": {"items": [{"submission": "wait 1"}, {"submission": "wait 2"}]},
        "/api/check": {"snippets": [{"id": "1", "code": "wait 1"}, {"id": "2", "code": "wait 2"}]},
        "/verify": {"codes": [{"custom_id": 1, "proof": "wait 1"}, {"custom_id": 2, "code": "wait 2"}]},
        "/v1/prove?wait=true": {"text": "wait"},
    }
    asking = asyncio.create_task(running.client.post(path, json=bodies[path]))
    await until(lambda: bool(running.work.asked))
    asking.cancel()  # which closes the connection
    await until(lambda: any(line["status"] == 499 for line in running.log))
    assert await running.counts() == (0, 0)
    assert running.work.cancelled == running.work.begun and "wait 2" not in running.work.begun
    assert (await running.check("fine")).status_code == 200


async def test_two_hundred_at_once(serve: Serve) -> None:
    running = await serve(jobs=2, queue=198)

    async def one(number: int) -> bool:
        texts = [f"text {number}"] if number % 4 else [f"bad {number}"]
        response = await running.check(*texts)
        [item] = response.json()["items"]
        return item["code"] == ("consistent" if number % 4 else "missing_import")

    assert all(await asyncio.gather(*(one(number) for number in range(200))))
    assert len(running.work.begun) == 200 and running.work.most_at_once == 2


async def _counts(running: Running, expected: tuple[int, int]) -> bool:
    return await running.counts() == expected
