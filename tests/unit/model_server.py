"""A model server on loopback that keeps to OpenAI's protocol, with faults that a test scripts.

    with ModelServer() as server:
        server.faults += [Gone(), Says(429, headers={"Retry-After": "0"})]   # for the next two requests
        async with opened(server) as model: ...

It writes what `writes` says, else short texts that depend on seed and number alone.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import select
import socket
import threading
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, cast

from prover.model.openai import OpenAIModel


@dataclass(frozen=True)
class Asked:
    """One request. `text`: the prompt, or all turns."""

    path: str
    headers: Mapping[str, str]
    body: Mapping[str, Any]

    @property
    def chat(self) -> bool:
        return self.path.endswith("/chat/completions")

    @property
    def text(self) -> str:
        if self.chat:
            return "\n".join(str(turn["content"]) for turn in self.body["messages"])
        return str(self.body["prompt"])

    @property
    def n(self) -> int:
        return int(self.body.get("n", 1))


@dataclass(frozen=True)
class Gone:
    """The connection ends before anything is said."""


@dataclass(frozen=True)
class Cut:
    """The connection ends after so many bytes of the body."""

    after: int = 20


@dataclass(frozen=True)
class Says:
    """This instead of an answer; a `str` goes out as it stands."""

    status: int = 200
    body: object = ""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True)
class Large:
    """An answer whose text has so many characters; None: a body that never ends."""

    characters: int | None = None


@dataclass(frozen=True)
class Silent:
    """Nothing is said; `begun`: but for the head of the response and a first byte."""

    begun: bool = False


Fault = Gone | Cut | Says | Large | Silent


class ModelServer:
    """Use it as a context; attributes may be changed while it runs.

    `names` of its models, `owner` of them; `key` it asks for; `completes`, `chats`: paths it has; `most`: samples of
    one request, whatever `n` says; `refuses`: parameters that are an error, named in it if `names_refused`;
    `logprobs`, `usage`: whether it gives them; `busy_above`: requests at a time, more are told 429. `faults`: for the
    next requests, in this order; `fault_of`: for a request. `calls_of`: the `tool_calls` it gives to a conversation
    that has tools. While `gate` is not set, nobody is answered. `asked`: all requests in the order they came;
    `answered`: texts in requests that got a whole answer; `most_at_once`.
    """

    def __init__(self, writes: Callable[[Asked], Sequence[str]] | None = None) -> None:
        self.writes = writes
        self.names: tuple[str, ...] = ("tiny", "other")
        self.owner = "somebody"
        self.key = ""
        self.chats = self.completes = True
        self.most: int | None = None
        self.refuses: frozenset[str] = frozenset()
        self.names_refused = True
        self.logprobs = True
        self.usage = True
        self.busy_above: int | None = None
        self.faults: deque[Fault] = deque()
        self.calls_of: Callable[[Asked], object] = lambda asked: None
        self.fault_of: Callable[[Asked], Fault | None] = lambda asked: None
        self.gate = threading.Event()
        self.gate.set()
        self.asked: list[Asked] = []
        self.answered: Counter[str] = Counter()
        self.most_at_once = self.at_once = 0
        self.closing = False
        self.lock = threading.Lock()
        self._server = _Listener(self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/v1"

    def __enter__(self) -> ModelServer:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Ends it as a crash would: connections are cut, the port refuses. Closing twice is harmless."""
        if self.closing:
            return
        self.closing = True
        self.gate.set()
        self._server.shutdown()
        self._server.cut_all()
        self._server.server_close()
        self._thread.join()

    @contextlib.contextmanager
    def entered(self) -> Iterator[bool]:
        """Counts a request; whether there is room for it."""
        with self.lock:
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
            room = self.busy_above is None or self.at_once <= self.busy_above
        try:
            yield room
        finally:
            with self.lock:
                self.at_once -= 1

    def fault(self, asked: Asked) -> Fault | None:
        with self.lock:
            self.asked.append(asked)
            return self.faults.popleft() if self.faults else self.fault_of(asked)

    def refusal(self, asked: Asked) -> Says | None:
        """What a careful server says to a request that it does not take."""
        if self.key and asked.headers.get("authorization") != f"Bearer {self.key}":
            return _error(
                401, f"Incorrect API key provided: {asked.headers.get('authorization')}", code="invalid_api_key"
            )
        if not (self.chats if asked.chat else self.completes):
            return Says(404, {"detail": "Not Found"})
        if asked.body.get("model") not in self.names:
            return _error(404, f"The model `{asked.body.get('model')}` does not exist", code="model_not_found")
        for name in sorted(self.refuses & set(asked.body)):
            named = self.names_refused
            message = f"Unsupported parameter: '{name}' is not supported" if named else "Bad request"
            return _error(400, message, "unsupported_parameter", name) if named else _error(400, message)
        return None

    def answer(self, asked: Asked) -> dict[str, Any]:
        n = min(asked.n, self.most or asked.n)
        texts = list(self.writes(asked))[:n] if self.writes else [f"exact h{_seed(asked)}_{i}" for i in range(n)]
        choices = [self._choice(asked, index, text) for index, text in enumerate(texts)]
        tokens = sum(min(len(_pieces(text)), _limit(asked)) for text in texts)
        reply: dict[str, Any] = {"id": "x", "model": asked.body["model"], "choices": choices}
        if self.usage:
            reply["usage"] = {"prompt_tokens": len(_pieces(asked.text)), "completion_tokens": tokens}
        return reply

    def _choice(self, asked: Asked, index: int, text: str) -> dict[str, Any]:
        pieces = _pieces(text)
        kept = pieces[: _limit(asked)]
        choice: dict[str, Any] = {"index": index, "finish_reason": "stop" if kept == pieces else "length"}
        text, values = "".join(kept), [log_probability(piece) for piece in kept]
        if asked.chat:
            choice["message"] = {"role": "assistant", "content": text}
            calls = self.calls_of(asked) if asked.body.get("tools") else None
            if calls:
                choice["message"] |= {"content": text or None, "tool_calls": calls}
                choice["finish_reason"] = "tool_calls"
            listed: Any = {"content": [{"token": t, "logprob": v} for t, v in zip(kept, values, strict=True)]}
        else:
            choice["text"] = text
            listed = {"tokens": kept, "token_logprobs": values}
        choice["logprobs"] = listed if self.logprobs and asked.body.get("logprobs") else None
        return choice


