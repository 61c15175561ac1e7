"""One HTTP address that answers JSON: what comes back is bounded, and the key goes nowhere else."""

from __future__ import annotations

import importlib
import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from prover.core.errors import ModelError, UserError
from prover.core.visible import visible

#: A server that takes longer than this to accept a connection counts as not there.
_CONNECT_SECONDS = 10.0
#: What a request tells the server beside its body. (The openai package adds the platform, and from the environment
#: an organization, a project and headers of the user's: they are for OpenAI only.)
_HEADERS = frozenset({"host", "accept", "connection", "user-agent", "content-type", "content-length"})
_SHOWN = 300
#: Keys of fewer characters are those of servers that ask for none (`EMPTY`); they may be words of an answer.
_SECRET = 16


@dataclass(frozen=True, slots=True)
class Received:
    """An HTTP response: `status`, `headers` with names in lower case, `body`."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class _TooLarge(Exception):
    """The reply passed the bound; what came of it was thrown away."""


def is_loopback(url: str) -> bool:
    """Whether a base URL names this machine itself."""
    host = urlsplit(url).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def check_address(url: str, source: str) -> None:
    """Raises `UserError` (`model_address`) for what is no base URL of a server; `source`: where it was given."""
    try:
        parts = urlsplit(url)
        whole = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        whole = False
    if not whole or not url.isprintable() or " " in url:
        # The address is not shown: it may hold a password.
        raise UserError(
            f"{source} is no address of a server",
            code="model_address",
            hint="it begins with http:// or https:// and ends, for most servers, in /v1",
        )


class Endpoint:
    """Requests to the server at `base_url`, with `key` as the bearer's token (empty: none).

    `name` is what errors call the model. `hosted`: it is OpenAI's own service, which is also told what the openai
    package reads from the environment (organization, project). A reply of more than `reply_bytes` is cut off while it
    comes in. Redirections are not followed: prompts and key go to the address given, or nowhere. Proxies of the
    environment are used, but not for this machine.
    """

    def __init__(self, name: str, base_url: str, key: str, *, hosted: bool, reply_bytes: int) -> None:
        check_address(base_url, f"the address of {name}")
        if not (key.isascii() and key.isprintable()) or " " in key:
            # An error from below would quote it.
            raise UserError(f"the key for {name} holds characters that no key has", code="model_key")
        self.name = name
        self.host = re.sub(r"^.*@", "", urlsplit(base_url).netloc)
        self._base_url = base_url
        self._key = key
        self._hosted = hosted
        self._bound = reply_bytes
        self._closed = False
        self._client: Any = None
        self._http: Any = None

    def open(self) -> Any:
        """The client, made on first use. No request is sent. Raises `ModelError` (`model_closed`)."""
        if self._closed:
            raise ModelError(f"{self.name} is closed", code="model_closed")
        if self._client is None:
            import openai

            http = openai.DefaultAsyncHttpxClient(
                timeout=openai.Timeout(None, connect=_CONNECT_SECONDS),
                follow_redirects=False,
                trust_env=not is_loopback(self._base_url),
            )
            # httpx or httpx2, whichever this openai package is made with.
            base = next(kind for kind in type(http).__mro__ if kind.__name__ == "AsyncClient")
            self._http = importlib.import_module(base.__module__.partition(".")[0])
            http.event_hooks = {"request": [self._trim], "response": [_bounding(self._http, self._bound)]}
            self._client = openai.AsyncOpenAI(
                api_key=self._key or "none", base_url=self._base_url, max_retries=0, http_client=http
            )
        return self._client

    async def post(self, path: str, body: Mapping[str, object]) -> Received:
        """The response, whatever its status. Raises `ModelError`: `model_unreachable`, or `model_reply` for one that
        is too large."""
        client = self.open()
        return await self._receive(client.post(path, cast_to=self._http.Response, body=body))

    async def get(self, path: str) -> Received:
        """As `post`."""
        client = self.open()
        return await self._receive(client.get(path, cast_to=self._http.Response))

    def shown(self, text: str) -> str:
        """What a server said, fit for an error: one line, bounded, nothing hidden, without the key."""
        if self._key:
            text = text.replace(self._key, "…")
        text = visible(" ".join(text[: 4 * _SHOWN].split()))
        return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"

    async def close(self) -> None:
        """Closes the connections. Closing twice is harmless."""
        self._closed = True
        client, self._client = self._client, None
        if client is not None:
            await client.close()

    async def _receive(self, request: Any) -> Received:
        import openai

        try:
            response = await request
        except openai.APIStatusError as error:
            response = error.response
        except (openai.APIConnectionError, self._http.HTTPError, _TooLarge) as error:
            raise self._broken(error) from None
        return Received(response.status_code, dict(response.headers), self._without_key(response.content))

    def _without_key(self, body: bytes) -> bytes:
        """A body as it is read, and may be recorded: a server that echoes requests tells the key in its answers."""
        return body.replace(self._key.encode(), "…".encode()) if len(self._key) >= _SECRET else body

    def _broken(self, error: Exception) -> ModelError:
        causes = [error, error.__cause__]
        if any(isinstance(cause, _TooLarge) for cause in causes):
            return ModelError(
                f"{self.name}: {self.host} sent more than {self._bound} bytes", code="model_reply", hint="see its log"
            )
        cause = error.__cause__ or error
        said = self.shown(str(cause)) or type(cause).__name__
        return ModelError(
            f"{self.name}: no answer from {self.host} ({said})",
            code="model_unreachable",
            hint="is the server running, and its address right?",
            transient=True,
        )

    async def _trim(self, request: Any) -> None:
        """Leaves of the headers what the server is to know; replies come uncompressed, so that their size is known."""
        if not self._hosted:
            for name in set(request.headers) - _HEADERS:
                del request.headers[name]
            if self._key:
                request.headers["authorization"] = f"Bearer {self._key}"
        request.headers["accept-encoding"] = "identity"


def _bounding(http: Any, bound: int) -> Any:
    """A hook for responses: it puts a counter around the body before any of it is read."""

    class Counted(http.AsyncByteStream):
        def __init__(self, stream: Any) -> None:
            self._stream = stream

        async def __aiter__(self) -> Any:
            size = 0
            async for chunk in self._stream:
                size += len(chunk)
                if size > bound:
                    raise _TooLarge
                yield chunk

        async def aclose(self) -> None:
            await self._stream.aclose()

    async def hook(response: Any) -> None:
        announced = response.headers.get("content-length", "")
        if announced.isdecimal() and int(announced) > bound:
            raise _TooLarge
        if response.headers.get("content-encoding", "identity") != "identity":
            raise _TooLarge  # asked not to: how much it unpacks to is not known
        response.stream = Counted(response.stream)

    return hook
