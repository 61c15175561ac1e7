"""`/v1/prove` and `/v1/search/{id}`: runs begun, followed, fetched and ended."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from serve_running import Running, problem, until

Serve = Callable[..., Awaitable[Running]]


async def begin(running: Running, **wanted: Any) -> str:
    response = await running.client.post("/v1/prove", json=wanted)
    assert response.status_code == 202 and response.json()["status"] in ("queued", "running")
    assert response.headers["location"] == f"/v1/search/{response.json()['id']}"
    return response.json()["id"]


async def standing(running: Running, name: str) -> dict[str, Any]:
    return (await running.client.get(f"/v1/search/{name}")).json()


async def ended(running: Running, name: str) -> dict[str, Any]:
    async def over() -> bool:
        return (await standing(running, name))["status"] not in ("queued", "running")

    await until(over)
    return await standing(running, name)


def frames(text: str) -> list[dict[str, str]]:
    """The events of a stream."""
    return [
        dict(line.split(": ", 1) for line in frame.splitlines()) for frame in text.split("\n\n") if frame.strip(": \n")
    ]


async def test_a_run_and_its_result(running: Running) -> None:
    found = await ended(running, await begin(running, text="theorem", target="t", seconds=5, refute=False))
    assert found["status"] == "done" and found["proved"] and found["error"] is None
    assert found["result"]["schema"] == "leap-prover/result/1" and found["result"]["exit_code"] == 0
    [wanted] = running.work.asked
    assert (wanted.text, wanted.target, wanted.seconds, wanted.refute) == ("theorem", "t", 5, False)


async def test_waiting_for_it(running: Running) -> None:
    response = await running.client.post("/v1/prove?wait=true", json={"statement": "1 = 1", "context": "import Lean"})
    assert response.status_code == 200 and response.json()["proved"]
    [wanted] = running.work.asked
    assert (wanted.text, wanted.statement) == ("import Lean", "1 = 1")


async def test_what_cannot_be_proved_at_all(running: Running) -> None:
    found = await ended(running, await begin(running, text="bad"))
    assert (found["status"], found["error"]["code"], found["result"]) == ("failed", "no_targets", None)


@pytest.mark.parametrize("body", [{}, {"text": "a", "statement": "b"}, {"text": 1}, {"text": "a", "path": "/etc"}])
async def test_a_bad_request(running: Running, body: dict[str, Any]) -> None:
    assert problem(await running.client.post("/v1/prove", json=body)) == (422, "invalid")
    response = await running.client.post("/v1/prove", json={"text": "a", "seconds": 301})
    assert problem(response) == (422, "too_long") and not running.work.asked


async def test_events_and_where_they_go_on(running: Running) -> None:
    name = await begin(running, text="wait")
    seen = ""
    async with running.client.stream("GET", f"/v1/search/{name}/events") as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        async for text in stream.aiter_text():
            seen += text
            if "TargetStarted" in seen:
                break
    first, second = frames(seen)
    assert (first["id"], first["event"], second["id"]) == ("0", "FileOpened", "1")
    assert json.loads(first["data"])["payload"] == {"file": "é"}
    running.work.go.set()
    resumed = await running.client.get(f"/v1/search/{name}/events", headers={"Last-Event-ID": "0"})
    *events, end = frames(resumed.text)
    assert [event["id"] for event in events] == ["1", "2"]
    assert end["event"] == "end" and json.loads(end["data"])["proved"]
    for given, count in (("2", 1), ("99", 1), ("garbage", 4), ("-5", 4), ("9" * 5000, 4)):
        again = await running.client.get(f"/v1/search/{name}/events", headers={"Last-Event-ID": given})
        assert len(frames(again.text)) == count


async def test_cancelling_keeps_what_was_found(running: Running) -> None:
    name = await begin(running, text="wait")
    await until(lambda: bool(running.work.asked))
    found = (await running.client.delete(f"/v1/search/{name}")).json()
    assert found["status"] == "done" and found["result"]["interrupted"] and not found["proved"]
    assert found == await standing(running, name) == (await running.client.delete(f"/v1/search/{name}")).json()


async def test_cancelling_what_waits_for_its_turn(serve: Serve) -> None:
    running = await serve(jobs=1)
    first = await begin(running, text="wait")
    await until(lambda: bool(running.work.asked))
    second = await begin(running, text="wait")
    assert (await standing(running, second))["status"] == "queued"
    assert (await running.client.delete(f"/v1/search/{second}")).json()["status"] == "cancelled"
    [end] = frames((await running.client.get(f"/v1/search/{second}/events")).text)
    assert end["event"] == "end"
    running.work.go.set()
    assert (await ended(running, first))["status"] == "done" and len(running.work.asked) == 1


async def test_a_run_has_a_limit_of_its_own(serve: Serve) -> None:
    running = await serve(run_seconds=0.05)
    found = await ended(running, await begin(running, text="wait"))
    assert found["status"] == "done" and found["result"]["interrupted"]


async def test_old_runs_are_forgotten_and_others_never_known(serve: Serve) -> None:
    running = await serve(kept=2)
    names = [await begin(running, text=f"{n}") for n in range(2)]
    for name in names:
        await ended(running, name)
    await ended(running, await begin(running, text="one more"))
    await begin(running, text="and one")
    for name in (names[0], "1", "../1", "é"):
        for path in (f"/v1/search/{name}", f"/v1/search/{name}/events"):
            assert problem(await running.client.get(path))[0] == 404
        assert problem(await running.client.delete(f"/v1/search/{name}"))[0] == 404
    assert len(running.work.forgotten) == 2 and len(set(names)) == 2 and all(len(name) > 20 for name in names)


async def test_who_stops_reading_events_does_not_end_the_run(running: Running) -> None:
    name = await begin(running, text="wait")
    with pytest.raises(httpx.ReadTimeout):
        await running.client.get(f"/v1/search/{name}/events", timeout=httpx.Timeout(30, read=0.2))
    running.work.go.set()
    assert (await ended(running, name))["proved"]
