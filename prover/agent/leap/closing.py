"""Searching for a lemma's proof without a language model in the loop, and the verdict on what is found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from prover.agent.attempt import Solve
from prover.agent.fill import FillOptions, fill
from prover.agent.hunt import INSTANCES_TRIED
from prover.agent.judge import Judge
from prover.agent.judging import Observer
from prover.agent.leap.lemma import Statement
from prover.agent.leap.stage import Stage
from prover.agent.refutation import refutation_header, refutation_name
from prover.agent.target import Target
from prover.core.errors import UserError
from prover.core.verdict import Proved, ProvedModulo, Refuted, Verdict
from prover.lean.source import SourceFile

#: The part of a search that goes to the negation.
_REFUTING = 0.2


@dataclass(frozen=True, slots=True)
class Closed:
    """What came of a search. At most one of `script` (tactic lines) and `refutation` (likewise) is not empty; a verdict
    of the ladder stands behind it. `detail`: why there is neither. `tokens`, `money`: of a model that proposed
    tactics, US dollars."""

    script: str = ""
    refutation: str = ""
    verdict: str = ""
    detail: str = ""
    tokens: int = 0
    money: float = 0.0


class Closer(Protocol):
    """Finds proofs by search, and has proofs verified."""

    async def search(
        self, stage: Stage, statement: Statement, definitions: str, *, seconds: float, deep: bool
    ) -> Closed: ...

    async def verify(
        self, stage: Stage, statement: Statement, name: str, script: str, definitions: str
    ) -> Verdict | None:
        """The verdict on a proof; None where none is needed."""
        ...

    async def verify_refutation(
        self, stage: Stage, statement: Statement, name: str, script: str, definitions: str
    ) -> Verdict | None: ...


class SearchCloser:
    """Searches as `prove FILE` does, over a file that holds the lemma alone. `deep`: the solver of longer searches.
    `observe` is told of the hunts for counterexamples among them."""

    def __init__(
        self, solve: Solve, judge: Judge, *, deep: Solve | None = None, observe: Observer = lambda kind, payload: None
    ) -> None:
        self._solve = solve
        self._deep = deep or solve
        self._judge = judge
        self._observe = observe

    async def search(
        self, stage: Stage, statement: Statement, definitions: str, *, seconds: float, deep: bool
    ) -> Closed:
        source = SourceFile("lemma.lean", stage.text(statement, "sorry", definitions=definitions).encode())
        options = FillOptions(seconds=seconds, refute_share=_REFUTING)
        try:
            target = Target("lemma.lean", name=statement.name)
            solve = self._deep if deep else self._solve
            result = await fill(source, target, stage.pool, solve, self._judge, options, self._tell)
        except UserError as error:
            return Closed(detail=error.message)
        found = result.targets[0]
        code, counts = found.verdict.code, found.statistics
        cost = counts.get("tokens", 0), counts.get("money", 0.0)
        if isinstance(found.verdict, Proved | ProvedModulo) and found.scripts:
            return Closed(found.scripts[0], "", code, "", *cost)
        if isinstance(found.verdict, Refuted) and found.scripts and _at_all_universes(found.scripts[0]):
            return Closed("", _tactics(found.scripts[0]), code, "", *cost)
        return Closed("", "", code, getattr(found.verdict, "stopped", code), *cost)

    def _tell(self, kind: str, payload: dict[str, Any]) -> None:
        if kind == INSTANCES_TRIED:  # all else is about a file that nobody has
            self._observe(kind, payload)

    async def verify(
        self, stage: Stage, statement: Statement, name: str, script: str, definitions: str
    ) -> Verdict | None:
        return (
            await self._judge.proofs(
                stage.text(statement, script, definitions=definitions),
                stage.text(statement, "sorry", definitions=definitions),
                [name],
            )
        )[name]

    async def verify_refutation(
        self, stage: Stage, statement: Statement, name: str, script: str, definitions: str
    ) -> Verdict | None:
        header = refutation_header(name, quoted="«" in statement.text)
        proof = "\n".join(f"  {line}" for line in script.splitlines())
        open_text = stage.text(statement, "sorry", definitions=definitions)
        submission = stage.text(statement, "sorry", definitions=definitions, refutation=f"{header} by\n{proof}")
        return await self._judge.refutation(submission, open_text, name, refutation_name(name))


def _at_all_universes(theorem: str) -> bool:
    """Whether a refutation is about the statement as it is written: what is kept of one is its tactics alone."""
    return ".{" not in theorem.split("\n", 1)[0]


def _tactics(theorem: str) -> str:
    """The tactic lines of a theorem written `header := by` and indented lines."""
    lines: Sequence[str] = theorem.split("\n")[1:]
    return "\n".join(line.removeprefix("  ") for line in lines)
