"""Fills the holes of a file: search at each, the proofs put in place, the ladder's verdict on each."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from prover.agent.attempt import Attempt, Solution, Solve
from prover.agent.counterexample import hunt, unfoldable
from prover.agent.judging import Judge, Judging, Observer
from prover.agent.naming import NamedSource, name_examples
from prover.agent.obligation import Gap, spelled
from prover.agent.placement import Placed, as_written, place
from prover.agent.refutation import refutation_header
from prover.agent.result import FileResult
from prover.agent.selection import Selection
from prover.agent.target import Target
from prover.agent.task import Task
from prover.agent.witness import witnesses
from prover.agent.workbench import Workbench
from prover.core.errors import CallTimeout, Crashed, LeanProcessError, UserError
from prover.core.outcome import Solved
from prover.core.position import Span
from prover.core.verdict import Infrastructure
from prover.lean import Pool, Worker
from prover.lean.source import Edit, SourceFile

_TRY_SECONDS = 30.0
_FIRST_SHARE = 0.3
#: For looking at instances, before the negation is searched for: so much of that search's time.
_INSTANCES_SHARE = 0.6
_VALUE_CHOICES = 120
_VALUE_SHARE = 8


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
        total = self.options.seconds
        refutable = task.obligation.kind == "theorem" and self.options.refute_share > 0
        deadline = time.monotonic() + total
        first = total * _FIRST_SHARE if refutable else total
        if await self._prove(bench, task, first) or not refutable or self.stop.is_set():
            return
        if await self._refute(bench, task, total * self.options.refute_share):
            return
        left = deadline - time.monotonic()
        if left > 0 and task.stopped != "exhausted" and not self.stop.is_set():
            await self._prove(bench, task, left)

    async def _prove(self, bench: Workbench, task: Task, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        data = [gap for gap in task.gaps if gap.is_data]
        scripts = await (
            self._scripts_with_values(bench, task, data, deadline) if data else self._scripts(bench, task, deadline)
        )
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

    async def _scripts(self, bench: Workbench, task: Task, deadline: float) -> list[str] | None:
        scripts: list[str] = []
        for gap in task.gaps:
            script = await self._close(bench, task, gap, deadline)
            if script is None:
                return None
            scripts.append(script)
        return scripts

    async def _scripts_with_values(
        self, bench: Workbench, task: Task, data: list[Gap], deadline: float
    ) -> list[str] | None:
        """For holes that are data: a value for each is tried, and the proofs it leaves are looked for.

        The proofs' goals mention the values, so they are opened anew for each choice.
        """
        statement = self.named.working.slice(task.obligation.command)
        choices = [witnesses(gap.visits[0].goals.goals[0], statement) for gap in data if gap.visits[0].goals]
        tried = 0
        for values in itertools.islice(itertools.product(*choices), _VALUE_CHOICES):
            left = deadline - time.monotonic()
            if left <= 0 or self.stop.is_set():
                task.stopped = "interrupted" if self.stop.is_set() else "budget"
                return None
            tried += 1
            share = max(1.0, left / _VALUE_SHARE)
            chosen = dict(zip([gap.span for gap in data], values, strict=True))
            scripts = await self._scripts_for_values(bench, task, chosen, min(left, share))
            if scripts is not None:
                return scripts
        task.stopped = "exhausted"
        task.statistics = {"values_tried": tried}
        return None

    async def _scripts_for_values(
        self, bench: Workbench, task: Task, chosen: dict[Span, str], seconds: float
    ) -> list[str] | None:
        await bench.restore()
        edits = [
            Edit(span, f"exact {value}" if gap.tactic else f"({value})")
            for gap in task.gaps
            for span, value in chosen.items()
            if gap.span == span
        ]
        opened = await bench.try_command(task.obligation.command, edits, seconds=_TRY_SECONDS, holes=True)
        worker = bench.worker
        scripts: dict[Span, str] = {span: f"exact {value}" for span, value in chosen.items()}
        deadline = time.monotonic() + seconds
        for gap in task.gaps if opened.clean else ():
            if gap.span in chosen:
                continue
            here = _moved(gap.span, edits)
            states = [h.state for h in opened.holes if h.span == here and h.state is not None]
            script = await self._serve(bench, task, [_reopened(bench, worker, s) for s in states], deadline)
            if script is None:
                break
            scripts[gap.span] = script
        if worker.alive and bench.worker is worker:
            await worker.release([hole.state for hole in opened.holes if hole.state is not None])
        return [scripts[gap.span] for gap in task.gaps] if len(scripts) == len(task.gaps) else None

    async def _close(self, bench: Workbench, task: Task, gap: Gap, deadline: float) -> str | None:
        # A goal that asks for a value beside one that asks for a proof: the proof determines the value.
        numbers = [n for n, visit in enumerate(gap.visits) if visit.is_prop]
        return await self._serve(bench, task, [lambda n=n: bench.state(gap.span, n) for n in numbers], deadline)

    async def _serve(
        self, bench: Workbench, task: Task, states: Sequence[Callable[[], int]], deadline: float
    ) -> str | None:
        """One script that serves every visit of a hole."""
        scripts: list[str] = []
        for reopen in states:
            if scripts and await self._serves(bench, reopen(), scripts):
                continue
            seconds = deadline - time.monotonic()
            if seconds <= 0:
                task.stopped = "budget"
                return None
            solution = await self._solve(bench, reopen, seconds, task)
            task.statistics = solution.statistics
            if solution.script is None:
                task.stopped = solution.stopped
                return None
            scripts.append(solution.script)
            if solution.first is not None:
                task.firsts[solution.script] = solution.first
        if len(scripts) == 1:
            return scripts[0]
        task.firsts[_first_of(scripts)] = _first_of([task.firsts.get(script, script) for script in scripts])
        return _first_of(scripts)

    async def _serves(self, bench: Workbench, state: int, scripts: list[str]) -> bool:
        try:
            async for _, outcome in bench.worker.apply(state, scripts):
                if isinstance(outcome, Solved):
                    return True
        except CallTimeout:
            await bench.renew()
        return False

    async def _solve(
        self, bench: Workbench, reopen: Callable[[], int], seconds: float, task: Task, *, refuting: bool = False
    ) -> Solution:
        attempt = Attempt(bench, reopen, seconds, self._avoided(task), task.obligation, refuting)
        solving = asyncio.ensure_future(self.solve(attempt))
        stopping = asyncio.ensure_future(self.stop.wait())
        try:
            await asyncio.wait({solving, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if not solving.done():
                # A search that has its proof, and is only making it shorter, hands it over.
                solving.cancel()
                (ended,) = await asyncio.gather(solving, return_exceptions=True)
                return ended if isinstance(ended, Solution) else Solution(None, "interrupted")
            return solving.result()
        finally:
            stopping.cancel()
            if not solving.done():
                solving.cancel()
                await asyncio.gather(solving, return_exceptions=True)

    def _avoided(self, task: Task) -> tuple[str, ...]:
        """What no proof of a target may use: what is open, save what its statement mentions."""
        mentioned = {spelled(name) for name in task.obligation.uses}
        return () if self.options.assume_open else tuple(sorted((self.open_names | {task.name}) - mentioned))

    async def _place(self, bench: Workbench, task: Task, scripts: list[str]) -> Placed | None:
        await bench.restore()
        command = task.obligation.command
        left = self.selection.still_open(task)
        try:
            placed = await place(bench, command, task.gaps, scripts, still_open=left, seconds=_TRY_SECONDS)
        except CallTimeout:
            await bench.renew()
            task.stopped = "slow_proof"
            return None
        if placed is None:
            task.stopped = "not_placed"
        return placed

    # -- the negation ------------------------------------------------------------------------------

    async def _refute(self, bench: Workbench, task: Task, seconds: float) -> bool:
        """Looks for a counterexample, then for a proof of the negated statement; what it finds is judged later."""
        await bench.restore()
        working = self.named.working
        header = refutation_header(task.name, quoted="«" in working.text)
        command = task.obligation.command
        text = working.with_edits([Edit(Span(command.end, command.end), f"\n\n{header} by sorry\n")])
        begun = command.end
        after = await bench.worker.elaborate(
            bench.before(command),
            text.text,
            start=command.start,
            stop=command.end,
            keep=True,
            wall_seconds=_TRY_SECONDS,
        )
        definitions = unfoldable(bench.elaboration.declarations)
        instances = await hunt(
            bench.worker,
            after.env,
            task.name,
            definitions=definitions,
            quoted="«" in working.text,
            avoid=self._avoided(task),
            seconds=seconds * _INSTANCES_SHARE,
            stop=self.stop,
        )
        tried = instances.tried
        self.observe(
            "InstancesTried",
            {
                "name": task.obligation.label,
                "found": instances.found is not None,
                "instances": tried.instances + tried.sampled + tried.single,
                "stopped": tried.stopped,
                "seconds": tried.seconds,
            },
        )
        if instances.found is not None:
            task.refutation, task.stopped = instances.found.theorem, "refuted"
            return True
        if not bench.worker.alive or self.stop.is_set():
            return False
        opened = await bench.worker.elaborate(
            after.env, text.text, start=begun, stop=begun + 3, holes=True, wall_seconds=_TRY_SECONDS
        )
        states = [h.state for h in opened.holes if h.state is not None]
        if len(states) != 1 or not opened.clean:
            return False
        worker = bench.worker
        try:
            reopen = _reopened(bench, worker, states[0])
            solution = await self._solve(bench, reopen, seconds, task, refuting=True)
        except LeanProcessError:
            return False
        if worker.alive and bench.worker is worker:
            await worker.release(states=states, envs=[after.env])
        if solution.script is None:
            return False
        indented = "\n".join("  " + line if line else line for line in solution.script.split("\n"))
        task.refutation = f"{header} by\n{indented}"
        task.stopped = "refuted"
        return True


def _reopened(bench: Workbench, worker: Worker, state: int) -> Callable[[], int]:
    """Gives a state that only `worker` has; it cannot be had again on another."""

    def reopen() -> int:
        if bench.worker is not worker:
            raise Crashed("the worker that held this goal was lost")
        return state

    return reopen


def _moved(span: Span, edits: Sequence[Edit]) -> Span:
    """Where the text at `span` stands once `edits`, all elsewhere, are made."""
    before = [e for e in edits if e.span.end <= span.start]
    grown = sum(len(e.text.encode()) - (e.span.end - e.span.start) for e in before)
    return Span(span.start + grown, span.end + grown)


def _first_of(scripts: list[str]) -> str:
    """One script out of several, for a hole with several goals."""
    return "first\n" + "\n".join("  | (" + s.replace("\n", "\n     ") + ")" for s in scripts)
