"""Bytes on a socket that no client library sends: answered or closed, and the server goes on."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from urllib.parse import urlsplit

import pytest
from hostile import as_json, cut_or_garbled, values
from hypothesis import given, settings
from hypothesis import strategies as st
from serve_running import Running, serving, until

from prover.serve.settings import Settings

Serve = Callable[..., Awaitable[Running]]
HOST = b"Host: localhost\r\n"
BODY = as_json({"items": [{"id": "1", "submission": "fine"}]})
CLOSE = b"Connection: close\r\n"
TYPE = b"Content-Type: application/json\r\n"


def post(body: bytes, *headers: bytes) -> bytes:
    length = b"Content-Length: %d\r\n" % len(body)
    return b"POST /v1/check HTTP/1.1\r\n" + HOST + TYPE + length + b"".join(headers) + b"\r\n" + body


@pytest.fixture
async def running(serve: Serve) -> Running:
    return impatient(await serve(body_seconds=0.4))


def impatient(running: Running) -> Running:
    """The server closes connections on which nothing comes; tests do not wait long for that."""
    running.server.config.timeout_keep_alive = 1
    return running


async def sent(running: Running, data: bytes) -> bytes:
    """What the server says to these bytes until it closes."""
    address = urlsplit(running.url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    found = b""
    try:
        async with asyncio.timeout(60):
            writer.write(data)
            await writer.drain()
            while chunk := await reader.read(65536):
                found += chunk
    except ConnectionError:
        pass
    finally:
        writer.close()
    return found


def statuses(answer: bytes) -> list[int]:
    return [int(found) for found in re.findall(rb"HTTP/1\.\d (\d{3})", answer)]


@pytest.mark.parametrize(
    "head",
    [
        b"\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET /\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"\0" * 100,
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET /\xff HTTP/1.1\r\n",
        b"GET / HTTP/1.1\r\n" + HOST + HOST + b"\r\n",
        b"GET / HTTP/1.1\r\nHost: a b\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + HOST + b"A\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + HOST + b" folded: x\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + HOST + b"X: a\0b\r\n\r\n",
        b"GET / HTTP/1.1\nHost: localhost\n\n" + b"x" * 10,
        b"GET / HTTP/1.1\r\n" + HOST + b"X: " + b"a" * 200_000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + HOST + b"X: a\r\n" * 20_000 + b"\r\n",
        b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\n\r\n",
        b"POST /v1/check HTTP/1.1\r\n" + HOST + b"Content-Length: -1\r\n\r\n{}",
        b"POST /v1/check HTTP/1.1\r\n" + HOST + b"Content-Length: 1e3\r\n\r\n{}",
        b"POST /v1/check HTTP/1.1\r\n" + HOST + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}x",
        b"POST /v1/check HTTP/1.1\r\n" + HOST + b"Content-Length: " + b"9" * 30 + b"\r\n\r\n{}",
        b"POST /v1/check HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
        b"POST /v1/check HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n" + b"f" * 40 + b"\r\n{}",
        b"POST /v1/check HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        b"POST /v1/check HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\nContent-Length: 9\r\n\r\n0\r\n\r\n",
        b"GET /v1/version HTTP/1.1\r\n" + HOST + b"Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
        b"CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n",
        b"GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\n\r\n",
        b"GET /../../etc/passwd HTTP/1.1\r\n" + HOST + b"\r\n",
        b"GET /%2e%2e/%00 HTTP/1.1\r\n" + HOST + b"\r\n",
        b"GET /v1/search/%ff%fe HTTP/1.1\r\n" + HOST + b"\r\n",
        b"GET /v1/search/..%2f..%2fx HTTP/1.1\r\n" + HOST + b"\r\n",
    ],
)
async def test_heads_that_are_none(running: Running, head: bytes) -> None:
    answer = await sent(running, head)
    assert all(status in range(200, 500) for status in statuses(answer)), answer[:300]
    assert b"root:" not in answer and not running.work.asked
    assert (await running.check("fine")).status_code == 200


@pytest.mark.parametrize("claimed", [0, 1, len(BODY) - 1])
async def test_a_length_that_is_too_small(running: Running, claimed: int) -> None:
    """What comes after the body is another request, and none that is taken."""
    request = post(BODY).replace(b"Content-Length: %d" % len(BODY), b"Content-Length: %d" % claimed)
    answer = await sent(running, request)
    assert statuses(answer)[0] in (400, 422) and all(status < 500 for status in statuses(answer))
    assert not running.work.asked


async def test_a_length_that_is_too_large(running: Running) -> None:
    request = post(BODY).replace(b"Content-Length: %d" % len(BODY), b"Content-Length: %d" % (len(BODY) + 5))
    assert statuses(await sent(running, request)) == [408]
    assert not running.work.asked
    assert (await running.check("fine")).status_code == 200


async def test_two_requests_in_one_go_get_their_own_answers(running: Running) -> None:
    answer = await sent(running, post(BODY) + post(BODY, CLOSE))
    assert statuses(answer) == [200, 200]


@pytest.mark.parametrize("begun", [b"", b"GET /v1/version HT", b"GET /v1/version HTTP/1.1\r\nHost: local"])
async def test_a_head_that_does_not_come_is_not_waited_for(running: Running, begun: bytes) -> None:
    """Pinned: such a connection stayed open for ever."""
    assert await sent(running, begun) == b""
    assert (await running.check("fine")).status_code == 200


async def test_a_head_that_comes_byte_by_byte_is_not_waited_for(running: Running) -> None:
    address = urlsplit(running.url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)

    async def drip() -> None:
        while not reader.at_eof():
            writer.write(b"G")
            await asyncio.sleep(0.02)

    try:
        async with asyncio.timeout(60):
            dripping = asyncio.ensure_future(drip())
            with suppress(ConnectionError):
                assert await reader.read() == b""
            dripping.cancel()
    finally:
        writer.close()
    await until(lambda: not running.server.server_state.connections)


async def test_a_second_head_is_not_waited_for_either(running: Running) -> None:
    assert statuses(await sent(running, post(BODY) + b"GET /v1/vers")) == [200]


async def test_many_who_say_nothing_keep_nobody_out(serve: Serve) -> None:
    running = await serve(body_seconds=1.0)
    address = urlsplit(running.url)
    idle = [await asyncio.open_connection(address.hostname, address.port) for _ in range(200)]
    try:
        for _, writer in idle:
            writer.write(b"POST /v1/check HTTP/1.1\r\nHost: ")
        assert (await running.check("fine")).status_code == 200
        async with asyncio.timeout(20):
            for reader, _ in idle:
                assert await reader.read() == b""
    finally:
        for _, writer in idle:
            writer.close()


async def test_a_slow_body_is_waited_for_within_bounds(serve: Serve) -> None:
    running = await serve(body_seconds=20)
    address = urlsplit(running.url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    request = post(BODY, CLOSE)
    for at in range(0, len(request), 7):
        writer.write(request[at : at + 7])
        await asyncio.sleep(0.001)
    answer = await reader.read()
    writer.close()
    assert statuses(answer) == [200]


def test_garbled_requests(caplog: pytest.LogCaptureFixture) -> None:
    """Any bytes: every answer is one of ours, none says that the server has a defect."""
    whole = post(BODY, CLOSE)
    texts = st.one_of(
        cut_or_garbled(whole),
        st.binary(max_size=60),
        values.map(lambda value: post(as_json(value), CLOSE)),
        values.map(lambda value: post(as_json({"items": value}), CLOSE)),
        values.map(lambda value: post(as_json({"items": [{"submission": value, "reference": value}]}), CLOSE)),
        values.map(lambda value: post(as_json({"file": value}), CLOSE).replace(b"/v1/check", b"/v1/prove")),
        values.map(lambda value: post(as_json({"codes": [value]}), CLOSE).replace(b"/v1/check", b"/verify")),
        values.map(lambda value: post(as_json({"snippets": [value]}), CLOSE).replace(b"/v1/check", b"/api/check")),
    )

    with asyncio.Runner() as runner:

        @settings(max_examples=20)
        @given(st.lists(texts, min_size=6, max_size=6))
        def tried(requests: list[bytes]) -> None:
            async def all_of_them(running: Running) -> list[bytes]:
                return list(await asyncio.gather(*(sent(running, request) for request in requests)))

            for answer in runner.run(all_of_them(running)):
                assert all(status < 500 or status == 503 for status in statuses(answer)), answer[:300]

        opened = serving(Settings(jobs=2, queue=200, stop_seconds=0.2, body_seconds=0.4))
        running = impatient(runner.run(opened.__aenter__()))
        try:
            with caplog.at_level(logging.ERROR):
                tried()
            assert not caplog.records
        finally:
            runner.run(opened.__aexit__(None, None, None))
