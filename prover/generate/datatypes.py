"""Values of the library's small types taken apart; equality by extensionality; finite types decided."""

from __future__ import annotations

from collections.abc import Iterator

from prover.generate.evaluation import kind_of
from prover.generate.proposal import Proposal
from prover.generate.term import leaves
from prover.generate.view import View

_FINITE = {"Bool", "Fin", "Ordering", "BitVec"}


def take_apart(view: View) -> Iterator[Proposal]:
    """Options, pairs, sums, subtypes, bounded numbers, arrays and Booleans of the context."""
    involved = view.mentioned | {leaf for f in view.facts for leaf in leaves(f.statement)}
    for name, head in view.type_heads.items():
        if name not in involved or any(h.name == name and h.value is not None for h in view.shown):
            continue
        text = _cases(view, name, head)
        if text:
            yield Proposal("cases_value", text)
    finite = [name for name, head in view.type_heads.items() if head in _FINITE and name in involved]
    if finite:
        yield Proposal("decide_revert", "decide +revert")
    bools = [name for name in finite if view.type_heads[name] == "Bool"]
    if bools:
        split = " <;> ".join(f"cases {name}" for name in bools[:4])
        yield Proposal("cases_simp_all", f"{split} <;> simp_all")


def _cases(view: View, name: str, head: str) -> str:
    if head in ("Bool", "Ordering"):
        return f"cases {name}"
    if head == "Option":
        return f"cases {name} with | none => ?_ | some {view.fresh('x', 'y', 'a')} => ?_"
    if head in ("×", "Prod"):
        return f"obtain ⟨{view.fresh(name + '1')}, {view.fresh(name + '2')}⟩ := {name}"
    if head in ("⊕", "Sum"):
        return f"rcases {name} with {view.fresh('a', 'l')} | {view.fresh('b', 'r')}"
    if head in ("Fin", "{", "Subtype"):
        return f"obtain ⟨{name}, {view.fresh('h' + name)}⟩ := {name}"
    if head in ("Array", "Vector"):
        return f"obtain ⟨{name}⟩ := {name}" if head == "Array" else ""
    return ""


def extend(view: View) -> Iterator[Proposal]:
    """Functions, lists, pairs, structures: equal when their parts are."""
    target = view.target
    if target is None or target.head != "=":
        return
    sides = target.args
    functional = any(side.head in ("fun", "∘") or view.type_heads.get(side.head) == "→" for side in sides)
    if functional:
        yield Proposal("funext", f"funext {view.fresh('x', 'y', 'z')}")
    elif kind_of(sides[0], view.kinds) is None and not any(
        side.number is not None or side.head in ("true", "false") for side in sides
    ):
        yield Proposal("ext", "unhygienic ext")
        yield Proposal("funext", f"funext {view.fresh('x', 'y', 'z')}", -2.5)
    if any(side.head in ("∧", "∨", "↔") for side in sides):
        yield Proposal("iff", "apply propext; constructor")
