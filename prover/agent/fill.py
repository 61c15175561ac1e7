"""Fills the holes of a file: search at each, the proofs put in place, the ladder's verdict on each."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from functools import partial

from prover.agent.attempt import Solve
from prover.agent.disproof import disprove
from prover.agent.goal_search import TRY_SECONDS, GoalSearch
from prover.agent.judge import Judge
from prover.agent.judging import Judging, Observer
from prover.agent.naming import NamedSource, name_examples
from prover.agent.obligation import spelled
from prover.agent.placement import Placed, as_written, place
from prover.agent.result import FileResult
from prover.agent.selection import Selection
from prover.agent.target import Target
from prover.agent.task import Task
from prover.agent.values import scripts_with_values
from prover.agent.workbench import Workbench
from prover.core.errors import CallTimeout, LeanProcessError, UserError
from prover.core.verdict import Infrastructure
from prover.lean import Pool
from prover.lean.source import SourceFile

#: Of a target's time, before its negation is looked for.
_FIRST_SHARE = 0.3


@dataclass(frozen=True, slots=True)
class FillOptions:
    """How to fill.

    `seconds`: wall limit of the search for one target. `refute_share`: the part of it that goes to the
    negation. `jobs`: targets worked on at once. `assume_open`: open declarations may be used (the
    verdict is then `ProvedModulo`). `elaborate_seconds`: limit for elaborating the file itself.
    """

    seconds: float = 60.0
    refute_share: float = 0.1
    jobs: int = 1
    assume_open: bool = False
    elaborate_seconds: float = 120.0


async def fill(
    source: SourceFile,
    target: Target,
    pool: Pool,
    solve: Solve,
    judge: Judge,
    options: FillOptions = FillOptions(),
    observer: Observer = lambda kind, payload: None,
    stop: asyncio.Event | None = None,
) -> FileResult:
    """Tries to fill the chosen holes of `source` and says of each target what is known.

    Raises `UserError` for a file or target that cannot be worked on. `stop`, once set, ends the
    searches and keeps what was found. Every verdict comes from `judge`, none from the search.
    """
    return await _Filler(source, target, pool, solve, judge, options, observer, stop or asyncio.Event()).run()


@dataclass
class _Filler:
    """One run over one file."""

    source: SourceFile
    target: Target
    pool: Pool
    solve: Solve
    judge: Judge
    options: FillOptions
    observe: Observer
    stop: asyncio.Event
    named: NamedSource = field(init=False)
    selection: Selection = field(init=False)
    open_names: set[str] = field(init=False, default_factory=set[str])

    async def run(self) -> FileResult:
        began = time.monotonic()
        async with Workbench(self.pool, self.source, seconds=self.options.elaborate_seconds) as bench:
            messages = bench.elaboration.messages
            await self._name_examples(bench)
            self.selection = Selection(self.source, self.named, bench.elaboration)
            self.open_names = self.selection.open_names
            tasks = self.selection.choose(self.target)
            self.observe("FileOpened", {"file": self.source.name, "targets": [t.obligation.label for t in tasks]})
            await self._work(bench, tasks)
        judging = Judging(self.named, self.judge, self.observe, interrupted=self.stop.is_set())
        filled = await judging.judge_all(tasks)
        return FileResult(
            source=self.source,
            filled=filled,
            targets=[t.result() for t in tasks],
            messages=messages,
            engine=self.pool.engine.description,
            lean_version=self.pool.engine.lean_version,
            seconds=time.monotonic() - began,
            interrupted=self.stop.is_set(),
        )

    async def _name_examples(self, bench: Workbench) -> None:
        """Has the bench work on the file with its examples named, save those that are no theorems."""
        original = bench.elaboration
        self.named = name_examples(self.source, original)
        if not self.named.edits:
            return
        await bench.work_on(self.named.working)
        failed = {c.span.start for c in original.commands if c.failed and c.span}
        broken = {self.named.back(c.span).start for c in bench.elaboration.commands if c.failed and c.span} - failed
        if broken:
            self.named = name_examples(self.source, original, except_at=broken)
            await bench.work_on(self.named.working)

    # -- searching ---------------------------------------------------------------------------------

    async def _work(self, bench: Workbench, tasks: list[Task]) -> None:
        queue = list(tasks)
        others = min(self.options.jobs, len(tasks)) - 1

        async def run(own: Workbench) -> None:
            while queue and not self.stop.is_set():
                await self._attempt(own, queue.pop(0))

        async def run_beside() -> None:
            async with Workbench(self.pool, self.named.working, seconds=self.options.elaborate_seconds) as own:
                await run(own)

        async with asyncio.TaskGroup() as group:
            group.create_task(run(bench))
            for _ in range(others):
                group.create_task(run_beside())
        for task in queue:
            task.stopped = "interrupted"

    async def _attempt(self, bench: Workbench, task: Task) -> None:
        if task.obligation.problem is not None:
            task.verdict = task.obligation.problem
            return
        began = time.monotonic()
        self.observe("TargetStarted", {"name": task.obligation.label})
        try:
            await bench.restore()
            await self._search(bench, task)
        except (LeanProcessError, UserError) as error:
            # A UserError here: the file, elaborated once already, could not be elaborated again.
            task.verdict = Infrastructure(error=error.code, detail=error.message)
        task.seconds = time.monotonic() - began
        if task.edits and task.whole:
            self.open_names.discard(task.name)
        self.observe(
            "TargetSearched",
            {
                "name": task.obligation.label,
                "found": bool(task.edits),
                "stopped": task.stopped,
                "seconds": task.seconds,
            },
        )

    async def _search(self, bench: Workbench, task: Task) -> None:
        """A first share of the time to the target, then some to its negation, then the rest to the target."""
        search = GoalSearch(bench, task, self.solve, lambda: self._avoided(task), self.stop)
        total = self.options.seconds
        refutable = task.obligation.kind == "theorem" and self.options.refute_share > 0
        deadline = time.monotonic() + total
        first = total * _FIRST_SHARE if refutable else total
        if await self._prove(search, first) or not refutable or self.stop.is_set():
            return
        if await disprove(search, total * self.options.refute_share, self.observe):
            return
        left = deadline - time.monotonic()
        if left > 0 and task.stopped != "exhausted" and not self.stop.is_set():
            await self._prove(search, left)

    async def _prove(self, search: GoalSearch, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        bench, task = search.bench, search.task
        data = any(gap.is_data for gap in task.gaps)
        scripts = await (scripts_with_values(search, deadline) if data else self._scripts(search, deadline))
        if scripts is None:
            return False
        firsts = [task.firsts.get(script, script) for script in scripts]
        placed = await self._place(bench, task, scripts)
        if placed is None and firsts != scripts:
            placed = await self._place(bench, task, firsts)
        elif placed is not None and firsts != scripts:
            task.fallback = firsts, as_written(bench.source, task.gaps, firsts)
        if placed is None:
            return False
        task.scripts, task.edits, task.stopped = placed.scripts, placed.edits, "found"
        return True

    async def _scripts(self, search: GoalSearch, deadline: float) -> list[str] | None:
        scripts: list[str] = []
        for gap in search.task.gaps:
            # A goal that asks for a value beside one that asks for a proof: the proof determines the value.
            numbers = [n for n, visit in enumerate(gap.visits) if visit.is_prop]
            states = [partial(search.bench.state, gap.span, number) for number in numbers]
            script = await search.script(states, deadline)
            if script is None:
                return None
            scripts.append(script)
        return scripts

    def _avoided(self, task: Task) -> tuple[str, ...]:
        """What no proof of a target may use: what is open, save what its statement mentions."""
        mentioned = {spelled(name) for name in task.obligation.uses}
        return () if self.options.assume_open else tuple(sorted((self.open_names | {task.name}) - mentioned))

    async def _place(self, bench: Workbench, task: Task, scripts: list[str]) -> Placed | None:
        await bench.restore()
        command = task.obligation.command
        left = self.selection.still_open(task)
        try:
            placed = await place(bench, command, task.gaps, scripts, still_open=left, seconds=TRY_SECONDS)
        except CallTimeout:
            await bench.renew()
            task.stopped = "slow_proof"
            return None
        if placed is None:
            task.stopped = "not_placed"
        return placed
