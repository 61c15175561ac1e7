"""Functional induction: along the equations of a recursive function of the file.

Lean makes the principle where the function is defined; for functions of a library that ships without it, it refuses.
"""

from __future__ import annotations

from collections.abc import Iterator

from prover.generate.induction import hypotheses_of_induction
from prover.generate.naming import own_names
from prover.generate.proposal import Proposal
from prover.generate.term import Term, subterms
from prover.generate.view import View

_MAX_CALLS = 4


def follow_function(view: View) -> Iterator[Proposal]:
    """`fun_induction` and `fun_cases` on the calls of goal and hypotheses, those applied to variables first."""
    names = own_names(view, view.statements).all
    local = {h.name for h in view.shown if not h.is_prop}
    ranked: list[tuple[float, Term]] = []
    seen: set[str] = set()
    for place, statement in enumerate(view.statements):
        for term in subterms(statement):
            if term.head == "@" and _name(term, names) and set(_leaves(term)) & local and str(term) not in seen:
                seen.add(str(term))
                outside = 0.0 if place == 0 and view.target is not None else -0.6
                ranked.append((outside + (0.0 if _simple(term, local) else -1.5), term))
    ranked = sorted(ranked, key=lambda found: -found[0])[:_MAX_CALLS]
    again = -1.0 * len(hypotheses_of_induction(view))
    for rank, (fit, call) in enumerate(ranked):
        shift = again + fit - 0.3 * rank
        yield Proposal("fun_induction", f"unhygienic fun_induction {call}", shift)
        others = _others(view, call)
        if others:
            yield Proposal(
                "fun_induction_generalizing", f"unhygienic fun_induction {call} generalizing {others}", shift
            )
        yield Proposal("fun_cases", f"unhygienic fun_cases {call}", shift)


def _name(term: Term, names: tuple[str, ...]) -> str:
    """The own function that a term applies."""
    name = term.function
    if name.startswith("."):
        return next((n for n in names if n.endswith(name)), "")
    return name if name in names else ""


def _simple(call: Term, local: set[str]) -> bool:
    """Whether every argument is a variable, or names a function or type."""
    return all(not a.args for a in call.operands) and bool({a.head for a in call.operands} & local)


def _leaves(term: Term) -> Iterator[str]:
    return (t.head for t in subterms(term) if not t.args)


def _others(view: View, call: Term) -> str:
    inside = set(_leaves(call))
    return " ".join(
        h.name
        for h in view.shown
        if not h.is_prop
        and not h.is_instance
        and h.name in view.mentioned - inside
        and "→" not in h.type
        and not h.type.startswith(("Type", "Sort", "Prop"))
    )
