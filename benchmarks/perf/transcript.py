"""A model whose answers are known: what `benchmarks/leap/NAME.json` has it say, and the agent playing a file with it.

A transcript is a JSON object from names of lemmas to objects from roles (`prove`, `plan`, `sketch`, `negate`, `review`,
`diagnose`) to the replies in order, each with the fields of `prover/agent/leap/replies.py`. The last one is said again
and again. Where there is none, the prover and the planner answer in words alone, a reviewer accepts, a diagnosis fails.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from prover.agent import Attempt, Solution, Target
from prover.agent.leap import Decomposition, Lemma, Standing, Statement
from prover.agent.leap.brief import Brief
from prover.agent.leap.cast import Said
from prover.agent.leap.closing import SearchCloser
from prover.agent.leap.effort import Effort
from prover.agent.leap.filling import FileAgent, LeapOptions
from prover.agent.leap.leap import Leap, Scene
from prover.agent.leap.plan import Plan
from prover.agent.leap.policy import Action, Policy
from prover.agent.leap.replies import (
    Diagnosis,
    DiagnosisReply,
    NoReply,
    PlanReply,
    ProofReply,
    ReviewReply,
    Stated,
)
from prover.agent.leap.stage import Faults, Stage
from prover.cli.solver import LadderJudge, SearchSolver
from prover.core.budget import Budget
from prover.core.verdict import Proved, Verdict
from prover.events import Recorder
from prover.lean import Pool
from prover.lean.source import SourceFile

FILES = Path(__file__).parent.parent / "leap"
_TARGET = re.compile(r"^theorem (\S+)[\s\S]*?(?= := by\n  sorry$)", re.MULTILINE)
#: What the agent appends to a name that is taken.
_NUMBERED = re.compile(r"_\d+$")
Says = Mapping[str, Mapping[str, Sequence[Mapping[str, Any]]]]


def names() -> list[str]:
    """The files there are."""
    return sorted(path.stem for path in FILES.glob("*.lean"))


def says(name: str) -> Says:
    """What the model says of a file's lemmas."""
    return json.loads((FILES / f"{name}.json").read_text(encoding="utf-8"))


@dataclass
class Transcript:
    """A cast that says what is written down. `said`: how often each role was asked, by lemma."""

    says: Says
    said: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])

    def _next(self, role: str, brief: Brief) -> tuple[Mapping[str, Any] | None, int]:
        """The next reply and the tokens it takes, three characters each."""
        name = brief.statement.name
        known = self.says.get(name) or self.says.get(_NUMBERED.sub("", name)) or {}
        replies = known.get(role, ())
        self.said[role, name] += 1
        if not replies:
            return None, 1
        reply = replies[min(self.said[role, name], len(replies)) - 1]
        return reply, len(json.dumps(reply, ensure_ascii=False)) // 3

    async def prove(self, brief: Brief, draw: int = 0) -> Said[ProofReply | NoReply]:
        return self._proof("prove", brief)

    async def negate(self, brief: Brief, draw: int = 0) -> Said[ProofReply | NoReply]:
        return self._proof("negate", brief)

    async def plan(self, brief: Brief, draw: int = 0) -> Said[PlanReply | NoReply]:
        return self._plan("plan", brief)

    async def sketch(self, brief: Brief, draw: int = 0) -> Said[PlanReply | NoReply]:
        return self._plan("sketch", brief)

    async def review(self, brief: Brief, draw: int = 0) -> Said[ReviewReply | NoReply]:
        reply, tokens = self._next("review", brief)
        if reply is None:
            return Said(ReviewReply(True, 8), tokens)
        return Said(ReviewReply(reply["accepted"], reply["score"], tuple(reply.get("reasons", ()))), tokens)

    async def diagnose(self, brief: Brief, draw: int = 0) -> Said[DiagnosisReply | NoReply]:
        reply, tokens = self._next("diagnose", brief)
        if reply is None:
            return Said(NoReply("no_json"), tokens)
        counterexample, advice = reply.get("counterexample", ""), reply.get("advice", "")
        return Said(DiagnosisReply(Diagnosis(reply["diagnosis"]), counterexample, advice), tokens)

    def _proof(self, role: str, brief: Brief) -> Said[ProofReply | NoReply]:
        reply, tokens = self._next(role, brief)
        return Said(NoReply("prose") if reply is None else ProofReply(**reply), tokens)

    def _plan(self, role: str, brief: Brief) -> Said[PlanReply | NoReply]:
        reply, tokens = self._next(role, brief)
        if reply is None:
            return Said(NoReply("prose"), tokens)
        lemmas = tuple(Stated(**lemma) for lemma in reply["lemmas"])
        return Said(PlanReply(reply["plan"], reply.get("definitions", ""), lemmas, reply["script"]), tokens)


@dataclass(frozen=True, slots=True)
class Manner:
    """How a file is played. `close_seconds`: of the search without a model on each lemma, 0 for none. `seconds`: wall
    limit of each target. `verify`: the ladder judges every lemma's proof on its own, not Lean alone.
    """

    close_seconds: float = 0.0
    verify: bool = False
    seconds: float = 900.0
    effort: Effort = field(default_factory=lambda: Effort(revisions=2, plan_revisions=2))

    def actions(self) -> list[Action]:
        left_out = {Action.SEARCH} | (set[Action]() if self.close_seconds else {Action.CLOSE})
        return [action for action in Action if action not in left_out]


