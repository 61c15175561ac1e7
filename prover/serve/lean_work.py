"""The work of a server, done by the library over one pool of Lean processes."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from prover.api import AsyncProver, ProveOptions, Proving, Workplace
from prover.api.lite import founded_on, refuse_auto_implicit
from prover.api.marked import MarkedLadder
from prover.core.verdict import Infrastructure, Verdict
from prover.lean.source import SourceFile
from prover.serve.snippet import Snippet, Told, tell
from prover.serve.work import Description, Wanted
from prover.verify.docket import Item


class LeanWork:
    """Checks, snippets and proof runs at one workplace: texts may import what its Lean has, and nothing else."""

    def __init__(self, prover: AsyncProver, place: Workplace) -> None:
        self._prover = prover
        self._place = place
        self._ladder = MarkedLadder(place.pool, place.ladder)

    @property
    def description(self) -> Description:
        engine, foundation = self._place.engine, self._place.foundation
        return Description(engine.name, engine.lean_version, "" if foundation is None else foundation.name)

    async def judge(self, item: Item) -> dict[str, Verdict]:
        """The ladder's verdicts, frozen statements kept to; asked once more where our machinery failed. `UserError`:
        `lite_unresolved` and `lite_auto_implicit` for texts that CoreMath cannot stand in for, `statement_changed`."""
        await self._founded(item)
        found = await self._ladder.judge(item)
        if any(isinstance(verdict, Infrastructure) for verdict in found.values()):
            found = await self._ladder.judge(item)
        return found

    async def _founded(self, item: Item) -> None:
        if self._place.foundation is None:
            return
        stated = SourceFile("the text", (item.reference or item.submission).encode())
        seconds, finished = item.limits.seconds, item.reference is None
        if await founded_on(self._place.pool, stated, seconds=seconds, finished=finished) is not None:
            refuse_auto_implicit(SourceFile("the submission", item.submission.encode()))

    async def tell(self, snippet: Snippet) -> Told:
        """What Lean says; with CoreMath in Mathlib's place names that are not there must stay errors."""
        if self._place.foundation is not None:
            refuse_auto_implicit(SourceFile("the text", snippet.code.encode()))
        return await tell(self._place.pool, snippet)

    async def begin(self, wanted: Wanted) -> Proving:
        options = ProveOptions(
            seconds=wanted.seconds,
            refute=wanted.refute,
            assume_open=wanted.assume_open,
            frontier=wanted.frontier,
        ).checked()
        if wanted.statement is None:
            return self._prover.proving(wanted.text, wanted.target, options)
        return self._prover.proving(await self._prover.goal(wanted.statement, wanted.text), "", options)

    def forget(self, run: Proving) -> None:
        self._prover.runs.pop(run.name, None)


@asynccontextmanager
async def lean_work(prover: AsyncProver) -> AsyncGenerator[LeanWork]:
    """The work of one server; ends the prover."""
    async with prover, prover.place("") as place:
        yield LeanWork(prover, place)
