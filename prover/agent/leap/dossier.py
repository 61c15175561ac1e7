"""What the plan holds about a lemma, for those who are asked about it."""

from __future__ import annotations

from dataclasses import dataclass

from prover.agent.leap.brief import Brief, Known, Tried
from prover.agent.leap.lemma import Lemma, Standing, Statement
from prover.agent.leap.naming import mentions
from prover.agent.leap.plan import Plan
from prover.agent.leap.replies import PlanReply

#: Lemmas that a brief tells of.
_MOST_LEMMAS = 40


@dataclass(frozen=True, slots=True)
class Dossier:
    """One lemma of a plan. `before`: the user's file up to the place; `hints`: the person's for the target.

    It is read from the plan each time, so that it is never older than that.
    """

    plan: Plan
    lemma: Lemma
    before: str
    hints: tuple[str, ...] = ()

    def available(self) -> tuple[Statement, ...]:
        """Lemmas that a proof may call on: those that do not need this one, proved ones first."""
        graph = self.plan.graph
        above = {lemma.number for lemma in graph.above(self.lemma)} | {self.lemma.number}
        usable = [
            lemma
            for lemma in graph.lemmas
            if lemma.number not in above
            and lemma not in graph.targets
            and lemma.key not in self.plan.dropped
            and lemma.standing in (Standing.PROVED, Standing.OPEN)
        ]
        usable.sort(key=lambda lemma: (not lemma.proved, -lemma.number))
        return tuple(lemma.statement for lemma in usable[:_MOST_LEMMAS])

    def called(self, reply: PlanReply) -> tuple[Statement, ...]:
        """Of the available lemmas those that a plan mentions."""
        text = f"{reply.script}\n{reply.definitions}"
        return tuple(s for s in self.available() if mentions(text, s.name))

    def brief(self) -> Brief:
        """What is known of the lemma."""
        key = self.lemma.key
        return Brief(
            self.lemma.statement,
            self.before,
            self.plan.definitions(),
            tuple(self._known(statement) for statement in self.available()),
            tuple(self._known(lemma.statement) for lemma in self.plan.graph.above(self.lemma)),
            (*self.hints, *self.plan.hints.get(key, ())),
            tried=(*self.plan.tried.get(key, ()), *self._refuted(), *self._stuck(), *self._advice()),
        )

    def _refuted(self) -> list[Tried]:
        """The plans that rested on something false."""
        found: list[Tried] = []
        for decomposition in self.lemma.decompositions:
            plan = decomposition.sketch.plan or decomposition.sketch.script
            for lemma in decomposition.lemmas:
                if lemma.standing is Standing.REFUTED:
                    what = f"`{lemma.statement.text}` is false; its negation is proved by:\n{lemma.counterexample}"
                    found.append(Tried("plan", plan, what))
        return found

    def _stuck(self) -> list[Tried]:
        """What was found out about lemmas that plans rest on and that resist."""
        found: list[Tried] = []
        for decomposition in self.lemma.decompositions:
            plan = decomposition.sketch.plan or decomposition.sketch.script
            for lemma in decomposition.lemmas if decomposition.dead in ("", "stuck") else ():
                told = self.plan.advice.get(lemma.key, ())
                if lemma.standing is Standing.OPEN and told:
                    words = f"`{lemma.statement.text}` was not proved: {told[-1].diagnosis}: {told[-1].advice}"
                    found.append(Tried("plan", plan, words.rstrip(": ")))
        return found

    def _advice(self) -> list[Tried]:
        given = self.plan.advice.get(self.lemma.key, ())
        return [Tried("diagnosis", advice.counterexample, f"{advice.diagnosis}: {advice.advice}") for advice in given]

    def _known(self, statement: Statement) -> Known:
        lemma = self.plan.graph.find(statement.key)
        standing = "" if lemma is None else str(lemma.standing)
        return Known(statement.name, statement.text, standing, statement.informal)
