"""What every request passes before a route sees it: host, origin, key, size; and what is logged of it."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING

from starlette.datastructures import Headers

from prover.serve.access_log import AccessLog, Entry
from prover.serve.refusal import Refusal
from prover.serve.settings import Settings

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_log = logging.getLogger("prover.serve")
#: Whether the server lives may be asked without a key.
OPEN_PATHS = frozenset({"/", "/health", "/health/", "/v1/health"})
#: Requests beyond the queue's room whose bodies may be read at once.
_SPARE_REQUESTS = 100
#: A body that is not wanted is still read up to this size, so that its sender reads the answer.
_DRAINED_BYTES = 64 * 1024 * 1024
_DRAIN_SECONDS = 5.0
_HEADERS = ((b"x-content-type-options", b"nosniff"), (b"cache-control", b"no-store"))


class ClientGone(Exception):
    """The client went away before its request was there."""


class Guard:
    """An application around another one. The whole body is read here, in bounds of size and time."""

    def __init__(self, app: ASGIApp, settings: Settings, log: AccessLog) -> None:
        self._app = app
        self._settings = settings
        self._log = log
        self._key = _digest(settings.key)
        self._inside = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await self._request(scope, receive, send)

    async def _request(self, scope: Scope, receive: Receive, send: Send) -> None:
        entry = self._log.begin(scope)
        reader = _Reader(receive, entry)

        async def noted(message: Message) -> None:
            if message["type"] == "http.response.start":
                entry.status = message["status"]
                message = {**message, "headers": [*message.get("headers", ()), *_HEADERS]}
            entry.bytes_out += len(message.get("body", b""))
            await send(message)

        try:
            await self._passed(scope, reader, noted)
        except Refusal as refusal:
            if refusal.status != 408:
                await reader.drain()
            await _answer(noted, refusal, {"Connection": "close"})
        except ClientGone:
            entry.status = 499
        except Exception:
            _log.exception("a request ended with a defect: %s %s", entry.method, entry.path)
            if entry.status:
                raise
            await _answer(noted, Refusal(500, "internal", "a defect of the server", "its log says more"), {})
        finally:
            self._log.end(entry)

    async def _passed(self, scope: Scope, reader: _Reader, send: Send) -> None:
        self._examine(scope)
        if self._inside >= self._settings.capacity + _SPARE_REQUESTS:
            raise Refusal(429, "too_many_requests", "too many requests at once", headers={"Retry-After": "1"})
        self._inside += 1
        try:
            body = await reader.body(self._settings.max_bytes, self._settings.body_seconds)
            await self._app(scope, reader.after(body), send)
        finally:
            self._inside -= 1

    def _examine(self, scope: Scope) -> None:
        settings, headers = self._settings, Headers(scope=scope)
        host = headers.get("host", "")
        if not settings.admits_host(host) or len(headers.getlist("host")) != 1:
            raise Refusal(
                421, "bad_host", "this server does not go by the name in Host", "start it with --allow-host NAME"
            )
        origin = headers.get("origin")
        if origin is not None and not settings.admits_origin(origin, host):
            raise Refusal(
                403, "bad_origin", "pages of other origins may not ask", "start it with --allow-origin ORIGIN"
            )
        if settings.key and scope["path"] not in OPEN_PATHS and not self._has_key(headers):
            raise Refusal(
                401,
                "unauthorized",
                "the key is missing or wrong",
                "send Authorization: Bearer KEY",
                {"WWW-Authenticate": "Bearer"},
            )

    def _has_key(self, headers: Headers) -> bool:
        shown = headers.get("authorization", "")
        scheme, _, key = shown.partition(" ")
        # Kimina's server takes a bare key too.
        key = key.strip() if scheme.lower() == "bearer" else shown.strip()
        return hmac.compare_digest(_digest(key), self._key)


class _Reader:
    """The body of one request, and what comes after it."""

    def __init__(self, receive: Receive, entry: Entry) -> None:
        self._receive = receive
        self._entry = entry
        self._more = True

    async def body(self, limit: int, seconds: float) -> bytes:
        """The whole of it. Raises `Refusal` for one that is too long or takes too long to come."""
        found = bytearray()
        try:
            async with asyncio.timeout(seconds):
                while self._more:
                    found += await self._chunk()
                    if len(found) > limit:
                        raise Refusal(
                            413, "too_large", f"a request may have {limit} bytes", "send its items in several requests"
                        )
        except TimeoutError:
            raise Refusal(408, "too_slow", f"the body did not come within {seconds:g} s") from None
        return bytes(found)

    async def drain(self) -> None:
        """Reads what else of the body comes soon, and drops it."""
        try:
            async with asyncio.timeout(_DRAIN_SECONDS):
                while self._more and self._entry.bytes_in < _DRAINED_BYTES:
                    await self._chunk()
        except (TimeoutError, ClientGone):
            pass

    async def _chunk(self) -> bytes:
        message = await self._receive()
        if message["type"] == "http.disconnect":
            self._more = False
            raise ClientGone
        self._more = message.get("more_body", False)
        chunk: bytes = message.get("body", b"")
        self._entry.bytes_in += len(chunk)
        return chunk

    def after(self, body: bytes) -> Receive:
        """What the application behind reads: the body in one piece, then what the client does."""
        first: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive() -> Message:
            return first.pop() if first else await self._receive()

        return receive


async def _answer(send: Send, refusal: Refusal, further: Mapping[str, str]) -> None:
    body = json.dumps(refusal.body, ensure_ascii=False).encode()
    headers = {
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        **refusal.headers,
        **further,
    }
    raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": refusal.status, "headers": raw})
    await send({"type": "http.response.body", "body": body})


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode(errors="replace")).digest()
