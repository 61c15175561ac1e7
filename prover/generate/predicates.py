"""Inductive predicates of the file: rule inversion, rule induction, and rules to close with."""

from __future__ import annotations

from collections.abc import Iterator

from prover.generate.naming import own_names, predicate
from prover.generate.proposal import Proposal
from prover.generate.term import leaves
from prover.generate.view import View

_MAX_FACTS = 5


def use_predicates(view: View) -> Iterator[Proposal]:
    """`cases` and `induction` on proofs of the file's own predicates, `constructor` where one is to be proved."""
    facts = [(f, name) for f in view.facts if (name := predicate(view, f.statement))]
    for fact, _ in facts[-_MAX_FACTS:]:
        yield Proposal("predicate_cases", f"unhygienic cases {fact.proof}")
        yield Proposal("predicate_induction", f"unhygienic induction {fact.proof}")
        others = [
            h.name
            for h in view.shown
            if not h.is_prop and h.name in view.mentioned - leaves(fact.statement) and "→" not in h.type
        ]
        if others:
            text = f"unhygienic induction {fact.proof} generalizing {' '.join(others)}"
            yield Proposal("predicate_induction", text, -0.5)
    target = predicate(view, view.target) if view.target is not None else ""
    if target:
        yield Proposal("predicate_rule", "constructor")
        yield Proposal("predicate_rule", "right", -0.5)
        yield Proposal("predicate_solve", "solve_by_elim")
    names = dict.fromkeys([name for _, name in facts] + [target] * bool(target))
    if names:
        functions = own_names(view, view.statements).functions
        given = ", ".join(dict.fromkeys([*names, *functions]))
        yield Proposal("predicate_grind", f"grind [{', '.join(names)}]")
        if len(functions) and given != ", ".join(names):
            yield Proposal("predicate_grind", f"grind [{given}]", -0.4)
