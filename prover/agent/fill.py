"""Fills the holes of a file: search at each, the proofs put in place, the ladder's verdict on each."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from prover.agent.naming import NamedSource, name_examples
from prover.agent.obligation import Gap, Obligation, obligations, spelled
from prover.agent.placement import Placed, place
from prover.agent.refutation import refutation_header, refutation_name
from prover.agent.result import FileResult, TargetResult
from prover.agent.target import Target, choose_name
from prover.agent.witness import witnesses
from prover.agent.workbench import Workbench
from prover.core.errors import CallTimeout, Crashed, LeanProcessError, UserError
from prover.core.outcome import Solved
from prover.core.position import Position, Span
from prover.core.verdict import (
    Incomplete,
    Infrastructure,
    NotProved,
    Proved,
    ProvedModulo,
    Refuted,
    Verdict,
)
from prover.lean import Elaboration, Pool, Worker
from prover.lean.source import Edit, SourceFile

Observer = Callable[[str, dict[str, Any]], None]

_TRY_SECONDS = 30.0
_FIRST_SHARE = 0.3
_EXIT = "Lean.Parser.Command.exit"
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


@dataclass(frozen=True, slots=True)
class Attempt:
    """One goal to close: its live state on the bench's worker, its limit, what a proof must not use.

    `reopen` gives the state's number again after the bench renewed its worker.
    """

    bench: Workbench
    reopen: Callable[[], int]
    seconds: float
    avoid: tuple[str, ...]
    name: str


@dataclass(frozen=True, slots=True)
class Solution:
    """A script that leaves no goals (rung 1), or why there is none (`stopped`)."""

    script: str | None
    stopped: str
    statistics: dict[str, Any] = field(default_factory=dict[str, Any])


Solve = Callable[[Attempt], Awaitable[Solution]]


class Judge(Protocol):
    """What the filler needs of the verification ladder."""

    async def proofs(self, submission: str, reference: str, names: Sequence[str]) -> dict[str, Verdict]:
        """A verdict for each named declaration of `submission` against `reference`."""
        ...

    async def refutation(self, submission: str, reference: str, name: str, refutation: str) -> Verdict:
        """`Refuted` if `refutation`, a theorem of `submission`, proves the negation of `name`'s statement."""
        ...


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


@dataclass(slots=True)
class _Task:
    """One target on its way: what was found for it so far, and its verdict once there is one."""

    obligation: Obligation
    gaps: list[Gap]
    scripts: list[str] = field(default_factory=list[str])
    edits: list[Edit] = field(default_factory=list[Edit])
    refutation: str = ""
    verdict: Verdict | None = None
    stopped: str = "not_tried"
    seconds: float = 0.0
    statistics: dict[str, Any] = field(default_factory=dict[str, Any])

    @property
    def name(self) -> str:
        return self.obligation.name

    @property
    def whole(self) -> bool:
        """All holes of the declaration are to be filled, not only some of them."""
        return len(self.gaps) == len(self.obligation.gaps)


