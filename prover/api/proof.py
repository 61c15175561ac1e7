"""A proof that is open: its goals live in a Lean process, tactics tried on them, a search begun at any of them."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncGenerator, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from prover.agent import Attempt, FileResult, FillOptions, Solution, Target
from prover.agent.fill import fill
from prover.agent.naming import name_examples
from prover.agent.obligation import spelled
from prover.agent.selection import Selection
from prover.agent.solver import PORTFOLIO
from prover.agent.workbench import Workbench
from prover.api.workplace import Workplace
from prover.core.budget import Budget
from prover.core.errors import Crashed, UserError
from prover.core.outcome import Progress, Rejected, TacticOutcome
from prover.core.position import Span
from prover.core.premise import Premise
from prover.core.state import Goal, TacticState
from prover.generate import Portfolio, TacticGenerator, imports_mathlib
from prover.generate.screening import is_forbidden
from prover.lean import Worker
from prover.lean.source import SourceFile
from prover.lean.theorems import own_theorems
from prover.retrieve import Shelf
from prover.search import SearchResult, WorkerRunner, search

_ELABORATE_SECONDS = 120.0


@dataclass
class OpenProof:
    """One hole of a file, open for as long as the context of `open_proof` lasts. `root`: its goals as they stand.

    Everything that is asked of it and of its states is done on one worker, one thing at a time (`lock`). When that
    worker dies, another one takes its place and the states are made again from their tactics. `name`: the declaration;
    `hole`: where it stands in the source, on line `line`, `tactic` where tactics do; `command`: the declaration around
    it. `avoid`: constants that no proof of it may use. `bench`, `runner` and `before` (the
    environment it was elaborated in) are for its states.
    """

    place: Workplace
    source: SourceFile
    target: Target
    name: str
    line: int
    hole: Span
    tactic: bool
    command: Span
    avoid: tuple[str, ...]
    bench: Workbench = field(repr=False)
    runner: WorkerRunner = field(repr=False)
    before: Callable[[], int] = field(repr=False)
    root: OpenState = field(init=False)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock, init=False, repr=False)
    closed: bool = field(default=False, init=False)
    _shelf: Shelf | None = field(default=None, init=False, repr=False)

    async def alive(self) -> WorkerRunner:
        """What runs tactics, on a worker that is there: it may have died while nobody asked it anything.

        Raises `Crashed` (`closed`) once the proof's context has ended: the worker is somebody else's then.
        """
        if self.closed:
            raise Crashed(f"the proof of {self.name} is closed", code="closed")
        if not self.bench.worker.alive:
            await self.runner.start_again()
        return self.runner

    async def premises(self, goal: Goal, k: int = 16) -> list[Premise]:
        """Theorems that may help with a goal, best first: of the imports, and the file's own before the hole."""
        async with self.lock:
            await self.alive()
            return list((await self.theorems())(goal))[:k]

    async def filled(self, script: str, *, seconds: float = 30.0) -> FileResult:
        """The file with `script` in the hole, judged by the full ladder; the verdict is that of its one target."""

        return await fill_given(self.place, self.source, self.target, script, seconds=seconds)

    async def theorems(self) -> Shelf:
        """What can be used at the hole, to be searched for a goal."""
        if self._shelf is None:
            index = await self.place.index(self.bench.header.modules)
            self._shelf = Shelf(index, await own_theorems(self.bench.worker, self.before()), avoid=self.avoid)
        return self._shelf


