"""A server of `prove serve` on a free port of this process, with a stand-in for Lean behind it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any

import httpx

from prover.agent import FileResult, TargetResult
from prover.api import Proving
from prover.core.errors import Crashed, UserError
from prover.core.verdict import Consistent, NotProved, Proved, Verdict
from prover.lean.source import SourceFile
from prover.serve.access_log import AccessLog
from prover.serve.app import create_app
from prover.serve.server import Server, listening, url_of
from prover.serve.settings import Settings
from prover.serve.snippet import Snippet, Told
from prover.serve.work import Description, Wanted
from prover.verify.docket import Item


class StandIn:
    """Does as the text says: `wait` waits for `go`, `bad`, `lost` and `bug` raise, all else is well."""

    description = Description("none", "4.0.0")

    def __init__(self) -> None:
        self.go = asyncio.Event()
        self.asked: list[Any] = []
        self.begun: list[str] = []
        self.cancelled: list[str] = []
        self.at_once = 0
        self.most_at_once = 0
        self.forgotten: list[Proving] = []
        self._slots = asyncio.Semaphore(100)

    async def judge(self, item: Item) -> dict[str, Verdict]:
        self.asked.append(item)
        await self._do(item.submission)
        return {"t": Consistent() if item.reference is None else Proved(axioms=("propext",))}

    async def tell(self, snippet: Snippet) -> Told:
        self.asked.append(snippet)
        await self._do(snippet.code)
        diagnostics = {"repl_uuid": "1", "cpu_max": 1.0, "memory_max": 2.0}
        if snippet.code == "late":
            return Told(None, snippet.seconds, diagnostics)
        message = {"severity": "info", "pos": {"line": 1, "column": 0}, "endPos": None, "data": snippet.code}
        return Told({"env": 0, "messages": [message]}, 0.5, diagnostics)

    async def begin(self, wanted: Wanted) -> Proving:
        self.asked.append(wanted)
        if wanted.text == "bad":
            raise UserError("there is nothing to prove", code="no_targets")

        async def work(observe: Callable[[str, dict[str, Any]], None], stop: asyncio.Event) -> FileResult:
            observe("FileOpened", {"file": "é"})
            observe("TargetStarted", {"name": "t"})
            verdict: Verdict = Proved()
            if wanted.text == "wait":
                done, waiting = await asyncio.wait(
                    {asyncio.ensure_future(self.go.wait()), asyncio.ensure_future(stop.wait())},
                    return_when=asyncio.FIRST_COMPLETED,
                )
                for one in (*done, *waiting):
                    one.cancel()
                verdict = NotProved(stopped="interrupted") if stop.is_set() else verdict
            observe("TargetEnded", {"name": "t"})
            source = SourceFile("<text>", wanted.text.encode())
            target = TargetResult("t", 1, verdict, [])
            return FileResult(source, source, [target], engine="none", lean_version="4", interrupted=stop.is_set())

        return Proving("1", "<text>", work, self._slots)

    def forget(self, run: Proving) -> None:
        self.forgotten.append(run)

    async def _do(self, text: str) -> None:
        self.begun.append(text)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            match text.split():
                case ["wait", *_]:
                    await self.go.wait()
                case ["bad", *_]:
                    raise UserError("no such import", code="missing_import", hint="leave it out")
                case ["lost", *_]:
                    raise Crashed("the process ended")
                case ["bug", *_]:
                    raise ZeroDivisionError
                case _:
                    await asyncio.sleep(0)
        except asyncio.CancelledError:
            self.cancelled.append(text)
            raise
        finally:
            self.at_once -= 1


@dataclass
class Running:
    """A server and a client for it."""

    url: str
    work: StandIn
    server: Server
    client: httpx.AsyncClient
    lines: list[str] = field(default_factory=list)

    async def check(self, *texts: str, **fields: Any) -> httpx.Response:
        items = [{"id": str(number), "submission": text, **fields} for number, text in enumerate(texts)]
        return await self.client.post("/v1/check", json={"items": items})

    async def begun(self, count: int) -> None:
        """Waits until so many pieces of work have begun."""
        await until(lambda: len(self.work.begun) >= count)

    async def counts(self) -> tuple[int, int]:
        """Items worked on, and waiting."""
        state = (await self.client.get("/v1/health")).json()
        return state["running"], state["waiting"]

    @property
    def log(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.lines]


async def until(met: Callable[[], bool | Awaitable[bool]]) -> None:
    async with asyncio.timeout(30):
        while True:
            found = met()
            if found if isinstance(found, bool) else await found:
                return
            await asyncio.sleep(0.005)


def problem(response: httpx.Response) -> tuple[int, str]:
    """Status and reason code of an error, whose body must have the one shape."""
    assert response.headers["content-type"] == "application/json"
    body = response.json()
    assert set(body) == {"error"} and set(body["error"]) == {"code", "message", "hint"}, body
    assert body["error"]["code"] and body["error"]["message"]
    return response.status_code, body["error"]["code"]


@asynccontextmanager
async def serving(settings: Settings) -> AsyncIterator[Running]:
    work, lines = StandIn(), list[str]()
    app = create_app(settings, lambda: nullcontext(work), AccessLog(lines.append))
    server = Server(app, settings)
    with listening("127.0.0.1", 0) as listener:
        task = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            await until(lambda: server.started)
            async with httpx.AsyncClient(base_url=url_of(listener), timeout=60) as client:
                yield Running(url_of(listener), work, server, client, lines)
        finally:
            server.should_exit = True
            await task