class _Filler:
    """One run over one file."""

    def __init__(
        self,
        source: SourceFile,
        target: Target,
        pool: Pool,
        solve: Solve,
        judge: Judge,
        options: FillOptions,
        observer: Observer,
        stop: asyncio.Event,
    ) -> None:
        self.source = source
        self.target = target
        self.pool = pool
        self.solve = solve
        self.judge = judge
        self.options = options
        self.observe = observer
        self.stop = stop
        self.named: NamedSource
        self.open_names: set[str] = set()
        self.every: list[Obligation] = []

    async def run(self) -> FileResult:
        began = time.monotonic()
        async with Workbench(self.pool, self.source, seconds=self.options.elaborate_seconds) as bench:
            messages = bench.elaboration.messages
            await self._name_examples(bench)
            tasks = self._choose(bench)
            self.observe("FileOpened", {"file": self.source.name, "targets": [t.obligation.label for t in tasks]})
            await self._work(bench, tasks)
        filled = await self._judge(tasks)
        return FileResult(
            source=self.source,
            filled=filled,
            targets=[_result(t) for t in tasks],
            messages=messages,
            engine=self.pool.engine.description,
            lean_version=self.pool.engine.lean_version,
            seconds=time.monotonic() - began,
            interrupted=self.stop.is_set(),
        )

    # -- what to work on ---------------------------------------------------------------------------

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

    def _choose(self, bench: Workbench) -> list[_Task]:
        working = self.named.working
        self.every = every = obligations(working, bench.elaboration)
        self.open_names = {o.name for o in every} | {spelled(d.name) for d in bench.elaboration.declarations if d.hole}
        for obligation in every:
            obligation.label = self.named.label(obligation.name)
            place = self.source.position(self.named.back(obligation.command).start)
            declared = working.offset(Position(obligation.line, 0))
            inside = self.source.position(self.named.back(Span(declared, declared)).start)
            obligation.line = max(place.line, inside.line)
        if self.target.name is not None:
            return [_Task(o, o.gaps) for o in self._named(bench.elaboration, self.target.name)]
        if not every:
            raise self._nothing_open(bench.elaboration)
        if self.target.line is not None:
            return self._on_line(every, self.target.line)
        return [_Task(o, o.gaps) for o in every]

    def _named(self, elaboration: Elaboration, wanted: str) -> list[Obligation]:
        names = [o.name for o in self.every] + [spelled(d.name) for d in elaboration.declarations]
        try:
            name = choose_name(wanted, names)
        except UserError as error:
            raise UserError(error.message, code=error.code, hint=self._aside(elaboration) or error.hint) from None
        chosen = [o for o in self.every if o.name == name]
        if chosen:
            return chosen
        working = self.named.working
        failed = [c.span for c in elaboration.commands if c.failed and c.span is not None]
        for declaration in elaboration.declarations:
            if spelled(declaration.name) == name and any(s.contains(working.offset(declaration.start)) for s in failed):
                raise self._errors(elaboration)
        raise UserError(f"{name} has no sorry", code="no_sorry", hint="nothing to prove; see `prove check`")

    def _on_line(self, every: list[Obligation], line: int) -> list[_Task]:
        on: list[_Task] = []
        around: list[_Task] = []
        for obligation in every:
            here = [g for g in obligation.gaps if self.source.position(self.named.back(g.span).start).line == line]
            command = self.named.back(obligation.command)
            if here:
                on.append(_Task(obligation, here))
            elif self.source.position(command.start).line <= line <= self.source.position(command.end).line:
                around.append(_Task(obligation, obligation.gaps))
        if not on and not around:
            lines = sorted({o.line for o in every})
            raise UserError(
                f"there is no hole on or around line {line}",
                code="target_absent",
                hint=f"declarations with holes begin on lines {lines}",
            )
        return on or around

    def _nothing_open(self, elaboration: Elaboration) -> UserError:
        if elaboration.errors:
            return self._errors(elaboration)
        made = [spelled(d.name) for d in elaboration.declarations if d.hole or d.type_hole]
        if made:
            return UserError(
                f"{', '.join(made)}: open, but no hole is written there that could be replaced", code="macro_hole"
            )
        return UserError(
            f"{self.source.name} has no sorry",
            code="no_sorry",
            hint=self._aside(elaboration) or "nothing to prove; `prove check` says whether a finished file holds",
        )

    def _errors(self, elaboration: Elaboration) -> UserError:
        first = elaboration.errors[0]
        return UserError(
            f"{self.source.name} has no hole Lean could open, and has errors; the first: {first.text}",
            code="elaboration_errors",
            hint=f"line {self._line(first.start)}" if first.start else "",
        )

    def _line(self, place: Position) -> int:
        offset = self.named.working.offset(place)
        return self.source.position(self.named.back(Span(offset, offset)).start).line

    def _aside(self, elaboration: Elaboration) -> str:
        """What may be why something is not found: an `#exit`, errors."""
        for command in elaboration.commands:
            if command.kind == _EXIT and command.span is not None:
                line = self.source.position(self.named.back(command.span).start).line
                return f"Lean does not read what follows `#exit` on line {line}"
        if elaboration.errors:
            first = elaboration.errors[0]
            where = f" on line {self._line(first.start)}" if first.start else ""
            return f"the file has errors; the first{where}: {first.text.splitlines()[0] if first.text else ''}"
        return ""

    # -- searching ---------------------------------------------------------------------------------

    async def _work(self, bench: Workbench, tasks: list[_Task]) -> None:
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

    async def _attempt(self, bench: Workbench, task: _Task) -> None:
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

    async def _search(self, bench: Workbench, task: _Task) -> None:
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

    async def _prove(self, bench: Workbench, task: _Task, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        data = [gap for gap in task.gaps if gap.is_data]
        scripts = await (
            self._scripts_with_values(bench, task, data, deadline) if data else self._scripts(bench, task, deadline)
        )
        if scripts is None:
            return False
        placed = await self._place(bench, task, scripts)
        if placed is None:
            return False
        task.scripts, task.edits, task.stopped = placed.scripts, placed.edits, "found"
        return True

    async def _scripts(self, bench: Workbench, task: _Task, deadline: float) -> list[str] | None:
        scripts: list[str] = []
        for gap in task.gaps:
            script = await self._close(bench, task, gap, deadline)
            if script is None:
                return None
            scripts.append(script)
        return scripts

    async def _scripts_with_values(
        self, bench: Workbench, task: _Task, data: list[Gap], deadline: float
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
        self, bench: Workbench, task: _Task, chosen: dict[Span, str], seconds: float
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

    async def _close(self, bench: Workbench, task: _Task, gap: Gap, deadline: float) -> str | None:
        # A goal that asks for a value beside one that asks for a proof: the proof determines the value.
        numbers = [n for n, visit in enumerate(gap.visits) if visit.is_prop]
        return await self._serve(bench, task, [lambda n=n: bench.state(gap.span, n) for n in numbers], deadline)

    async def _serve(
        self, bench: Workbench, task: _Task, states: Sequence[Callable[[], int]], deadline: float
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
        return _first_of(scripts) if len(scripts) != 1 else scripts[0]

    async def _serves(self, bench: Workbench, state: int, scripts: list[str]) -> bool:
        try:
            async for _, outcome in bench.worker.apply(state, scripts):
                if isinstance(outcome, Solved):
                    return True
        except CallTimeout:
            await bench.renew()
        return False

    async def _solve(self, bench: Workbench, reopen: Callable[[], int], seconds: float, task: _Task) -> Solution:
        mentioned = {spelled(name) for name in task.obligation.uses}
        avoid = () if self.options.assume_open else tuple(sorted((self.open_names | {task.name}) - mentioned))
        attempt = Attempt(bench, reopen, seconds, avoid, task.obligation.label)
        solving = asyncio.ensure_future(self.solve(attempt))
        stopping = asyncio.ensure_future(self.stop.wait())
        try:
            await asyncio.wait({solving, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if not solving.done():
                return Solution(None, "interrupted")
            return solving.result()
        finally:
            stopping.cancel()
            if not solving.done():
                solving.cancel()
                await asyncio.gather(solving, return_exceptions=True)

    async def _place(self, bench: Workbench, task: _Task, scripts: list[str]) -> Placed | None:
        await bench.restore()
        command = task.obligation.command
        others = sum(o.command == command for o in self.every) - (1 if task.whole else 0)
        try:
            placed = await place(bench, command, task.gaps, scripts, still_open=others, seconds=_TRY_SECONDS)
        except CallTimeout:
            await bench.renew()
            task.stopped = "slow_proof"
            return None
        if placed is None:
            task.stopped = "not_placed"
        return placed

    # -- the negation ------------------------------------------------------------------------------

    async def _refute(self, bench: Workbench, task: _Task, seconds: float) -> bool:
        """Looks for a proof of the negated statement; what it finds is judged later."""
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
        opened = await bench.worker.elaborate(
            after.env, text.text, start=begun, stop=begun + 3, holes=True, wall_seconds=_TRY_SECONDS
        )
        states = [h.state for h in opened.holes if h.state is not None]
        if len(states) != 1 or not opened.clean:
            return False
        worker = bench.worker
        try:
            solution = await self._solve(bench, _reopened(bench, worker, states[0]), seconds, task)
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

    # -- judging -----------------------------------------------------------------------------------

    async def _judge(self, tasks: list[_Task]) -> SourceFile:
        """Asks the ladder about everything found; gives the file with the verified proofs, and only those."""
        candidates = [t for t in tasks if t.edits and t.verdict is None]
        if candidates:
            self.observe("Verifying", {"targets": [t.obligation.label for t in candidates]})
            kept = await self._accepted(candidates)
        else:
            kept = []
        for task in tasks:
            await self._settle(task)
        return self.source.with_edits([Edit(self.named.back(e.span), e.text) for t in kept for e in t.edits])

    async def _accepted(self, candidates: list[_Task]) -> list[_Task]:
        """The tasks whose proofs pass, all in one file; sets every verdict."""
        verdicts = await self._verdicts(candidates)
        if not all(_passes(t, verdicts) for t in candidates):
            # One refused proof can spoil the others' verdicts (a file with an error in it): one after the other.
            kept: list[_Task] = []
            verdicts: dict[str, Verdict] = {}
            for task in candidates:
                seen = await self._verdicts([*kept, task])
                if all(_passes(t, seen) for t in [*kept, task]):
                    kept.append(task)
                    verdicts.update(seen)
                else:
                    verdicts[task.name] = seen[task.name]
        else:
            kept = candidates
        for task in candidates:
            task.verdict = verdicts[task.name]
        return kept

    async def _verdicts(self, tasks: list[_Task]) -> dict[str, Verdict]:
        text = self.named.working.with_edits([e for t in tasks for e in t.edits]).text
        return await self.judge.proofs(text, self.named.working.text, [t.name for t in tasks])

    async def _settle(self, task: _Task) -> None:
        """The last word on a target: where a part was filled, what is left; where nothing was found, why."""
        if task.edits and isinstance(task.verdict, Incomplete):
            left = [g.span for g in task.obligation.gaps if g not in task.gaps]
            task.verdict = replace(task.verdict, holes=tuple(self.named.back(s) for s in left))
        if task.verdict is not None:
            return
        if task.refutation:
            at = task.obligation.command.end
            text = self.named.working.with_edits([Edit(Span(at, at), f"\n\n{task.refutation}\n")])
            verdict = await self.judge.refutation(
                text.text, self.named.working.text, task.name, refutation_name(task.name)
            )
            if isinstance(verdict, Refuted | Infrastructure):
                task.scripts = [task.refutation] if isinstance(verdict, Refuted) else []
                task.verdict = verdict
                return
            task.stopped = "refutation_refused"
        task.verdict = NotProved(stopped="interrupted" if self.stop.is_set() else task.stopped)


def _passes(task: _Task, verdicts: dict[str, Verdict]) -> bool:
    """Whether a proof may stay: verified, or a part of one in a declaration whose other holes are left."""
    return isinstance(verdicts[task.name], Proved | ProvedModulo if task.whole else Incomplete)


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


def _result(task: _Task) -> TargetResult:
    assert task.verdict is not None
    return TargetResult(
        name=task.obligation.label,
        line=task.obligation.line,
        verdict=task.verdict,
        scripts=task.scripts,
        seconds=task.seconds,
        statistics=task.statistics,
    )
