"""Induction and case distinction on natural numbers, lists and the file's own inductive types."""

from __future__ import annotations

from collections.abc import Iterator

from prover.generate.evaluation import NAT
from prover.generate.naming import own_type
from prover.generate.proposal import Proposal
from prover.generate.term import leaves, subterms
from prover.generate.view import View

#: Less likely: an induction inside another one, on an element of a list, on what is no exponent where something is.
_AGAIN = -1.0
_ELEMENT = -1.5
_BASE = -0.8


def hypotheses_of_induction(view: View) -> list[str]:
    """Names of the facts that an induction left, by the names this generator and Lean give them."""
    return [f.proof for f in view.facts if f.proof.startswith("ih") or "_ih" in f.proof]


def induct(view: View) -> Iterator[Proposal]:
    """Plain, generalized and strong induction on what the goal mentions; cases."""
    involved = view.mentioned | {leaf for f in view.facts for leaf in leaves(f.statement)}
    elements = {t.args[0].head for s in view.statements for t in subterms(s) if t.head == "::"}
    exponents = {leaf for s in view.statements for t in subterms(s) if t.head == "^" for leaf in leaves(t.args[1])}
    exponents &= view.variables.keys()
    again = _AGAIN * len(hypotheses_of_induction(view))
    for name, kind in view.variables.items():
        if kind == NAT and name in involved:
            unlikely = (0.0 if name in view.mentioned else -2.0) + (_ELEMENT if name in elements else 0.0)
            if exponents and name not in exponents:
                unlikely += _BASE
            yield from _number(view, name, unlikely, again)
    for name, head in view.type_heads.items():
        if name not in involved:
            continue
        shift = (0.0 if name in view.mentioned else -0.8) + (_ELEMENT if name in elements else 0.0)
        if head == "List":
            yield from _list(view, name, shift, again)
        elif own_type(view, name):
            yield from _own(view, name, shift, again)


def _number(view: View, name: str, shift: float, again: float) -> Iterator[Proposal]:
    ih = view.fresh("ih")
    arms = f"with | zero => ?_ | succ {name} {ih} => ?_"
    yield Proposal("induction", f"induction {name} {arms}", shift + again)
    others = _others(view, name)
    if others:
        yield Proposal("induction_generalizing", f"induction {name} generalizing {others} {arms}", shift + again)
    yield Proposal(
        "strong_induction", f"induction {name} using Nat.strongRecOn with | _ {name} {ih} => ?_", shift + again
    )
    yield Proposal("nat_cases", f"cases {name} with | zero => ?_ | succ {name} => ?_", shift + _after(again))


def _list(view: View, name: str, shift: float, again: float) -> Iterator[Proposal]:
    head, ih = view.fresh("x", "y", "z"), view.fresh("ih")
    arms = f"with | nil => ?_ | cons {head} {name} {ih} => ?_"
    yield Proposal("list_induction", f"induction {name} {arms}", shift + again)
    others = _others(view, name)
    if others:
        yield Proposal("list_induction_generalizing", f"induction {name} generalizing {others} {arms}", shift + again)
    number = view.fresh("n", "m")
    strong = f"induction {view.fresh('hn')} : {name}.length using Nat.strongRecOn generalizing {name}"
    yield Proposal("list_strong_induction", f"{strong} with | _ {number} {ih} => ?_", shift + again)
    yield Proposal("list_cases", f"cases {name} with | nil => ?_ | cons {head} {name} => ?_", shift + _after(again))


def _own(view: View, name: str, shift: float, again: float) -> Iterator[Proposal]:
    """Constructors are not known here, so Lean chooses the names."""
    yield Proposal("own_induction", f"unhygienic induction {name}", shift + again)
    others = _others(view, name)
    if others:
        yield Proposal(
            "own_induction_generalizing", f"unhygienic induction {name} generalizing {others}", shift + again
        )
    yield Proposal("own_cases", f"unhygienic cases {name}", shift + _after(again))


def _after(again: float) -> float:
    """Inside an induction, cases are what is left to do where automation does not get through."""
    return 0.5 if again else 0.0


def _others(view: View, name: str) -> str:
    """What else of the goal an induction hypothesis may have to vary."""
    return " ".join(
        h.name
        for h in view.shown
        if not h.is_prop and not h.is_instance and h.name != name and h.name in view.mentioned and _is_plain(h.type)
    )


def _is_plain(type_text: str) -> bool:
    return not type_text.startswith(("Type", "Sort", "Prop")) and "→" not in type_text


def without_subtraction(view: View) -> Iterator[Proposal]:
    """`a = b - c` on ℕ follows from `a + c = b`, which survives an induction."""
    target = view.target
    if target is None or target.head != "=":
        return
    left, right = target.args
    if right.head == "-":
        b, c = right.args
        yield Proposal("no_subtraction", f"suffices {view.fresh('hs')} : {left} + ({c}) = {b} by omega")
    elif left.head == "-":
        b, c = left.args
        yield Proposal("no_subtraction", f"suffices {view.fresh('hs')} : {right} + ({c}) = {b} by omega")
