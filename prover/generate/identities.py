"""Powers, greatest common divisors, common factors: the library's identities given to automation."""

from __future__ import annotations

from collections.abc import Iterator

from prover.generate.evaluation import INT, NAT, kind_of
from prover.generate.linear import closed
from prover.generate.proposal import Proposal
from prover.generate.term import Term, subterms
from prover.generate.view import View

_NAT_POWERS = "Nat.pow_succ, Nat.pow_zero, Nat.pow_add, Nat.pow_mul, Nat.mul_pow"
_INT_POWERS = "Int.pow_succ, Int.pow_zero, Int.pow_add, Int.pow_mul, Int.mul_pow"
_GCD = "Nat.gcd_comm, Nat.gcd_assoc, Nat.gcd_mul_left, Nat.gcd_mul_right"
_MAX_FACTS = 6
_STEPS = "Nat.gcd_add_mul_right_right, Nat.gcd_add_mul_left_right, Nat.gcd_add_self_right, Nat.gcd_sub_self_right"


def use_identities(view: View) -> Iterator[Proposal]:
    """Rules for powers with variable exponents, for `gcd` and for factorings of numerals."""
    if any(t.head == "^" and closed(t.args[1]) is None for s in view.statements for t in subterms(s)):
        yield from _powers(view)
    if any(is_gcd(t) for s in view.statements for t in subterms(s)):
        yield Proposal("gcd_simp", f"simp [{_GCD}]")
        yield Proposal("gcd_simp", f"simp [{_STEPS}]", -0.3)
        yield Proposal("gcd_grind", "grind [Nat.gcd_comm, Nat.gcd_dvd_left, Nat.gcd_dvd_right, Nat.dvd_gcd]")
        yield Proposal("gcd_step", "rw [Nat.gcd_comm]")
        yield Proposal("gcd_step", "rw [Nat.gcd_rec]", -0.5)
        yield from _made_any(view)
        if view.target is not None and view.target.head == "∣" and is_gcd(view.target.args[1]):
            yield Proposal("gcd_divides", "apply Nat.dvd_gcd")
        if view.target is not None and view.target.head == "=":
            yield Proposal("gcd_antisymm", "apply Nat.dvd_antisymm", -0.5)


def _powers(view: View) -> Iterator[Proposal]:
    integers = any(k == INT for k in view.kinds.values()) or "ℤ" in view.goal.target
    rules = _INT_POWERS if integers else _NAT_POWERS
    kind = "Int" if integers else "Nat"
    comm = f"{kind}.mul_comm, {kind}.mul_left_comm, {kind}.mul_assoc"
    yield Proposal("pow_rules", f"simp [{rules}]")
    yield Proposal("pow_rules", f"simp [{rules}, {comm}]", -0.2)
    yield Proposal("pow_rules_grind", f"simp only [{rules}] at *; grind")
    yield Proposal("pow_positive", f"apply {kind}.pow_pos", -0.5)


def _made_any(view: View) -> Iterator[Proposal]:
    """A greatest common divisor made any common divisor."""
    found = dict.fromkeys(str(t) for s in view.statements for t in subterms(s) if len(gcd_arguments(t)) == 2)
    for text in list(found)[:2]:
        a, b = gcd_arguments(next(t for s in view.statements for t in subterms(s) if str(t) == text))
        left, right, name = view.fresh("hgl"), view.fresh("hgr"), view.fresh("g", "d")
        lines = [f"have {left} := Nat.gcd_dvd_left ({a}) ({b})", f"have {right} := Nat.gcd_dvd_right ({a}) ({b})"]
        yield Proposal("gcd_any", "\n".join([*lines, f"generalize {text} = {name} at *"]))


def gcd_arguments(term: Term) -> tuple[Term, ...]:
    return term.operands if term.function in ("Nat.gcd", ".gcd") else ()


def is_gcd(term: Term) -> bool:
    return term.function in ("Nat.gcd", ".gcd", "Nat.lcm", ".lcm", "Nat.Coprime", ".Coprime")


def cancel(view: View) -> Iterator[Proposal]:
    """A factor that both sides of an equation or inequality of the context share."""
    for fact in view.parts[-_MAX_FACTS:]:
        head, args = fact.statement.head, fact.statement.args
        if head not in ("=", "≤", "<"):
            continue
        kind = kind_of(args[0], view.kinds) or kind_of(args[1], view.kinds)
        found = _shared(args[0], args[1])
        if found is None or kind not in (NAT, INT):
            continue
        factor, side, proof = found[0], found[1], found[2].format(fact.proof)
        label = view.fresh("hc")
        positive, nonzero = f"(show 0 < {factor} by omega)", f"(show {factor} ≠ 0 by omega)"
        if head == "=":
            rule = "Nat.eq_of_mul_eq_mul" if kind == NAT else "Int.eq_of_mul_eq_mul"
            text = f"{rule}_{side} {positive if kind == NAT else nonzero} {proof}"
        elif kind == NAT:
            rule = {"≤": f"Nat.le_of_mul_le_mul_{side} {proof} {positive}", "<": f"Nat.lt_of_mul_lt_mul_{side} {proof}"}
            text = rule[head]
        else:
            rule = {"≤": f"Int.le_of_mul_le_mul_{side} {proof} {positive}"}
            text = rule.get(head, "")
        if text:
            yield Proposal("cancel", f"have {label} := {text}")


def _shared(left: Term, right: Term) -> tuple[Term, str, str] | None:
    """A factor of both sides, where it stands, and how the fact is to be read (`{}`: its proof)."""
    if left.head == "*" and right.head == "*":
        if left.args[0] == right.args[0]:
            return left.args[0], "left", "{}"
        if left.args[1] == right.args[1]:
            return left.args[1], "right", "{}"
    if left.head == "*" and left.args[0] == right:
        return right, "left", f"(show {left} = {right} * 1 by omega)"
    return None