@dataclass
class Played:
    """A file after the agent has worked on it. `lemmas`: those that were worked on beside the targets, each use counted
    where nothing is shared. `proved`: targets; the ladder says so of the file put together (`text`), Lean alone does
    where nothing is shared. `trouble`: why others are not."""

    targets: int = 0
    proved: int = 0
    refuted: int = 0
    lemmas: int = 0
    calls: int = 0
    tokens: int = 0
    lean_seconds: float = 0.0
    trouble: list[str] = field(default_factory=list[str])
    text: str = ""
    plan: Plan | None = None

    def add(self, plan: Plan) -> None:
        """Counts what a plan cost."""
        self.calls += plan.tally.calls
        self.tokens += plan.tally.tokens
        self.lean_seconds += plan.tally.lean_seconds


async def unopened(attempt: Attempt) -> Solution:
    """A search that does nothing: proofs come from the transcript."""
    return Solution(None, "exhausted")


async def targets(pool: Pool, name: str) -> list[tuple[Statement, Stage]]:
    """The targets of a file with their places."""
    text = (FILES / f"{name}.lean").read_text(encoding="utf-8")
    found: list[tuple[Statement, Stage]] = []
    for match in _TARGET.finditer(text):
        stage = Stage(pool, text[: match.start()])
        statement = await stage.read(match[1], match[0])
        if isinstance(statement, Faults):
            raise ValueError(f"{name}: {statement}")
        found.append((statement, stage))
    return found


class Trusting(SearchCloser):
    """Takes for a proof what Lean accepts."""

    async def verify(
        self, stage: Stage, statement: Statement, name: str, script: str, definitions: str
    ) -> Verdict | None:
        return None

    async def verify_refutation(
        self, stage: Stage, statement: Statement, name: str, script: str, definitions: str
    ) -> Verdict | None:
        return None


def closer(pool: Pool, manner: Manner) -> SearchCloser:
    kind = SearchCloser if manner.verify else Trusting
    return kind(SearchSolver() if manner.close_seconds else unopened, LadderJudge(pool))


async def play(pool: Pool, name: str, manner: Manner | None = None, recorder: Recorder | None = None) -> Played:
    """All targets of a file in one plan, lemmas shared, as `prove FILE --agent leap` does; the file is left alone."""
    source = SourceFile.read(FILES / f"{name}.lean")
    return await play_text(pool, source, says(name), manner or Manner(), recorder)


async def play_text(
    pool: Pool, source: SourceFile, says: Says, manner: Manner, recorder: Recorder | None = None
) -> Played:
    """As `play`, for any file and transcript."""
    plan = Plan(recorder)
    played = Played(plan=plan)

    def observe(kind: str, payload: Mapping[str, Any]) -> None:
        if kind == "NotAssembled":
            played.trouble.append(f"{payload['name']}: {payload['faults']}")

    agent = FileAgent(
        source,
        Target(source.name),
        pool,
        closer(pool, manner),
        Transcript(says),
        LadderJudge(pool),
        plan,
        LeapOptions(Budget(seconds=manner.seconds), Policy(manner.actions()), manner.effort),
        observe,
    )
    result = await agent.run()
    played.add(plan)
    played.targets = len(result.targets)
    played.trouble += [f"{t.name}: {t.verdict}" for t in result.targets if not isinstance(t.verdict, Proved)]
    played.proved = sum(isinstance(t.verdict, Proved) for t in result.targets)
    played.refuted = sum(lemma.standing is Standing.REFUTED for lemma in plan.graph.lemmas)
    played.lemmas = len(plan.graph.lemmas) - len(plan.graph.targets)
    played.text = result.filled.text
    return played


def live(lemma: Lemma) -> Decomposition | None:
    """The decomposition that is being worked on."""
    return next((d for d in lemma.decompositions if not d.dead), None)


@dataclass
class Recursion:
    """The same model asked by plain recursion: each use of a lemma is a task of its own, nobody knows of the others."""

    pool: Pool
    name: str
    manner: Manner
    played: Played = field(default_factory=Played)

    async def play(self) -> Played:
        for statement, stage in await targets(self.pool, self.name):
            self.played.targets += 1
            self.played.proved += (await self.prove(statement, stage, ())).proved
        return self.played

    async def prove(self, statement: Statement, stage: Stage, above: tuple[str, ...]) -> Lemma:
        """A lemma and all below it. `above`: keys of what needs it: a lemma that is among them is refused."""
        plan = Plan()
        target = plan.target(statement)
        cast = Transcript(says(self.name))
        said = closer(self.pool, self.manner)
        while target.standing is Standing.OPEN:
            agent = Leap(
                plan,
                (Scene(target, stage),),
                said,
                cast,
                Policy(self.manner.actions()),
                self.manner.effort,
                Budget(seconds=self.manner.seconds),
            )

            def observe(kind: str, payload: Mapping[str, Any], stop: asyncio.Event = agent.stop) -> None:
                if live(target) is not None:
                    stop.set()

            agent.observe = observe
            await agent.run()
            decomposition = live(target)
            if target.standing is not Standing.OPEN or decomposition is None:
                break
            await self._below(plan, decomposition, stage, (*above, statement.key))
        self.played.add(plan)
        if target.standing is Standing.OPEN:
            self.played.trouble.append(f"{target.name} is open")
        self.played.lemmas += bool(above)
        self.played.refuted += target.standing is Standing.REFUTED
        return target

    async def _below(self, plan: Plan, decomposition: Decomposition, stage: Stage, above: tuple[str, ...]) -> None:
        """Proves the lemmas of a decomposition, or has it dead."""
        circle = any(lemma.key in above for lemma in decomposition.lemmas)
        for lemma in () if circle else decomposition.lemmas:
            found = await self.prove(lemma.statement, stage, above)
            if found.standing is Standing.REFUTED:
                plan.refute(lemma, found.counterexample, "negate")
                return
            if not found.proved:
                circle = True
                break
            plan.prove(lemma, "", "recursion")
        if circle:
            plan.give_up(decomposition, "failed")
