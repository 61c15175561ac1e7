"""Polynomial equations on ℤ and ℕ: integer roots factored out, and moduli for which there is no solution."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from fractions import Fraction
from math import isqrt

from prover.generate.evaluation import INT, NAT, Kind, kind_of
from prover.generate.linear import closed
from prover.generate.polynomial import Polynomial, read_polynomial
from prover.generate.proposal import Proposal
from prover.generate.residues import moduli
from prover.generate.term import Term, leaves, subterms
from prover.generate.view import View

_MODULI = (3, 4, 8, 5, 7, 9, 16)
_MAX_POINTS = 5000
_MAX_JOINT = 64
_MAX_ROOT = 10_000


def find_roots(view: View) -> Iterator[Proposal]:
    """An equation in one integer variable whose polynomial is a product of linear factors: a case for each root."""
    for fact in view.parts:
        if fact.statement.head != "=":
            continue
        relation = _difference(fact.statement, view)
        if relation is None or relation.degree < 2 or len(relation.atoms) != 1:
            continue
        (name,) = relation.atoms
        if view.variables.get(name) != INT:
            continue
        roots, rest = _roots(relation, name)
        label = view.fresh("hr")
        if len(roots) == 1 and len(rest) == 3:
            yield from _one_root(name, roots[0], rest, label)
        if len(roots) != relation.degree:
            continue
        factors = " * ".join(f"({name} - {root})" if root >= 0 else f"({name} + {-root})" for root in roots)
        # From the left: ((a * b) * c) = 0 gives (a * b) = 0 or c = 0.
        steps = [f"have {label} : {factors} = 0 := by grind"]
        for _ in roots[2:]:
            steps.append(f"rcases Int.mul_eq_zero.mp {label} with {label} | {label} <;> try omega")
        steps.append(f"rcases Int.mul_eq_zero.mp {label} with {label} | {label} <;> omega")
        yield Proposal("roots", "\n".join(steps))
        yield Proposal("roots", "\n".join([steps[0], f"simp only [Int.mul_eq_zero] at {label}"]), -1.0)


def _difference(equation: Term, view: View) -> Polynomial | None:
    left, right = (read_polynomial(side, view.kinds) for side in equation.args)
    return None if left is None or right is None else left.plus(right, -1)


def _one_root(name: str, root: int, rest: list[Fraction], label: str) -> Iterator[Proposal]:
    """A root, and a quadratic factor that a square keeps away from zero."""
    if any(c.denominator != 1 for c in rest):
        return
    c, b, a = (int(x) for x in rest)
    if b * b - 4 * a * c >= 0:
        return
    linear = f"({name} - {root})" if root >= 0 else f"({name} + {-root})"
    steps = [
        f"have {label} : {linear} * ({a} * {name} * {name} + ({b}) * {name} + ({c})) = 0 := by grind",
        f"rcases Int.mul_eq_zero.mp {label} with {label} | {label}",
        "· omega",
        f"· have := Int.natAbs_mul_self (a := {2 * a} * {name} + ({b}))\n  grind",
    ]
    yield Proposal("roots", "\n".join(steps))


def _roots(relation: Polynomial, name: str) -> tuple[list[int], list[Fraction]]:
    """Integer roots with their multiplicities, and the coefficients of what is left, lowest first."""
    coefficients = [Fraction(0)] * (relation.degree + 1)
    for monomial, c in relation.terms.items():
        coefficients[monomial[0][1] if monomial else 0] = c
    found: list[int] = []
    while len(coefficients) > 1:
        root = next((r for r in _candidates(coefficients[0]) if _value(coefficients, r) == 0), None)
        if root is None:
            break
        found.append(root)
        coefficients = _divided(coefficients, root)
    return sorted(found), coefficients


def _candidates(constant: Fraction) -> Iterator[int]:
    """Divisors of the constant term, small ones first."""
    if constant == 0:
        yield 0
        return
    size = abs(constant.numerator)
    for d in range(1, min(isqrt(size), _MAX_ROOT) + 1):
        if size % d == 0:
            yield from (d, -d, size // d, -(size // d))


def _value(coefficients: list[Fraction], at: int) -> Fraction:
    total = Fraction(0)
    for c in reversed(coefficients):
        total = total * at + c
    return total


def _divided(coefficients: list[Fraction], root: int) -> list[Fraction]:
    """The quotient by (x - root), lowest coefficient first (Horner's scheme)."""
    quotient: list[Fraction] = []
    carry = Fraction(0)
    for c in reversed(coefficients):
        carry = carry * root + c
        quotient.append(carry)
    return quotient[-2::-1]


def find_modulus(view: View) -> Iterator[Proposal]:
    """The remainders that powers of variables leave, for moduli of the goal and those that refute an equation."""
    powers = {str(t): t for s in view.statements for t in subterms(s) if _is_power(t, view)}
    if not powers or len(powers) > 4:
        return
    wanted = list(dict.fromkeys([*(m for m in moduli(view) if m <= 16), *_refuting(view)]))[:3]
    for rank, modulus in enumerate(wanted):
        # Together with the remainders of the variables themselves, where those matter and are not too many.
        joint = any(t.head == "%" and t.args[0].head in view.variables for s in view.statements for t in subterms(s))
        joint = joint and modulus ** len(powers) <= _MAX_JOINT
        claims = [_claim(view, term, modulus, i, joint=joint) for i, term in enumerate(powers.values())]
        # As plain variables the powers cost omega less, and it has nothing else to say about them.
        hidden = [f"generalize {text} = {view.fresh(f'w{i}')} at *" for i, text in enumerate(powers)]
        yield Proposal("power_moduli", "\n".join([*claims, *hidden, "omega"]), -0.2 * rank, effort=1)


def _is_power(term: Term, view: View) -> bool:
    """A known power of a variable, or the product of one with itself."""
    if term.head == "^":
        exponent = closed(term.args[1])
        return term.args[0].head in view.variables and exponent is not None and 2 <= exponent <= 6
    return term.head == "*" and term.args[0] == term.args[1] and term.args[0].head in view.variables


def _claim(view: View, term: Term, modulus: int, index: int, *, joint: bool) -> str:
    """`have : x ^ k % m = r₁ ∨ ...`, a case for each remainder of x; `joint`: with that remainder."""
    name = term.args[0].head
    exponent = closed(term.args[1]) or 2 if term.head == "^" else 2
    values = sorted({pow(r, exponent, modulus) for r in range(modulus)})
    claim = " ∨ ".join(
        [f"({name} % {modulus} = {r} ∧ {term} % {modulus} = {pow(r, exponent, modulus)})" for r in range(modulus)]
        if joint
        else [f"{term} % {modulus} = {v}" for v in values]
    )
    cases = " ∨ ".join(f"{name} % {modulus} = {r}" for r in range(modulus))
    label = view.fresh(f"hw{index}")
    rules = "Int.pow_succ, Int.mul_emod" if view.variables[name] == INT else "Nat.pow_succ, Nat.mul_mod"
    bars = " | ".join(["h"] * modulus)
    return f"have {label} : {claim} := by\n  rcases (by omega : {cases}) with {bars} <;>\n  simp [{rules}, h]"


def _refuting(view: View) -> Iterator[int]:
    """Moduli for which an equation that holds, or that is to be refuted, has no solution."""
    equations = [f.statement for f in view.parts if f.statement.head == "="]
    if view.target is not None and view.target.head == "≠":
        equations.append(Term("=", view.target.args))
    for equation in equations:
        relation = _difference(equation, view)
        if relation is None or any(c.denominator != 1 for c in relation.terms.values()):
            continue
        names = sorted(relation.atoms)
        if any(n not in view.variables for n in names) or not _polynomial_kind(equation, view):
            continue
        numerals = {abs(int(c)) for c in relation.terms.values() if 2 < abs(c) <= 16}
        for modulus in dict.fromkeys([*_MODULI, *sorted(numerals)]):
            if 0 < modulus ** len(names) <= _MAX_POINTS and not _solvable(relation, names, modulus):
                yield modulus
                break


def _polynomial_kind(equation: Term, view: View) -> Kind | None:
    found = {kind_of(Term(leaf), view.variables) for leaf in leaves(equation)} & {NAT, INT}
    return found.pop() if len(found) == 1 else None


def _solvable(relation: Polynomial, names: list[str], modulus: int) -> bool:
    for values in itertools.product(range(modulus), repeat=len(names)):
        point = dict(zip(names, values, strict=True))
        total = 0
        for monomial, c in relation.terms.items():
            product = int(c)
            for atom, exponent in monomial:
                product = product * pow(point[atom], exponent, modulus) % modulus
            total += product
        if total % modulus == 0:
            return True
    return False
