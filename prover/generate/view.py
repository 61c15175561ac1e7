"""One goal as the ideas of the portfolio look at it: hypotheses and target read once, names kept fresh."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from prover.core.premise import Premise
from prover.core.state import Goal, Hypothesis
from prover.generate.evaluation import Kind, kind_of_type
from prover.generate.reading import read_term
from prover.generate.term import Term, conjuncts, leaves, subterms


@dataclass(frozen=True, slots=True)
class Fact:
    """A hypothesis that is a proposition and could be read. `proof`: a term that proves it (`h.1.2` for a part)."""

    proof: str
    statement: Term


@dataclass(frozen=True)
class View:
    """A goal with what the ideas ask about it. `premises`: theorems that were retrieved for it, best first."""

    goal: Goal
    premises: tuple[Premise, ...] = ()

    @cached_property
    def target(self) -> Term | None:
        return read_term(self.goal.target)

    @cached_property
    def variables(self) -> dict[str, Kind]:
        """Accessible hypotheses of type ℕ or ℤ without a value, oldest first."""
        found: dict[str, Kind] = {}
        for hypothesis in self.shown:
            kind = kind_of_type(hypothesis.type)
            if kind is not None and hypothesis.value is None:
                found[hypothesis.name] = kind
        return found

    @cached_property
    def kinds(self) -> dict[str, Kind]:
        """Number types of everything in the context that has one, functions by their result."""
        found: dict[str, Kind] = {}
        for hypothesis in self.goal.hypotheses:
            result = hypothesis.type.rsplit("→", 1)[-1].strip()
            kind = kind_of_type(result)
            if kind is not None:
                found[hypothesis.name] = kind
        return found

    @cached_property
    def shown(self) -> list[Hypothesis]:
        """Hypotheses a script can name: accessible, and not hidden behind a later one of the same name."""
        latest = {h.name: h for h in self.goal.hypotheses}
        return [h for h in self.goal.hypotheses if not h.inaccessible and latest[h.name] is h and "✝" not in h.name]

    @cached_property
    def type_heads(self) -> dict[str, str]:
        """For accessible hypotheses that are no propositions: the name of the type former, `×` for pairs, `→` for
        functions; those whose type was not read are left out."""
        read = {h.name: read_term(h.type) for h in self.shown if not h.is_prop}
        return {name: term.function or term.head for name, term in read.items() if term is not None}

    @cached_property
    def facts(self) -> list[Fact]:
        """Propositions among the accessible hypotheses, whole."""
        return list(self._facts())

    def _facts(self) -> Iterator[Fact]:
        for hypothesis in self.shown:
            if hypothesis.is_prop:
                statement = read_term(hypothesis.type)
                if statement is not None:
                    yield Fact(hypothesis.name, statement)

    @cached_property
    def parts(self) -> list[Fact]:
        """The conjuncts of the facts, each with the projection that proves it."""
        return [part for fact in self.facts for part in _split(fact)]

    @cached_property
    def all_read(self) -> bool:
        """Whether every hypothesis that is a proposition is among the facts."""
        return len(self.facts) == sum(h.is_prop for h in self.goal.hypotheses)

    @cached_property
    def statements(self) -> list[Term]:
        """Target first, then the facts' statements."""
        target = [self.target] if self.target is not None else []
        return target + [fact.statement for fact in self.facts]

    @cached_property
    def mentioned(self) -> set[str]:
        """Leaves of the target."""
        return leaves(self.target) if self.target is not None else set()

    @cached_property
    def involved(self) -> set[str]:
        """Leaves of the target and of the hypotheses that are propositions."""
        return self.mentioned | {leaf for fact in self.facts for leaf in leaves(fact.statement)}

    @cached_property
    def numerals(self) -> set[int]:
        return {n for s in self.statements for t in subterms(s) if (n := t.number) is not None}

    @cached_property
    def names(self) -> set[str]:
        return {h.name for h in self.goal.hypotheses} | {leaf for s in self.statements for leaf in leaves(s)}

    def fresh(self, *wanted: str) -> str:
        """The first of the wanted names that is free here, or the last one with a number after it."""
        for name in wanted:
            if name not in self.names:
                return name
        return next(f"{wanted[-1]}{i}" for i in range(1, 1000) if f"{wanted[-1]}{i}" not in self.names)


def _split(fact: Fact) -> Iterator[Fact]:
    parts = conjuncts(fact.statement)
    if len(parts) == 1:
        yield fact
    elif fact.statement.head == "∧":
        left, right = fact.statement.args
        yield from _split(Fact(f"{fact.proof}.1", left))
        yield from _split(Fact(f"{fact.proof}.2", right))
