"""Mathlib's automation, for files that import it. Core Lean refuses this syntax, so it is proposed nowhere else."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator

from prover.generate.proposal import Proposal
from prover.generate.term import Term
from prover.generate.view import View

_NUMBERS = {"ℕ", "ℤ", "ℚ", "ℝ", "Nat", "Int", "Rat", "Real", "NNReal", "ℝ≥0"}
_ORDER = {"<", "≤", ">", "≥"}
_MAX_VARIABLES = 3


def imports_mathlib(modules: Iterable[str]) -> bool:
    """Whether a header names Mathlib itself. What other modules import in turn is not looked at."""
    return any(module.split(".")[0] == "Mathlib" for module in modules)


def use_mathlib(view: View) -> Iterator[Proposal]:
    """`norm_num`, `ring`, `linarith`, `nlinarith`, `positivity`, `field_simp`, `gcongr`, ... by the goal's shape."""
    target = view.target
    head = target.head if target is not None else ""
    yield Proposal("norm_num", "norm_num")
    yield Proposal("aesop", "aesop")
    if view.facts:
        yield Proposal("norm_num_at", "norm_num at *")
        yield Proposal("push_cast", "push_cast at *")
        yield Proposal("tauto", "tauto")
    if any(s.head in ("¬", "≠") for s in view.statements):
        yield Proposal("push_neg", "push_neg at *")
    if head == "=":
        yield Proposal("ring", "ring")
        yield Proposal("field_simp", "field_simp; ring")
        yield Proposal("field_simp", "field_simp", -1.0)
        yield Proposal("ring_nf", "ring_nf")
        yield Proposal("push_cast", "push_cast; ring", -0.3)
    if head in _ORDER or head in ("=", "False", "≠"):
        yield from _inequalities(view, head)
    yield from _finite(view)


def _inequalities(view: View, head: str) -> Iterator[Proposal]:
    yield Proposal("linarith", "linarith")
    yield Proposal("nlinarith", "nlinarith")
    names = [n for n, kind in view.type_heads.items() if kind in _NUMBERS and n in view.involved][:_MAX_VARIABLES]
    squares = [f"sq_nonneg ({a} - {b})" for a, b in itertools.combinations(names, 2)]
    squares += [f"sq_nonneg ({a} + {b})" for a, b in itertools.combinations(names, 2)]
    squares += [f"sq_nonneg {a}" for a in names]
    if squares:
        yield Proposal("nlinarith_squares", f"nlinarith [{', '.join(squares)}]")
    facts = [f.proof for f in view.parts if f.statement.head in _ORDER][:4]
    products = [f"mul_pos {a} {b}" for a, b in itertools.combinations(_positive(view), 2)]
    if products:
        yield Proposal("nlinarith_products", f"nlinarith [{', '.join([*products, *squares])}]")
    if len(facts) > 1:
        pairs = ", ".join(f"mul_nonneg (sub_nonneg.mpr {a}) (sub_nonneg.mpr {b})" for a, b in _pairs(view))
        if pairs:
            yield Proposal("nlinarith_products", f"nlinarith [{pairs}]", -0.4)
    if head in _ORDER:
        yield Proposal("positivity", "positivity", 0.0 if _zero(view.target) else -3.0)
        yield Proposal("gcongr", "gcongr")
        yield Proposal("bound", "bound")
    elif head == "≠":
        yield Proposal("positivity", "positivity", -0.5)
    elif head == "=":
        yield Proposal("antisymmetry", "apply le_antisymm")


def _positive(view: View) -> list[str]:
    """Proofs of `0 < x`."""
    found: list[str] = []
    for fact in view.parts:
        head, args = fact.statement.head, fact.statement.args
        if (head == "<" and args[0].number == 0) or (head == ">" and args[1].number == 0):
            found.append(fact.proof)
    return found[:_MAX_VARIABLES]


def _pairs(view: View) -> list[tuple[str, str]]:
    facts = [f.proof for f in view.parts if f.statement.head in ("≤", "≥")][:_MAX_VARIABLES]
    return list(itertools.combinations(facts, 2))


def _zero(target: Term | None) -> bool:
    """Whether an inequality compares with zero, the larger side being the other one."""
    if target is None or len(target.args) != 2:
        return False
    smaller = target.args[0] if target.head in ("<", "≤") else target.args[1]
    return smaller.number == 0


def _finite(view: View) -> Iterator[Proposal]:
    """`interval_cases` for whole numbers that some fact bounds from above."""
    for name in view.variables:
        above = (
            (f.statement.head in ("<", "≤") and f.statement.args[0].head == name)
            or (f.statement.head in (">", "≥") and f.statement.args[1].head == name)
            for f in view.parts
        )
        if any(above):
            yield Proposal("interval_cases", f"interval_cases {name} <;> simp_all")
            yield Proposal("interval_cases", f"interval_cases {name} <;> omega", -0.2)
            yield Proposal("interval_cases", f"interval_cases {name}", -0.8)
