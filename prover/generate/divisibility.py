"""Divisors: what a greatest common divisor must divide, and quotients found by polynomial division."""

from __future__ import annotations

from collections.abc import Iterator
from math import gcd

from prover.generate.evaluation import NAT
from prover.generate.linear import Linear, LinearReader
from prover.generate.polynomial import Polynomial, read_polynomial, solve_quotient
from prover.generate.proposal import Proposal
from prover.generate.term import Term, subterms
from prover.generate.view import View


def bound_gcd(view: View) -> Iterator[Proposal]:
    """`gcd a b` divides every combination of a and b; one in which the variable cancels bounds it."""
    for statement in view.statements[:1]:
        for term in subterms(statement):
            pair = _gcd_arguments(term)
            if pair is None:
                continue
            reader = LinearReader(view.kinds)
            a, b = (reader.read(x, NAT) for x in pair)
            found = _cancel(a, b)
            if found is None:
                continue
            p, q, constant = found
            left, right = pair
            first = (f"(Nat.dvd_mul_left_of_dvd (Nat.gcd_dvd_left ({left}) ({right})) {p})", f"{p} * ({left})")
            second = (f"(Nat.dvd_mul_left_of_dvd (Nat.gcd_dvd_right ({left}) ({right})) {q})", f"{q} * ({right})")
            larger, smaller = (first, second) if constant > 0 else (second, first)
            dividing = view.fresh("hg")
            steps = [
                f"have {dividing} := Nat.dvd_sub {larger[0]} {smaller[0]}",
                f"rw [show {larger[1]} - {smaller[1]} = {abs(constant)} by omega] at {dividing}",
                f"have {view.fresh('hgb')} := Nat.le_of_dvd (by decide) {dividing}",
            ]
            yield Proposal("gcd_bound", "\n".join([*steps, "omega"]))
            yield Proposal("gcd_bound", "\n".join(steps), -1.0)


def _gcd_arguments(term: Term) -> tuple[Term, Term] | None:
    if term.function in ("Nat.gcd", ".gcd") and len(term.operands) == 2:
        return term.operands[0], term.operands[1]
    return None


def _cancel(a: Linear, b: Linear) -> tuple[int, int, int] | None:
    """p, q ≥ 0 with p·a - q·b constant and not zero."""
    if len(a.coefficients) != 1 or a.coefficients.keys() != b.coefficients.keys():
        return None
    (x,), (y,) = a.coefficients.values(), b.coefficients.values()
    if x <= 0 or y <= 0:
        return None
    p, q = y // gcd(x, y), x // gcd(x, y)
    constant = p * a.constant - q * b.constant
    return (p, q, constant) if constant else None


def _relation(statement: Term, view: View) -> Polynomial | None:
    """Left minus right side of an equation between polynomials."""
    if statement.head != "=":
        return None
    left, right = (read_polynomial(side, view.kinds) for side in statement.args)
    return None if left is None or right is None else left.plus(right, -1)


def find_quotient(view: View) -> Iterator[Proposal]:
    """A goal `d ∣ e` between polynomials: the quotient, found modulo the equations of the context."""
    target = view.target
    if target is None or target.head != "∣":
        return
    divisor, dividend = (read_polynomial(x, view.kinds) for x in target.args)
    if divisor is None or dividend is None:
        return
    relations = [r for f in view.parts if (r := _relation(f.statement, view)) is not None and r.terms]
    quotient = solve_quotient(divisor, dividend, relations[:3])
    if quotient is not None:
        text = str(quotient)
        yield Proposal("dvd_witness", f"exact ⟨{text}, by grind⟩")
        yield Proposal("dvd_witness", f"refine ⟨{text}, ?_⟩", -1.0)
