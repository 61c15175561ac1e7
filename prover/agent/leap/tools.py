"""The tools of the agent's roles: Lean asked about code, goals, tactics and theorems; the plan asked about lemmas."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from pydantic import Field

from prover.agent.leap.bench import Bench
from prover.agent.leap.brief import Brief, Known
from prover.agent.leap.context import shortened
from prover.agent.leap.look import Complaint
from prover.agent.leap.manifest import ToolName
from prover.agent.leap.toolbox import AgentTool, Arguments
from prover.core.errors import CallTimeout
from prover.core.outcome import Failed, Lost, Progress, Solved, TacticOutcome, TimedOut
from prover.core.premise import Premise
from prover.generate.screening import is_forbidden
from prover.lean import Pool
from prover.verify.policy import Allowance

#: Theorems for words: the best first, at most so many.
Find = Callable[[str, int], Awaitable[Sequence[Premise]]]
_MOST_TACTICS = 16
_MOST_GOALS = 8
_TACTIC_SECONDS = 5.0
_LONGEST_GOAL = 1500


class _Check(Arguments):
    code: str = Field(
        description="declarations (`theorem ... := by ...`, `def ...`), or tactic lines alone, which are taken for a "
        "proof of the statement; `sorry` may stand in it"
    )


class LeanCheck(AgentTool[_Check]):
    name = "lean_check"
    description = (
        "Has Lean look at declarations or at a proof, at the place of the statement, with the offered lemmas known."
    )
    arguments = _Check

    def __init__(self, bench: Bench) -> None:
        self._bench = bench

    async def run(self, given: _Check) -> str:
        seen = await self._bench.look(given.code)
        if seen.complaints:
            return _listed(seen.complaints)
        declared = seen.declared.get("code", ())
        assumed = [name for name in declared if seen.kinds.get(name) == "axiom"]
        if assumed:
            return f"error: an axiom is nothing that may be used: {', '.join(assumed)}"
        unproved = [name for name in declared if name in seen.open]
        return "no errors" if not unproved else f"no errors, but `sorry` is left in: {', '.join(unproved)}"


class _GoalAt(Arguments):
    proof: str = Field(
        description="tactic lines of a proof of the statement, with `sorry` where you want to see the goal"
    )
    line: int = Field(
        0, ge=0, description="instead: the line (from 1) before which you want to see it; the rest is cut"
    )


class GoalAt(AgentTool[_GoalAt]):
    name = "goal_at"
    description = "Shows the goals at the places of `sorry` in a proof of the statement, or before one of its lines."
    arguments = _GoalAt

    def __init__(self, bench: Bench) -> None:
        self._bench = bench

    async def run(self, given: _GoalAt) -> str:
        proof = _cut(given.proof, given.line) if given.line else given.proof
        if _forbidden(proof):
            return "error: there is something in the proof that no proof may contain"
        try:
            async with self._bench.opened(proof) as opened:
                shown = [f"goal {i}:\n{_state(s)}" for i, (_, s) in enumerate(opened.holes[:_MOST_GOALS], start=1)]
                if len(opened.holes) > _MOST_GOALS:
                    shown.append(f"and {len(opened.holes) - _MOST_GOALS} more goals")
                complaints = _listed(opened.complaints)
        except CallTimeout:
            return f"error: this took Lean longer than {self._bench.seconds:g} s"
        if not shown:
            shown = ["no `sorry` was reached"]
        return "\n\n".join([*shown, *([f"errors:\n{complaints}"] if complaints else [])])


class _Try(Arguments):
    tactics: tuple[str, ...] = Field(
        min_length=1, max_length=_MOST_TACTICS, description="alternatives, each tried on its own; several lines allowed"
    )
    proof: str = Field(
        "sorry", description="tactic lines before it, with `sorry` at the place; as it stands: the start"
    )


class TryTactics(AgentTool[_Try]):
    name = "try_tactics"
    description = "Tries tactics on the statement's goal, or at the first `sorry` in a proof of it; says what is left."
    arguments = _Try

    def __init__(self, bench: Bench) -> None:
        self._bench = bench

    async def run(self, given: _Try) -> str:
        if _forbidden(given.proof):
            return "error: there is something in the proof that no proof may contain"
        wanted = [tactic for tactic in given.tactics if tactic.strip() and not is_forbidden(tactic)]
        outcomes: dict[str, str] = dict.fromkeys(given.tactics, "not tried: no proof may contain it")
        try:
            async with self._bench.opened(given.proof) as opened:
                if not opened.holes:
                    return "\n\n".join(["no `sorry` was reached", _listed(opened.complaints)])
                found = await self._bench.run(opened, wanted, seconds=_TACTIC_SECONDS) if wanted else []
        except CallTimeout:
            return f"error: this took Lean longer than {self._bench.seconds:g} s"
        outcomes |= {tactic: _outcome(outcome) for tactic, outcome in zip(wanted, found, strict=True)}
        return "\n\n".join(f"{i}. {outcomes[t]}" for i, t in enumerate(given.tactics, start=1))


class _Premises(Arguments):
    query: str = Field(description="words, parts of names, or a statement")
    k: int = Field(8, ge=1, le=30, description="how many")


class Premises(AgentTool[_Premises]):
    name = "premises"
    description = "Finds theorems among the file's imports by what they are about; gives names and statements."
    arguments = _Premises

    def __init__(self, find: Find) -> None:
        self._find = find

    async def run(self, given: _Premises) -> str:
        found = await self._find(given.query, given.k)
        return "\n".join(told_of(premise) for premise in found) or "nothing was found"


class _Status(Arguments):
    name: str = Field("", description="of a lemma; empty: all of them")


class LemmaStatus(AgentTool[_Status]):
    name = "lemma_status"
    description = "Says which lemmas of the plan there are, what they state, and which are proved, open or refuted."
    arguments = _Status

    def __init__(self, lemmas: Callable[[], Sequence[Known]]) -> None:
        self._lemmas = lemmas

    async def run(self, given: _Status) -> str:
        lemmas = self._lemmas()
        if given.name:
            found = [known for known in lemmas if known.name.split(".")[-1] == given.name.split(".")[-1]]
            return "\n\n".join(map(_lemma, found)) or f"there is no lemma {given.name!r}"
        return "\n".join(f"{known.name}: {known.standing}" for known in lemmas) or "there are no lemmas yet"


class LeanTools:
    """The tools for a brief. `find`: where theorems are looked up; None: that tool is not there. `lemmas`: those of the
    plan, as they are now; None: those of the brief. `seconds`: limit of one look."""

    def __init__(
        self,
        pool: Pool,
        *,
        find: Find | None = None,
        lemmas: Callable[[], Sequence[Known]] | None = None,
        seconds: float = 30.0,
        allowed: Allowance | None = None,
    ) -> None:
        self._pool = pool
        self._find = find
        self._lemmas = lemmas
        self._seconds = seconds
        self._allowed = allowed

    def __call__(self, brief: Brief, names: Sequence[ToolName]) -> list[AgentTool[Any]]:
        """Those of the named tools that there are."""
        bench = Bench(self._pool, brief, seconds=self._seconds, allowed=self._allowed)
        made: dict[ToolName, AgentTool[Any]] = {
            "lean_check": LeanCheck(bench),
            "goal_at": GoalAt(bench),
            "try_tactics": TryTactics(bench),
            "lemma_status": LemmaStatus(self._lemmas or (lambda: (*brief.lemmas, *brief.above))),
        }
        if self._find is not None:
            made["premises"] = Premises(self._find)
        return [made[name] for name in names if name in made]


def _listed(complaints: Sequence[Complaint]) -> str:
    shown = [shortened(str(complaint), _LONGEST_GOAL) for complaint in complaints[:_MOST_GOALS]]
    more = len(complaints) - len(shown)
    return "\n".join([*shown, *([f"and {more} more errors"] if more else [])])


def _state(state: object) -> str:
    return shortened(str(state), _LONGEST_GOAL)


def _lemma(known: Known) -> str:
    return "\n".join(line for line in (f"{known.standing}:", known.informal, known.text) if line)


def told_of(premise: Premise) -> str:
    """A theorem with its statement, in a line."""
    signature = " ".join(premise.signature.split())
    if not signature:
        return premise.name
    return signature if signature.startswith(premise.name) else f"{premise.name} : {signature.lstrip(': ')}"


def _outcome(outcome: TacticOutcome[int] | None) -> str:
    match outcome:
        case None:
            return "not tried: there was no time left"
        case Solved():
            return "solves the goal"
        case Progress(state):
            return f"leaves:\n{_state(state)}"
        case Failed(_, text):
            return f"error: {shortened(text, _LONGEST_GOAL)}"
        case TimedOut(limit):
            return f"took too long ({limit})"
        case Lost():
            return "costs too much time or memory: Lean was lost over it"
        case _:
            return "was not tried"


def _cut(proof: str, line: int) -> str:
    """A proof up to a line, and `sorry` in its place."""
    lines = proof.strip("\n").split("\n")
    if line > len(lines):
        return "\n".join([*lines, "sorry"])
    indent = len(lines[line - 1]) - len(lines[line - 1].lstrip())
    return "\n".join([*lines[: line - 1], " " * indent + "sorry"])


def _forbidden(proof: str) -> bool:
    """Whether there is more in a proof than a `sorry` that no proof may contain."""
    return is_forbidden(proof.replace("sorry", "skip"))
