"""A thorough look at a statement, with small budgets: is it trivial, are its hypotheses contradictory, is it false?

Nothing here is a verdict: what is found was elaborated by Lean as a whole file, and is meant for who keeps the set.
What is not found says nothing.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field

from prover.agent.counterexample import hunt, open_beside, unfoldable
from prover.agent.hunt import Tried
from prover.agent.obligation import spelled
from prover.agent.refutation import refutation_header
from prover.bench.problem import Problem
from prover.core.errors import LeanProcessError
from prover.core.outcome import Progress, Solved
from prover.core.state import Goal
from prover.lean import Worker
from prover.lean.wire import Elaboration, Hole

#: What a person tries first; each alone.
CALLS = ("rfl", "decide", "omega", "simp", "simp_all", "grind", "intros; omega", "intros; simp_all")
_CONTRADICTIONS = ("contradiction", "omega", "simp_all", "grind")
_FALLS = "(first | omega | grind | (simp_all; done) | (simp at *; omega))"
#: Of `∃ m, ∀ n, ...`, once for the first numbers where more is asked for before: what is claimed to exist fails at
#: small numbers, at itself or above.
_WITNESSED = tuple(
    f"intro h; obtain ⟨{', '.join(found)}⟩ := {given}; {'; '.join(f'have := {said}' for said in instances)}; {_FALLS}"
    for given in ("h", "h 1 (by decide)")
    for found, instances in (
        (("m", "hm"), ("hm m", "hm (m + 1)")),
        (("m", "hm"), ("hm 0", "hm 1", "hm 2")),
        (("x", "y", "hm"), ("hm 0 1", "hm 1 0", "hm (-1) 0", "hm 0 (-1)")),
        (("m", "g", "hm"), ("hm m g", "hm (m + 1) (by omega)", "Nat.le_of_dvd g (hm (m + 1) (by omega)).2")),
    )
)
_NEGATIONS = (
    "decide",
    "omega",
    "simp",
    "grind",
    "intro h; simp at h",
    "intro h; have h := h 0; simp_all",
    "intro h; have h := h 0 0; simp_all",
    "intro h; have h := h 1; simp_all",
    "intro h; grind",
)

_INTROS = "try intros"
_TRIES = 3

Elaborate = Callable[[str], Awaitable[Elaboration]]


@dataclass(frozen=True, slots=True)
class ValidationLimits:
    """`seconds`: wall limit for elaborating one statement. Of a thorough look, each tactic has `tactic_seconds` and
    `heartbeats` (the unit of `maxHeartbeats`), each question asked `total_seconds` in all, and the search for a
    counterexample `refuting_seconds`."""

    seconds: float = 60.0
    tactic_seconds: float = 5.0
    heartbeats: int = 40_000
    total_seconds: float = 20.0
    refuting_seconds: float = 5.0


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to know of a statement that elaborates: `what`, a word, its `detail` in one line, and `script`, the
    tactics that show it: they prove the statement; of a false one, the theorem that is its negation.

    Seen at once: `placeholder` (definitions before it are left open), `other_name` (Lean calls the theorem something
    else). Of a thorough look, with the tactics that show it: `trivial` (one call of automation proves it), `vacuous`
    (its hypotheses contradict each other), `false` (its negation has a proof); `unexamined` (Lean was lost over the
    question, again and again).
    """

    what: str
    detail: str = ""
    script: str = ""


@dataclass(frozen=True, slots=True)
class Soundness:
    """What a thorough look found. `instances`: those of a statement not found to be false that Lean's kernel decided,
    all of which hold."""

    findings: tuple[Finding, ...] = ()
    instances: int = 0


@dataclass(slots=True)
class Opened:
    """A statement that elaborates; its goal is live in `worker` as `state`, and `read`, kept, declares it.
    `elaborate`: another text after the same header. `hopeless`: tactics that ended the process before; `tried`: what
    was looked at in search of a counterexample."""

    problem: Problem
    worker: Worker
    hole: Hole
    state: int
    elaborate: Elaborate
    limits: ValidationLimits
    read: Elaboration
    tried: Tried = field(default_factory=Tried)
    hopeless: set[str] = field(default_factory=set[str])

    async def close(self, state: int, tactics: Sequence[str]) -> str | None:
        """The first of the tactics that closes a goal."""
        limits = self.limits
        hopeful = [tactic for tactic in tactics if tactic not in self.hopeless]
        outcomes = self.worker.apply(
            state,
            hopeful,
            heartbeats=limits.heartbeats,
            wall_seconds=limits.tactic_seconds,
            total_seconds=limits.total_seconds,
        )
        found: str | None = None
        try:
            async for index, outcome in outcomes:
                if isinstance(outcome, Solved):
                    found = hopeful[index]
        except LeanProcessError as error:
            if error.index is not None:
                self.hopeless.add(hopeful[error.index])
            raise
        return found

    async def step(self, state: int, tactic: str) -> tuple[int, Goal] | None:
        """The state after a tactic, and its one goal."""
        async for _, outcome in self.worker.apply(state, [tactic], wall_seconds=self.limits.tactic_seconds):
            if isinstance(outcome, Progress) and len(outcome.state.goals) == 1:
                return outcome.handle, outcome.state.goals[0]
        return None

    @property
    def name(self) -> str:
        """What Lean calls the theorem."""
        return self.hole.declaration or self.problem.name

    async def holds(self, text: str, name: str) -> bool:
        """Whether a text elaborates, and leaves nothing open in the declaration `name`."""
        read = await self.elaborate(text)
        return read.clean and any(d.name == name and not d.hole for d in read.declarations)