@contextlib.asynccontextmanager
async def opened(server: ModelServer, **options: Any) -> AsyncIterator[OpenAIModel]:
    """Its model as a client has it; closed in the end, and closed twice."""
    model = OpenAIModel("tiny", base_url=server.url, **options)
    try:
        yield model
    finally:
        await model.close()
        await model.close()


async def until(condition: Callable[[], bool]) -> None:
    """Waits for what happens in other threads; a test that waits in vain runs into its own time limit."""
    while not condition():  # noqa: ASYNC110
        await asyncio.sleep(0.002)


def log_probability(piece: str) -> float:
    """Of one token, as the server gives it."""
    return -len(piece) / 7


def _pieces(text: str) -> list[str]:
    return re.findall(r"\s*\S+|\s+$", text)


def _limit(asked: Asked) -> int:
    return int(asked.body.get("max_tokens", asked.body.get("max_completion_tokens", 16)))


def _seed(asked: Asked) -> int:
    return int(asked.body.get("seed", 0)) % 1000


def _error(status: int, message: str, code: str | None = None, param: str | None = None) -> Says:
    fields = {"message": message, "type": "invalid_request_error", "code": code, "param": param}
    return Says(status, {"error": fields})


class _Listener(ThreadingHTTPServer):
    """Its threads end before it is closed: nothing of it is left over."""

    daemon_threads = False
    block_on_close = True
    request_queue_size = 128

    def __init__(self, owner: ModelServer) -> None:
        self.owner = owner
        self._open: set[socket.socket] = set()
        super().__init__(("127.0.0.1", 0), _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def cut_all(self) -> None:
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no error here."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    @property
    def owner(self) -> ModelServer:
        return cast(_Listener, self.server).owner

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def do_GET(self) -> None:
        if not self.path.endswith("/models"):
            return self._say(Says(404, {"detail": "Not Found"}))
        key = self.owner.key
        if key and self.headers.get("Authorization") != f"Bearer {key}":
            return self._say(_error(401, "Incorrect API key provided", code="invalid_api_key"))
        listed = [{"id": name, "object": "model", "owned_by": self.owner.owner} for name in self.owner.names]
        return self._say(Says(200, {"object": "list", "data": listed}))

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        asked = Asked(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
        with self.owner.entered() as room:
            fault = self.owner.fault(asked)
            if fault is None and not room:
                fault = Says(429, {"error": {"message": "busy"}}, {"Retry-After": "0"})
            if fault is None:
                self.owner.gate.wait()
                fault = self.owner.refusal(asked)
            self._act(asked, fault)

    def _act(self, asked: Asked, fault: Fault | None) -> None:
        match fault:
            case None:
                with self.owner.lock:
                    self.owner.answered[asked.text] += 1
                self._say(Says(200, self.owner.answer(asked)))
            case Says():
                self._say(fault)
            case Gone():
                self.close_connection = True
            case Cut(after):
                whole = json.dumps(self.owner.answer(asked)).encode()
                self._head(200, len(whole))
                self.wfile.write(whole[:after])
                self.close_connection = True
            case Large(None):
                self._head(200, None)
                with contextlib.suppress(OSError):
                    while not self.owner.closing:
                        self.wfile.write(b'1000\r\n{"choices": [' + b" " * (0x1000 - 13) + b"\r\n")
                self.close_connection = True
            case Large(characters):
                answer, text = self.owner.answer(asked), "x" * (characters or 0)
                answer["choices"][0]["logprobs"] = None
                answer["choices"][0] |= {"message": {"content": text}} if asked.chat else {"text": text}
                self._say(Says(200, answer))
            case Silent(begun):
                if begun:
                    self._head(200, 1000)
                    self.wfile.write(b"{")
                while not self.owner.closing and not select.select([self.connection], [], [], 0.02)[0]:
                    pass
                self.close_connection = True

    def _say(self, says: Says) -> None:
        body = says.body if isinstance(says.body, str) else json.dumps(says.body)
        self._head(says.status, len(body.encode()), says.headers)
        self.wfile.write(body.encode())

    def _head(self, status: int, size: int | None, headers: Mapping[str, str] | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        if size is None:
            self.send_header("Transfer-Encoding", "chunked")
        else:
            self.send_header("Content-Length", str(size))
        self.end_headers()