@dataclass(frozen=True)
class OpenState:
    """Goals on the way, and the tactics that led to them from the root of their proof (`script`)."""

    proof: OpenProof = field(repr=False)
    state: TacticState
    script: tuple[str, ...] = ()
    handle: int = field(default=0, repr=False)

    @property
    def goals(self) -> tuple[Goal, ...]:
        return self.state.goals

    def __str__(self) -> str:
        return str(self.state)

    async def apply(
        self,
        tactics: str | Sequence[str],
        *,
        seconds: float = 10.0,
        heartbeats: int = 200_000,
        stop_at_solved: bool = False,
    ) -> list[TacticOutcome[OpenState]]:
        """What becomes of each tactic (a text may be several lines), tried on this state, in the order given.

        `Progress.handle` is the state it leaves. `seconds` and `heartbeats` (unit of `maxHeartbeats`) bound each one.
        What no proof may contain is not run: `Rejected("forbidden")`. With `stop_at_solved` those after the first that
        leaves no goals are `Rejected("not_reached")`.
        """
        wanted = [tactics] if isinstance(tactics, str) else list(tactics)
        outcomes: list[TacticOutcome[OpenState]] = [
            Rejected("forbidden" if is_forbidden(tactic) else "not_reached") for tactic in wanted
        ]
        numbers = [number for number, tactic in enumerate(wanted) if not is_forbidden(tactic)]
        async with self.proof.lock:
            runner = await self.proof.alive()
            applied = runner.apply(
                self.handle,
                [wanted[number] for number in numbers],
                heartbeats=heartbeats,
                wall_seconds=seconds,
                stop_at_solved=stop_at_solved,
            )
            async for at, outcome in applied:
                outcomes[numbers[at]] = self._after(wanted[numbers[at]], outcome)
        return outcomes

    async def focus(self, goals: Sequence[int]) -> OpenState:
        """Only these goals (counted from 0), which must share no metavariable with the others."""
        async with self.proof.lock:
            runner = await self.proof.alive()
            handle, state = await runner.focus(self.handle, goals)
        return OpenState(self.proof, state, self.script, handle)

    async def search(
        self,
        seconds: float = 10.0,
        *,
        generator: TacticGenerator | None = None,
        interrupted: Callable[[], bool] = lambda: False,
    ) -> SearchResult:
        """Searches for a script that closes these goals (rung 1: a hint, to be verified). `generator`: what proposes
        tactics, the portfolio by default."""
        proof = self.proof
        async with proof.lock:
            runner = await proof.alive()

            async def renew() -> tuple[Worker, int]:
                await proof.bench.renew()
                number = await runner.live(self.handle)
                return proof.bench.worker, number

            live = await runner.live(self.handle)
            own = WorkerRunner(runner.worker, live, self.state, renew, avoid=proof.avoid)
            mathlib = imports_mathlib(proof.bench.worker.header)
            return await search(
                own,
                generator or Portfolio(mathlib=mathlib),
                budget=Budget(seconds=seconds),
                settings=PORTFOLIO,
                retrieve=await proof.theorems(),
                interrupted=interrupted,
            )

    def _after(self, tactic: str, outcome: TacticOutcome[int]) -> TacticOutcome[OpenState]:
        if not isinstance(outcome, Progress):
            return outcome
        state = OpenState(self.proof, outcome.state, (*self.script, tactic), outcome.handle)
        return dataclasses.replace(outcome, handle=state)  # pyright: ignore[reportArgumentType, reportReturnType]


async def fill_given(
    place: Workplace, source: SourceFile, target: Target, script: str, *, seconds: float = 30.0
) -> FileResult:
    """The file with `script` in the hole that `target` chooses, judged by the full ladder."""

    async def given(_attempt: Attempt) -> Solution:
        return Solution(script, "given")

    return await fill(source, target, place.pool, given, place.judge, FillOptions(seconds=seconds, refute_share=0.0))


@asynccontextmanager
async def open_proof(
    place: Workplace,
    source: SourceFile,
    target: Target,
    *,
    assume: Collection[str] = (),
    seconds: float = _ELABORATE_SECONDS,
) -> AsyncGenerator[OpenProof]:
    """The first hole that `target` chooses, its goals live for as long as the context lasts.

    Several goals at one hole (it is met more than once) are refused, as are holes that no proof can fill:
    `UserError` (`several_goals`, or why not). `assume`: declarations that may be used though they are
    open. `seconds`: wall limit for elaborating the file.
    """
    async with Workbench(place.pool, source, seconds=seconds) as bench:
        elaborated = bench.elaboration
        named = name_examples(source, elaborated)
        if named.edits:
            await bench.work_on(named.working)
        selection = Selection(source, named, bench.elaboration)
        task = selection.choose(target)[0]
        obligation = task.obligation
        if obligation.problem is not None:
            problem = obligation.problem
            raise UserError(f"{obligation.label}: {problem.detail}", code=problem.what)
        gap = task.gaps[0]
        if len(gap.visits) != 1 or not gap.visits[0].is_prop:
            raise UserError(
                f"{obligation.label}: the hole stands for several goals, or for a value",
                code="several_goals",
                hint="write each goal a `sorry` of its own",
            )

        async def renew() -> tuple[Worker, int]:
            await bench.renew()
            return await first()

        async def first() -> tuple[Worker, int]:
            number, _ = await bench.worker.focus(bench.state(gap.span), [0])
            return bench.worker, number

        worker, number = await first()
        _, state = await worker.focus(bench.state(gap.span), [0])
        mentioned = {spelled(name) for name in obligation.uses}
        avoid = sorted(((selection.open_names - {*assume}) | {obligation.name}) - mentioned)
        hole = named.back(gap.span)
        line = source.position(hole.start).line
        proof = OpenProof(
            place=place,
            source=source,
            target=target if len(obligation.gaps) == 1 else Target(target.path, line=line),
            name=obligation.label,
            line=line,
            hole=hole,
            tactic=gap.tactic,
            command=named.back(obligation.command),
            avoid=(*avoid, *place.unusable()),
            bench=bench,
            runner=WorkerRunner(worker, number, state, renew, avoid=(*avoid, *place.unusable())),
            before=lambda: bench.before(obligation.command),
        )
        proof.root = OpenState(proof, state)
        try:
            yield proof
        finally:
            proof.closed = True
