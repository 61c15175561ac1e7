"""Inequalities with products: squares and products that are not negative, handed to `grind` as facts."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from prover.generate.evaluation import INT, NAT, kind_of
from prover.generate.induction import hypotheses_of_induction
from prover.generate.linear import closed
from prover.generate.proposal import Proposal
from prover.generate.term import Term, leaves, subterms
from prover.generate.view import View

_ORDER = {"<", "≤", ">", "≥"}
_MAX_VARIABLES = 3
_MAX_FACTORS = 3
_END = "simp only [Nat.pow_succ, Nat.pow_zero, Int.pow_succ, Int.pow_zero] at *\ngrind"


def bound_products(view: View) -> Iterator[Proposal]:
    """For goals with products or powers: what `nlinarith` would multiply."""
    if not any(t.head in ("*", "^") for s in view.statements[:1] for t in subterms(s)):
        return
    target = view.target
    if target is None or not (target.head in _ORDER or target.head in ("=", "≠", "False")):
        return
    integers = [n for n, kind in view.variables.items() if kind == INT and n in view.involved]
    if integers:
        yield from _squares(view, integers[:_MAX_VARIABLES])
    yield from _multiplied(view)
    yield from _differences(view)


def _squares(view: View, names: list[str]) -> Iterator[Proposal]:
    """Squares of the variables and of their differences and sums, on ℤ."""
    differences = [f"{a} - {b}" for a, b in itertools.combinations(names, 2)]
    sums = [f"{a} + {b}" for a, b in itertools.combinations(names, 2)]
    plain = "\n".join(_square(view, x) for x in [*names, *differences])
    yield Proposal("squares", f"{plain}\ngrind")
    yield Proposal("squares", f"{plain}\ngrind [Int.mul_eq_zero]", -0.4)
    target = view.target
    if target is not None and target.head == "=" and target.args[0].head in names and target.args[1].number == 0:
        name, label = target.args[0].head, view.fresh("hz")
        root = (
            f"have {label} : {name} * {name} = 0 := by grind\nrcases Int.mul_eq_zero.mp {label} with h | h <;> exact h"
        )
        yield Proposal("squares", f"{plain}\n{root}", -0.2)
    if sums:
        more = "\n".join(_square(view, x) for x in [*names, *differences, *sums])
        yield Proposal("squares", f"{more}\ngrind", -0.6)


def _square(view: View, text: str) -> str:
    shown = f"({text})" if " " in text else text
    return f"have := Int.natAbs_mul_self (a := {shown})"


def _multiplied(view: View) -> Iterator[Proposal]:
    """Inequalities of the context on ℕ, multiplied with what the goal multiplies with."""
    facts = [f for f in view.parts if f.statement.head in ("≤", "≥", "<", ">") and _is_natural(f.statement, view)][-3:]
    factors = list(dict.fromkeys(_factors(view)))[:_MAX_FACTORS]
    for fact in reversed(facts):
        weak = fact.proof if fact.statement.head in ("≤", "≥") else f"(Nat.le_of_lt {fact.proof})"
        lines = [f"have := Nat.mul_le_mul_right ({factor}) {weak}" for factor in factors]
        if lines:
            again = 0.6 if fact.proof in hypotheses_of_induction(view) else 0.0
            yield Proposal("multiplied", "\n".join([*lines, _END]), again)
    if len(facts) > 1 and factors:
        every = [
            f"have := Nat.mul_le_mul_right ({factor}) {fact.proof}"
            for fact in facts
            if fact.statement.head in ("≤", "≥")
            for factor in factors
        ]
        if every:
            yield Proposal("multiplied", "\n".join([*every, _END]), -0.1)
        pairs = [f"have := Nat.mul_le_mul {a.proof} {b.proof}" for a, b in itertools.combinations(facts, 2)]
        yield Proposal("multiplied", "\n".join([*pairs, _END]), -0.3)


def _is_natural(statement: Term, view: View) -> bool:
    return all(kind_of(side, view.kinds) in (NAT, None) for side in statement.args)


def _factors(view: View) -> Iterator[Term]:
    """Bases of powers with a variable exponent, and factors of the goal's products."""
    assert view.target is not None
    for term in subterms(view.target):
        if term.head == "^" and closed(term.args[1]) is None and kind_of(term.args[0], view.kinds) != INT:
            yield term.args[0]
    for term in subterms(view.target):
        if term.head == "^" and closed(term.args[0]) is None and kind_of(term.args[0], view.kinds) != INT:
            yield term.args[0]
        if term.head == "*":
            yield from (a for a in term.args if closed(a) is None and kind_of(a, view.kinds) != INT)


def _differences(view: View) -> Iterator[Proposal]:
    """`a ≤ b` on ℕ: b is a and something; on ℤ: the product of two differences is not negative."""
    signed: list[str] = []
    for fact in view.parts:
        head, args = fact.statement.head, fact.statement.args
        if head not in ("≤", "≥"):
            continue
        small, large = args if head == "≤" else args[::-1]
        if view.variables.get(large.head) == NAT and large.head not in leaves(small):
            name = view.fresh("d", "e")
            yield Proposal("difference", f"obtain ⟨{name}, rfl⟩ := Nat.exists_eq_add_of_le {fact.proof}")
        elif kind_of(large, view.kinds) == INT or kind_of(small, view.kinds) == INT:
            signed.append(f"(Int.sub_nonneg_of_le {fact.proof})")
    if len(signed) > 1:
        lines = [f"have := Int.mul_nonneg {a} {b}" for a, b in itertools.combinations(signed[:3], 2)]
        yield Proposal("multiplied", "\n".join([*lines, "grind"]))


def climb(view: View) -> Iterator[Proposal]:
    """Induction from a bound: along the proof of `c ≤ n`, which on ℕ is a chain of steps."""
    for fact in view.facts:
        head, args = fact.statement.head, fact.statement.args
        if head not in ("≤", "≥"):
            continue
        small, large = args if head == "≤" else args[::-1]
        if view.variables.get(large.head) == NAT and not large.args and large.head not in leaves(small):
            shift = 0.0 if large.head in view.mentioned else -2.0
            yield Proposal("climb", f"induction {fact.proof} with | refl => ?_ | step {fact.proof} ih => ?_", shift)
