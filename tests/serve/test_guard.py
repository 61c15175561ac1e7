"""Host, origin, key, size and time: what a request must pass before anything is done for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from urllib.parse import urlsplit

import pytest
from serve_running import Running, problem

from prover.core.errors import UserError
from prover.serve.settings import Settings, host_name

Serve = Callable[..., Awaitable[Running]]
KEY = "a-key-that-nobody-guesses"


@pytest.mark.parametrize("host", ["127.0.0.1:1", "localhost", "LOCALHOST:80", "[::1]:8000", "127.1.2.3"])
async def test_this_machine_by_its_names(running: Running, host: str) -> None:
    assert (await running.client.get("/v1/version", headers={"Host": host})).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "192.0.2.1", "localhost.evil", ""])
async def test_other_names_are_refused(running: Running, host: str) -> None:
    """A page that makes its name point here sends that name."""
    assert problem(await running.client.get("/v1/health", headers={"Host": host})) == (421, "bad_host")


def test_who_listens_to_others_goes_by_addresses_and_given_names() -> None:
    settings = Settings(host="0.0.0.0", names=frozenset({"lean.example"}))
    assert all(settings.admits_host(host) for host in ("192.0.2.1:8000", "lean.example", "[2001:db8::1]:8000"))
    assert not settings.admits_host("evil.example")
    assert host_name("[::1]:80") == "::1"


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1"])
async def test_pages_of_other_origins_are_refused(running: Running, origin: str) -> None:
    response = await running.client.post("/v1/check", headers={"Origin": origin}, content="{}")
    assert problem(response) == (403, "bad_origin")
    assert "access-control-allow-origin" not in response.headers and not running.work.asked


async def test_its_own_and_given_origins_may_ask(serve: Serve) -> None:
    running = await serve(origins=frozenset({"https://pages.example"}))
    for origin in (running.url, "https://pages.example"):
        assert (await running.client.get("/v1/version", headers={"Origin": origin})).status_code == 200


async def test_the_key(serve: Serve) -> None:
    running = await serve(key=KEY)
    for shown in (
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": "Basic " + KEY},
        {"Authorization": "Bearer"},
    ):
        response = await running.client.get("/v1/version", headers=shown)
        assert problem(response) == (401, "unauthorized") and response.headers["www-authenticate"] == "Bearer"
    for shown in (f"Bearer {KEY}", f"bearer {KEY}", KEY):
        assert (await running.client.get("/v1/version", headers={"Authorization": shown})).status_code == 200
    for path in ("/health", "/health/", "/", "/v1/health"):
        assert (await running.client.get(path)).status_code == 200
    assert problem(await running.client.get("/openapi.json"))[0] == 401
    assert KEY not in "".join(running.lines) and KEY not in repr(Settings(key=KEY))


def test_others_are_not_served_without_a_key() -> None:
    for host in ("0.0.0.0", "::", "192.0.2.1", "lean.example"):
        with pytest.raises(UserError) as refused:
            Settings(host=host).checked()
        assert refused.value.code == "key_required"
        Settings(host=host, key=KEY).checked()
    for host in ("127.0.0.1", "::1", "localhost"):
        Settings(host=host).checked()
    for key in ("short", "x" * 15, "é" * 20, "x" * 20 + "\n"):
        with pytest.raises(UserError) as refused:
            Settings(key=key).checked()
        assert refused.value.code == "weak_key" and key not in refused.value.message


async def test_large_bodies_are_refused_and_the_answer_arrives(running: Running) -> None:
    big = b'{"items": "' + b"x" * 10_000_000 + b'"}'

    async def pieces() -> AsyncIterator[bytes]:
        for at in range(0, len(big), 100_000):
            yield big[at : at + 100_000]

    for content in (big, pieces()):
        response = await running.client.post("/v1/check", content=content)
        assert problem(response) == (413, "too_large")
    assert (await running.check("fine")).status_code == 200
    assert [line["status"] for line in running.log] == [413, 413, 200]
    assert all(line["bytes_in"] == len(big) for line in running.log[:2])


async def test_a_body_that_does_not_come(serve: Serve) -> None:
    running = await serve(body_seconds=0.1)
    address = urlsplit(running.url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    head = "POST /v1/check HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50\r\nContent-Type: application/json\r\n\r\n{"
    writer.write(head.encode())
    assert b" 408 " in await reader.readline()
    writer.close()
    assert (await running.check("fine")).status_code == 200


async def test_the_log_says_who_asked_what_and_nothing_of_it(running: Running) -> None:
    await running.client.post("/v1/check?secret=1", json={"items": [{"submission": "secret"}]})
    [line] = running.log
    assert set(line) == {"time", "client", "method", "path", "status", "seconds", "bytes_in", "bytes_out"}
    assert (line["method"], line["path"], line["status"]) == ("POST", "/v1/check", 200)
    assert "secret" not in running.lines[0] and line["bytes_in"] > 0 and line["bytes_out"] > 0


async def test_answers_are_not_kept_or_guessed_at(running: Running) -> None:
    for path in ("/v1/version", "/nowhere"):
        headers = (await running.client.get(path)).headers
        assert headers["cache-control"] == "no-store" and headers["x-content-type-options"] == "nosniff"
        assert "server" not in headers
