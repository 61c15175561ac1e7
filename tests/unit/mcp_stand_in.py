"""A stand-in for the prover behind `prove mcp`, and what its clients are told."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from mcp_types import CallToolResult

from prover.agent import FileResult, Observer, TargetResult
from prover.agent.leap.events import PLAN
from prover.api import Checked, FoundPremises, ProveOptions, Proving
from prover.api.record import Record
from prover.core.verdict import Proved
from prover.lean.source import SourceFile

TEXT = "theorem t : 1 = 1 := by\n  sorry\n"


@dataclass
class StandIn:
    """In place of the prover: every `sorry` becomes `rfl`, once `go` is set. `events`: what it tells before,
    `plan`: what an agent plans."""

    events: Sequence[tuple[str, dict[str, Any]]] = ()
    plan: Sequence[object] = ()
    script: str = "rfl"
    error: Exception | None = None
    runs: dict[str, Proving] = field(default_factory=dict[str, Proving])
    go: asyncio.Event = field(default_factory=asyncio.Event)
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    given_up: asyncio.Event = field(default_factory=asyncio.Event)
    asked: list[Any] = field(default_factory=list[Any])

    def proving(
        self, file: SourceFile, target: str = "", options: ProveOptions | None = None, *, record: Record
    ) -> Proving:
        self.asked.append((target, options))

        async def work(observe: Observer, stop: asyncio.Event) -> FileResult:
            for kind, payload in self.events:
                observe(kind, payload)
            for payload in self.plan:
                record.recorder(PLAN).record(payload)
            self.begun.set()
            waiting = [asyncio.create_task(event.wait()) for event in (self.go, stop)]
            try:
                await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            except asyncio.CancelledError:
                self.given_up.set()
                raise
            finally:
                for task in waiting:
                    task.cancel()
            if self.error is not None:
                raise self.error
            filled = SourceFile(file.name, file.text.replace("sorry", self.script).encode(), file.path)
            targets = [TargetResult("t", 1, Proved(("propext",)), [self.script])]
            return FileResult(file, filled, targets, engine="none", interrupted=stop.is_set())

        run = Proving(str(len(self.asked)), file.name, work, asyncio.Semaphore(1))
        self.runs[run.name] = run
        return run

    async def goal(self, statement: str, context: str = "") -> SourceFile:
        return SourceFile("<goal>", f"{context}\ntheorem goal : {statement} := by\n  sorry\n".encode())

    async def check(self, submission: SourceFile, against: SourceFile | None = None, options: Any = None) -> Checked:
        self.asked.append((submission, against, options))
        if self.error is not None:
            raise self.error
        return Checked({"t": Proved()}, against is not None)

    async def premises(self, query: str, file: SourceFile, k: int) -> FoundPremises:
        return FoundPremises(None, [], {})


def said(result: CallToolResult) -> str:
    """The text of a result."""
    (content,) = result.content
    assert content.type == "text"
    return content.text


def code(result: CallToolResult) -> str:
    """The reason code of a call that was refused."""
    assert result.is_error and result.structured_content is None
    assert result.meta is not None
    problem = result.meta["leap-prover/error"]
    assert said(result).startswith(f"error [{problem['code']}]: ") and set(problem) == {"code", "message", "hint"}
    return problem["code"]
