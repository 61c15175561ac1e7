"""What a prompt is made of, and how it is made to fit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from prover.core.premise import Premise
from prover.core.state import Goal, Hypothesis
from prover.core.theorem import Theorem
from prover.generate.request import Request

Measure = Callable[["Material"], int]


@dataclass(frozen=True, slots=True)
class Material:
    """The parts of a prompt. `goals`: the one that is asked about first. `stated`: the declaration whose proof is
    wanted, with its doc comment and without `:=`; `name`: what it is called."""

    goals: tuple[Goal, ...]
    premises: tuple[Premise, ...] = ()
    history: tuple[str, ...] = ()
    name: str = "goal"
    header: str = ""
    context: str = ""
    stated: str = ""
    informal: str = ""
    n: int = 1

    @classmethod
    def of(cls, request: Request, *, premises: int, n: int) -> Material:
        """What a request gives; the theorem's declaration where there is one."""
        others = (goal for index, goal in enumerate(request.state.goals) if index != request.goal)
        made = cls((request.focused, *others), request.premises[:premises] if premises else (), request.history, n=n)
        theorem = request.theorem
        if theorem is None:
            return made
        return replace(
            made,
            name=theorem.name or made.name,
            header=theorem.header.strip(),
            context=theorem.context.strip(),
            stated=documented(theorem),
            informal=theorem.informal.strip(),
        )

    @property
    def variables(self) -> dict[str, Any]:
        """What templates can name."""
        return {
            "state": "\n\n".join(str(goal) for goal in self.goals),
            "premises": [{"name": p.name, "signature": signature(p)} for p in self.premises],
            "history": list(self.history),
            "name": self.name,
            "header": self.header,
            "context": self.context,
            "statement": self.stated,
            "informal": self.informal,
            "code": "\n\n".join(part for part in (self.header, self.context, self.stated) if part),
            "n": self.n,
        }

    def fitting(self, measure: Measure, most: int) -> Material | None:
        """As much of it as `measure` puts at `most` or less; None where the target alone is too much.

        Premises come last: of those, best first, every one that still fits. Before them go the oldest tactics of the
        history, the theorem's context, other goals, then hypotheses: oldest propositions first. The target stays whole.
        """
        bare = replace(self, premises=())
        size = measure(bare)
        for smaller in bare._reductions():
            if size <= most:
                break
            bare = smaller
            size = measure(bare)
        if size > most:
            return None
        kept: list[Premise] = []
        for premise in self.premises:
            cost = measure(replace(bare, premises=(premise,))) - measure(bare)
            if size + cost <= most:
                kept.append(premise)
                size += cost
        while kept and measure(replace(bare, premises=tuple(kept))) > most:
            kept.pop()
        return replace(bare, premises=tuple(kept))

    def _reductions(self) -> Iterator[Material]:
        """Ever smaller versions."""
        made = self
        while made.history:
            made = replace(made, history=made.history[1 + len(made.history) // 8 :])
            yield made
        if made.context:
            made = replace(made, context="")
            yield made
        while len(made.goals) > 1:
            made = replace(made, goals=made.goals[:-1])
            yield made
        goal = self.goals[0]
        for wanted in (True, False):
            while any(h.is_prop is wanted for h in goal.hypotheses):
                goal = _without_oldest(goal, wanted)
                made = replace(made, goals=(goal,))
                yield made


def documented(theorem: Theorem) -> str:
    """A theorem's declaration with its informal statement as doc comment, where it does not have one."""
    statement = theorem.statement.strip()
    informal = theorem.informal.strip().replace("-/", "- /")
    if not informal or statement.startswith("/--"):
        return statement
    return f"/-- {informal} -/\n{statement}"


def signature(premise: Premise) -> str:
    """What follows a theorem's name in its printed statement, from its binders or colon on; empty where not known."""
    text = premise.signature.strip()
    for lead in ("theorem ", "lemma ", f"@{premise.name}", premise.name):
        text = text.removeprefix(lead).strip() if text.startswith(lead) else text
    if text and text[0] not in "({[⦃:.":
        return f": {text}"
    return text


def _without_oldest(goal: Goal, propositions: bool) -> Goal:
    """Without the oldest of its propositions, or of its other hypotheses; several at a time where there are many."""
    several = 1 + sum(h.is_prop is propositions for h in goal.hypotheses) // 16
    kept: list[Hypothesis] = []
    for hypothesis in goal.hypotheses:
        if several and hypothesis.is_prop is propositions:
            several -= 1
        else:
            kept.append(hypothesis)
    return replace(goal, hypotheses=tuple(kept))
