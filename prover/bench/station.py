"""Where attempts are made: Lean processes and models of one machine, kept open from one attempt to the next."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Container, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from prover.agent import FileResult, FillOptions, Target
from prover.agent.fill import fill
from prover.agent.judge import Judge
from prover.agent.ladder_judge import LadderJudge
from prover.agent.leap.events import PLAN
from prover.agent.leap.plan import Plan
from prover.agent.leap.role_models import RoleModels, fill_with_agent, role_models
from prover.agent.solver import SearchSolver
from prover.agent.tactic_model import TacticModel, tactic_model
from prover.agent.workbench import read_header
from prover.bench.attempt import AttemptEnded, AttemptSpoilt, Spending
from prover.bench.digest import lemmas_of, tactics_of, work_in
from prover.bench.entrant import Entrant
from prover.bench.problem import Problem
from prover.core.errors import LeanProcessError, ModelError, ProverError, UserError
from prover.core.verdict import BadTarget, Infrastructure, Proved, Verdict
from prover.events import Memory, Recorder, to_line
from prover.lean import LeanEngine, Pool, PoolLimits
from prover.lean.foundation import Foundation
from prover.lean.source import SourceFile
from prover.model.opening import Opener, open_model
from prover.model.tab import Tab
from prover.retrieve import Index, library
from prover.search import Journal

#: Where no attempt is limited by the clock.
_LONG = 7 * 24 * 3600.0
#: Between the samples of two attempts: more draws than one attempt makes of a question.
_SALT = 1_000_003


@dataclass(frozen=True, slots=True)
class Tried:
    """An attempt that was made: what it came to, the whole file with its proof (empty without one), and the log of its
    search, lines as in an event log."""

    outcome: AttemptEnded | AttemptSpoilt
    proof: str = ""
    log: bytes = b""


@asynccontextmanager
async def open_station(
    entrant: Entrant,
    engine: LeanEngine,
    limits: PoolLimits,
    foundation: Foundation | None = None,
    opener: Opener = open_model,
) -> AsyncGenerator[Station]:
    """A place for attempts of one prover. `limits.size`: attempts at once and two workers for the ladder beside them.
    `foundation`: what stands in for Mathlib; `opener`: what opens models. Raises `SetupError`, `ModelError` where Lean
    or a model cannot be had."""
    async with AsyncExitStack() as stack:
        tactics = await stack.enter_async_context(tactic_model(entrant.tactics, opener))
        roles = await stack.enter_async_context(role_models(entrant.leap, opener))
        pool = await stack.enter_async_context(Pool(engine, limits, foundation=foundation))
        yield Station(entrant, pool, tactics, roles)


class Station:
    """Makes attempts, several at once if asked to. Made by `open_station`."""

    def __init__(self, entrant: Entrant, pool: Pool, tactics: TacticModel | None, roles: RoleModels | None) -> None:
        self.pool = pool
        self._entrant = entrant
        self._tactics = tactics
        self._roles = roles
        self._indices: dict[tuple[str, ...], Index] = {}
        self._indexing = asyncio.Lock()

    async def attempt(self, problem: Problem, number: int) -> Tried:
        """One attempt at a problem; attempts with other numbers draw other samples.

        Broken machinery, a model's or Lean's, is an `AttemptSpoilt`. Raises `SetupError` where nothing can run at all.
        """
        trial = _Trial(self, problem, number)
        try:
            result = await trial.run()
        except UserError as error:
            # A statement that does not elaborate, or is none: nobody can prove it, and it stays in the denominator.
            return trial.ended(BadTarget(what=error.code, detail=error.message))
        except (LeanProcessError, ModelError) as error:
            return trial.spoilt(error.code, error.message)
        except (ProverError, OSError):
            raise
        except Exception as error:  # one strange statement must not end a run over thousands
            return trial.spoilt("internal", f"{type(error).__name__}: {error}")
        return trial.judged(result)

    async def index(self, source: SourceFile) -> Index | None:
        """The theorems of a file's imports; None where the prover is not to have them."""
        if not self._entrant.premises:
            return None
        header = await read_header(self.pool, source)
        key = tuple(header.modules)
        async with self._indexing:
            if key not in self._indices:
                async with self.pool.lease(header.modules) as worker:
                    self._indices[key] = await library(worker, self.pool.engine)
        return self._indices[key]

    async def fill(self, trial: _Trial, source: SourceFile, target: Target) -> FileResult:
        """The entrant at work on a file."""
        entrant, tab = self._entrant, trial.tab
        seconds = _LONG if entrant.budget.seconds is None else entrant.budget.seconds
        asked = None if self._tactics is None else replace(self._tactics, through=tab)
        index = await self.index(source)
        trial.theorems = {} if index is None else index.numbers

        def solver(**more: Any) -> SearchSolver:
            return SearchSolver(frontier=entrant.frontier, journal=trial.journal, index=index, **more)

        if self._roles is not None and not entrant.searches:
            roles = replace(self._roles, through=tab)
            budget = replace(entrant.budget, seconds=seconds)
            solvers = solver(), solver(model=asked)
            return await fill_with_agent(
                roles, entrant.leap, source, target, self.pool, solvers, trial.judge, budget,
                jobs=1, depth=None, observe=_silent, plan=trial.plan, folder=None, stop=asyncio.Event(),
            )  # fmt: skip
        solve = solver(model=asked, budget=replace(entrant.budget, seconds=None))
        return await fill(source, target, self.pool, solve, trial.judge, FillOptions(seconds, refute_share=0.0))


