"""`/v1/check`: what is asked of the ladder, what comes back, and what a bad request gets."""

from __future__ import annotations

import asyncio
import json

import pytest
from serve_running import Running, problem

from prover.verify import Limits, Policy


async def test_items_come_back_in_order_with_their_ids(running: Running) -> None:
    items = [{"id": f"é{n}", "submission": "bad" if n % 3 == 1 else f"text {n}"} for n in range(8)]
    answer = (await running.client.post("/v1/check", json={"items": items})).json()
    assert answer["schema"] == "leap-prover/checks/1"
    assert (answer["engine"], answer["lean_version"]) == ("none", "4.0.0")
    assert [item["id"] for item in answer["items"]] == [item["id"] for item in items]
    assert [item["code"] for item in answer["items"]] == [
        "missing_import" if n % 3 == 1 else "consistent" for n in range(8)
    ]
    assert sorted(running.work.begun) == sorted(item["submission"] for item in items)
    assert running.work.most_at_once == 2


async def test_a_verdict_is_told_as_the_command_tells_it(running: Running) -> None:
    [item] = (await running.check("text", reference="given")).json()["items"]
    assert item["accepted"] and item["code"] == "proved" and item["error"] is None
    assert item["verdicts"] == {"t": {"code": "proved", "report": {}, "axioms": ["propext"]}}


async def test_what_goes_wrong_with_an_item_is_told_with_it(running: Running, caplog: pytest.LogCaptureFixture) -> None:
    response = await running.check("fine", "bad", "lost", "bug", "fine")
    assert response.status_code == 200
    items = response.json()["items"]
    assert [item["code"] for item in items] == ["consistent", "missing_import", "crashed", "internal", "consistent"]
    assert [item["error"] and item["error"]["code"] for item in items] == [
        None, "missing_import", "crashed", "internal", None,
    ]  # fmt: skip
    assert items[1]["error"]["hint"] == "leave it out" and not items[1]["accepted"] and not items[1]["verdicts"]
    assert "ZeroDivisionError" in caplog.text and "ZeroDivisionError" not in response.text


async def test_all_that_is_asked_for_reaches_the_ladder(running: Running) -> None:
    wanted = {"reference": "r", "targets": ["a", "b"], "policy": "proof", "strict": True, "allow": ["native"]}
    await running.check("text", **wanted, seconds=7, heartbeats=9)
    [item] = running.work.asked
    assert (item.submission, item.reference, item.targets, item.policy) == ("text", "r", ("a", "b"), Policy.PROOF)
    assert (item.strict, item.allowed_axioms, item.limits) == (True, ("native",), Limits(7, 9))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", (422, "invalid")),
        (b"\x00\xff garbage", (400, "not_json")),
        (b'{"items": [', (400, "not_json")),
        (b"[" * 100_000, (400, "bad_request")),
        (b"[]", (422, "invalid")),
        (b'"text"', (422, "invalid")),
        (b'{"items": []}', (422, "invalid")),
        (b'{"items": [{}]}', (422, "invalid")),
        (b'{"items": [{"submission": 5}]}', (422, "invalid")),
        (b'{"items": [{"submission": "\\ud800"}]}', (422, "invalid")),
        (b'{"items": [{"submission": "x", "\\udfff": 1}]}', (422, "invalid")),
        (b'{"items": [{"submission": "x", "path": "/etc/passwd"}]}', (422, "invalid")),
        (b'{"items": [{"submission": "x", "seconds": "5"}]}', (422, "invalid")),
        (b'{"items": [{"submission": "x", "seconds": NaN}]}', (422, "invalid")),
        (b'{"items": [{"submission": "x", "seconds": -1}]}', (422, "invalid")),
        (b'{"items": [{"submission": "x", "seconds": 1e9}]}', (422, "invalid")),
        (b'{"items": [{"submission": "x", "seconds": 301}]}', (422, "too_long")),
        (b'{"items": [{"submission": "x", "policy": "none"}]}', (422, "invalid")),
    ],
)
async def test_a_bad_request_is_refused_as_a_whole(running: Running, body: bytes, expected: tuple[int, str]) -> None:
    response = await running.client.post("/v1/check", content=body, headers={"Content-Type": "application/json"})
    assert problem(response) == expected
    assert not running.work.asked and "passwd" not in response.text


async def test_a_body_that_is_not_said_to_be_json(running: Running) -> None:
    body = b'{"items": [{"submission": "x"}]}'
    for said in ({}, {"Content-Type": "text/plain"}, {"Content-Type": "application/x-www-form-urlencoded"}):
        assert problem(await running.client.post("/v1/check", content=body, headers=said)) == (415, "content_type")
    assert not running.work.asked


async def test_more_items_than_there_is_ever_room_for(running: Running) -> None:
    assert problem(await running.check(*["text"] * 11)) == (413, "too_many_items")
    assert (await running.check(*["text"] * 10)).status_code == 200


async def test_unknown_routes_and_methods(running: Running) -> None:
    assert problem(await running.client.get("/v1/nothing")) == (404, "no_route")
    assert problem(await running.client.get("/../../etc/passwd")) == (404, "no_route")
    response = await running.client.get("/v1/check")
    assert problem(response) == (405, "method") and response.headers["allow"] == "POST"


async def test_bytes_that_are_no_request(running: Running) -> None:
    host, port = running.url.removeprefix("http://").split(":")
    for sent in (b"\x16\x03\x01\x02\x00\x01\x00", b"GET / HTTP/1.1\r\n" + b"x" * 100_000, b"\r\n\r\n"):
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(sent)
        writer.write_eof()
        await reader.read()
        writer.close()
    assert (await running.check("fine")).status_code == 200


async def test_the_interface_is_described(running: Running) -> None:
    described = json.loads((await running.client.get("/openapi.json")).text)
    for routes in described["paths"].values():
        for route in routes.values():
            assert route["summary"] and route["description"] and {"401", "429"} <= set(route["responses"])
            assert route["responses"]["422"]["content"]["application/json"]["schema"]["$ref"].endswith("/ErrorBody")
    assert (await running.client.get("/docs")).status_code == 404