#: Opens the statement anew, on a worker of its own for as long as it lasts.
Opening = Callable[[], AbstractAsyncContextManager[Opened]]
Question = Callable[[Opened], Awaitable[Finding | None]]


async def examine(opening: Opening) -> Soundness:
    """What a thorough look finds; `unexamined` names a question that Lean was lost over, again and again."""
    hopeless = set[str]()
    findings: list[Finding] = []
    instances = 0
    for what, question in (("trivial", _trivial), ("vacuous", _vacuous), ("false", _false)):
        if what == "false" and findings:
            break  # it has a proof
        found, looked = await _ask(opening, question, hopeless)
        findings += [Finding("unexamined", what)] if isinstance(found, LeanProcessError) else found
        instances = max(instances, looked)
    return Soundness(tuple(findings), instances)


async def _ask(
    opening: Opening, question: Question, hopeless: set[str]
) -> tuple[list[Finding] | LeanProcessError, int]:
    """What comes of a question, and the instances looked at for it."""
    lost: LeanProcessError | None = None
    for _ in range(_TRIES):
        try:
            async with opening() as opened:
                opened.hopeless = hopeless
                found = await question(opened)
                return [found] if found else [], opened.tried.instances
        except LeanProcessError as error:
            lost = error
    assert lost is not None
    return lost, 0


async def _trivial(opened: Opened) -> Finding | None:
    call = await opened.close(opened.state, CALLS)
    if call is not None and await opened.holds(opened.problem.with_proof(call), opened.name):
        return Finding("trivial", call, call)
    return None


async def _vacuous(opened: Opened) -> Finding | None:
    bare = await opened.step(opened.state, _INTROS)
    if bare is None or bare[1].target == "False" or not any(h.is_prop for h in bare[1].hypotheses):
        return None
    aside = await opened.step(bare[0], "exfalso")
    call = await opened.close(aside[0], _CONTRADICTIONS) if aside is not None else None
    script = f"{_INTROS}\nexfalso\n{call}"
    if call is not None and await opened.holds(opened.problem.with_proof(script), opened.name):
        return Finding("vacuous", call, script)
    return None


async def _false(opened: Opened) -> Finding | None:
    """A counterexample among small values, or a call that proves the negation."""
    declared = opened.read.declarations
    name = spelled(opened.name)
    result = await hunt(
        opened.worker,
        opened.read.env,
        name,
        definitions=unfoldable(declared),
        quoted="«" in opened.problem.text,
        avoid=open_beside(name, declared),
        seconds=opened.limits.refuting_seconds,
    )
    opened.tried = result.tried
    if result.found is not None:
        refuted = opened.problem.followed_by(result.found.theorem)
        if await opened.holds(refuted, f"{opened.name}.refutation"):
            values = ", ".join(f"{variable} = {value}" for variable, value in result.found.values)
            return Finding("false", values or result.found.denied, result.found.theorem)
    return await _negated(opened) if opened.worker.alive else None


async def _negated(opened: Opened) -> Finding | None:
    header = refutation_header(opened.name, quoted=False)
    name = f"{opened.name}.refutation"
    read = await opened.elaborate(opened.problem.followed_by(f"{header} by\n  sorry"))
    states = [hole.state for hole in read.holes if hole.declaration == name and hole.state is not None]
    if not read.clean or len(states) != 1:
        return None
    goals = [hole.goals.goals[0] for hole in read.holes if hole.state == states[0] and hole.goals is not None]
    claimed = any("∃" in goal.target for goal in goals)
    call = await opened.close(states[0], (*_NEGATIONS, *(_WITNESSED if claimed else ())))
    theorem = f"{header} by\n  {call}"
    if call is not None and await opened.holds(opened.problem.followed_by(theorem), name):
        return Finding("false", call, theorem)
    return None
