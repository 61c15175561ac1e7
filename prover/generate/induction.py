"""Induction on natural numbers and lists."""

from __future__ import annotations

from collections.abc import Iterator

from prover.generate.evaluation import NAT
from prover.generate.proposal import Proposal
from prover.generate.term import leaves
from prover.generate.view import View


def induct(view: View) -> Iterator[Proposal]:
    """Plain, generalized and strong induction on each natural number of the goal; cases; induction on lists."""
    involved = view.mentioned | {leaf for f in view.facts for leaf in leaves(f.statement)}
    for name, kind in view.variables.items():
        if kind != NAT or name not in involved:
            continue
        shift = 0.0 if name in view.mentioned else -2.0
        ih = view.fresh("ih")
        plain = f"induction {name} with | zero => ?_ | succ {name} {ih} => ?_"
        yield Proposal("induction", plain, shift)
        others = [
            h.name
            for h in view.shown
            if not h.is_prop and h.name != name and h.name in view.mentioned and not h.is_instance and _is_plain(h.type)
        ]
        if others:
            general = f"induction {name} generalizing {' '.join(others)} with | zero => ?_ | succ {name} {ih} => ?_"
            yield Proposal("induction_generalizing", general, shift)
        strong = f"induction {name} using Nat.strongRecOn with | _ {name} {ih} => ?_"
        yield Proposal("strong_induction", strong, shift)
        yield Proposal("nat_cases", f"cases {name} with | zero => ?_ | succ {name} => ?_", shift)
    for hypothesis in view.shown:
        if hypothesis.type.startswith("List ") and hypothesis.name in involved:
            name = hypothesis.name
            head = view.fresh("x", "y", "z")
            ih = view.fresh("ih")
            others = [
                h.name
                for h in view.shown
                if not h.is_prop and h.name != name and h.name in view.mentioned and _is_plain(h.type)
            ]
            yield Proposal("list_induction", f"induction {name} with | nil => ?_ | cons {head} {name} {ih} => ?_")
            if others:
                yield Proposal(
                    "list_induction_generalizing",
                    f"induction {name} generalizing {' '.join(others)} with "
                    f"| nil => ?_ | cons {head} {name} {ih} => ?_",
                )
            yield Proposal("list_cases", f"cases {name} with | nil => ?_ | cons {head} {name} => ?_")


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
