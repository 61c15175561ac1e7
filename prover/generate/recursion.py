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
    """`fun_induction` and `fun_cases` on the calls of the goal, those applied to variables first."""
    if view.target is None:
        return
    names = own_names(view, [view.target]).all
    local = {h.name for h in view.shown if not h.is_prop}
    calls: dict[str, Term] = {}
    for term in subterms(view.target):
        if term.head == "@" and _name(term, names) and set(_leaves(term)) & local:
            calls.setdefault(str(term), term)
    ranked = sorted(calls.values(), key=lambda t: not _simple(t, local))[:_MAX_CALLS]
    again = -1.0 * len(hypotheses_of_induction(view))
    for rank, call in enumerate(ranked):
        shift = again - 0.3 * rank - (0.0 if _simple(call, local) else 1.5)
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