@dataclass(slots=True)
class _Trial:
    """One attempt under way."""

    station: Station
    problem: Problem
    number: int
    began: float = field(default_factory=time.monotonic)
    log: Memory = field(default_factory=Memory)
    tab: Tab = field(init=False)
    journal: Journal = field(init=False)
    plan: Plan = field(init=False)
    judge: _TimedJudge = field(init=False)
    theorems: Container[str] = ()

    def __post_init__(self) -> None:
        self.tab = Tab(salt=_SALT * (self.number - 1))
        self.journal = Journal(self.log)
        self.plan = Plan(Recorder(self.log, PLAN))
        self.judge = _TimedJudge(LadderJudge(self.station.pool))

    async def run(self) -> FileResult:
        source = SourceFile(f"{self.problem.name or 'problem'}.lean", self.problem.text.encode())
        whole = "placeholder" in self.problem.notes or not self.problem.name
        target = Target(source.name, name=None if whole else self.problem.name)
        return await self.station.fill(self, source, target)

    def judged(self, result: FileResult) -> Tried:
        """The outcome of a finished run over the problem's file."""
        verdicts = [target.verdict for target in result.targets]
        broken = next((verdict for verdict in verdicts if isinstance(verdict, Infrastructure)), None)
        if broken is not None:
            return self.spoilt(broken.error, broken.detail)
        if self.tab.lost:
            return self.spoilt("model", f"{self.tab.lost} questions found no answer")
        if not verdicts:
            return self.ended(BadTarget(what="no_hole", detail="the text has nothing to be proved"))
        worst = next((verdict for verdict in verdicts if not isinstance(verdict, Proved)), verdicts[-1])
        scripts = [script for target in result.targets for script in target.scripts]
        return self.ended(worst, "\n".join(scripts), result.filled.text)

    def ended(self, verdict: Verdict, script: str = "", filled: str = "") -> Tried:
        proved = isinstance(verdict, Proved)
        outcome = AttemptEnded(
            problem=self.problem.id,
            attempt=self.number,
            code=verdict.code,
            proved=proved,
            spent=self._spent(),
            stopped=getattr(verdict, "stopped", ""),
            rung=_rung(verdict) if proved else 0,
            axioms=verdict.axioms if isinstance(verdict, Proved) else (),
            script=script if proved else "",
            tactics=tactics_of(script) if proved else (),
            lemmas=lemmas_of(script, self.log.events, self.theorems) if proved else (),
            detail=str(getattr(verdict, "detail", "") or getattr(verdict, "what", ""))[:500],
        )
        return Tried(outcome, filled if proved else "", b"".join(map(to_line, self.log.events)))

    def spoilt(self, error: str, detail: str) -> Tried:
        return Tried(AttemptSpoilt(self.problem.id, self.number, error, detail[:500]))

    def _spent(self) -> Spending:
        work = work_in(self.log.events)
        return Spending(
            seconds=round(time.monotonic() - self.began, 3),
            lean_seconds=work.lean_seconds,
            verify_seconds=round(self.judge.seconds, 3),
            heartbeats=work.heartbeats,
            expansions=work.expansions,
            candidates=work.candidates,
            questions=self.tab.questions,
            tokens=self.tab.tokens,
            prompt_tokens=self.tab.prompt_tokens,
            money=round(self.tab.money, 6),
        )


@dataclass(slots=True)
class _TimedJudge:
    """The ladder, and the wall seconds it took."""

    judge: Judge
    seconds: float = 0.0

    async def proofs(
        self, submission: str, reference: str, names: Sequence[str], filled: Sequence[str] = ()
    ) -> dict[str, Verdict]:
        began = time.monotonic()
        try:
            return await self.judge.proofs(submission, reference, names, filled)
        finally:
            self.seconds += time.monotonic() - began

    async def refutation(self, submission: str, reference: str, name: str, refutation: str) -> Verdict:
        began = time.monotonic()
        try:
            return await self.judge.refutation(submission, reference, name, refutation)
        finally:
            self.seconds += time.monotonic() - began


def _rung(verdict: Verdict) -> int:
    """The highest rung of the ladder that a proof has passed with all below it."""
    passed = set(verdict.report.get("rungs", ()))
    return 2 if "compared" not in passed else 4 if "replayed" in passed else 3


def _silent(_kind: str, _payload: dict[str, Any]) -> None:
    pass
