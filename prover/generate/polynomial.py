"""Polynomials with rational coefficients over atoms, and quotients modulo equations by linear algebra."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from prover.generate.evaluation import INT, NAT, Kind, kind_of
from prover.generate.linear import closed
from prover.generate.term import Term

Monomial = tuple[tuple[str, int], ...]
_MAX_TERMS = 200
_MAX_UNKNOWNS = 60


@dataclass(frozen=True, slots=True)
class Polynomial:
    """Coefficients by monomial; a monomial is a sorted tuple of (atom, exponent)."""

    terms: Mapping[Monomial, Fraction]

    def plus(self, other: Polynomial, factor: int | Fraction = 1) -> Polynomial:
        total = dict(self.terms)
        for monomial, c in other.terms.items():
            total[monomial] = total.get(monomial, Fraction(0)) + factor * c
        return Polynomial({m: c for m, c in total.items() if c})

    def times(self, other: Polynomial) -> Polynomial:
        total: dict[Monomial, Fraction] = {}
        for (m, a), (n, b) in itertools.product(self.terms.items(), other.terms.items()):
            product = _multiply(m, n)
            total[product] = total.get(product, Fraction(0)) + a * b
        return Polynomial({m: c for m, c in total.items() if c})

    @property
    def degree(self) -> int:
        return max((sum(e for _, e in m) for m in self.terms), default=0)

    @property
    def atoms(self) -> set[str]:
        return {atom for m in self.terms for atom, _ in m}

    def __str__(self) -> str:
        """Lean text; integer coefficients are expected."""
        text = ""
        for monomial, c in sorted(self.terms.items(), key=lambda item: (-sum(e for _, e in item[0]), item[0])):
            factors = [f"{atom} ^ {e}" if e > 1 else atom for atom, e in monomial]
            size = abs(c)
            if size != 1 or not factors:
                factors.insert(0, str(size))
            sign = ("-" if c < 0 else "") if not text else (" - " if c < 0 else " + ")
            text += sign + " * ".join(factors)
        return text or "0"


def _multiply(m: Monomial, n: Monomial) -> Monomial:
    exponents = dict(m)
    for atom, e in n:
        exponents[atom] = exponents.get(atom, 0) + e
    return tuple(sorted(exponents.items()))


def constant(value: int | Fraction) -> Polynomial:
    return Polynomial({(): Fraction(value)} if value else {})


def read_polynomial(term: Term, kinds: Mapping[str, Kind]) -> Polynomial | None:
    """The polynomial a term denotes; None when it is too large or subtracts on ℕ."""
    value = closed(term)
    if value is not None:
        return constant(value)
    head, args = term.head, term.args
    if head in ("+", "-", "*"):
        if head == "-" and (kind_of(term, kinds) or NAT) != INT:
            return None
        left, right = read_polynomial(args[0], kinds), read_polynomial(args[1], kinds)
        if left is None or right is None:
            return None
        result = left.times(right) if head == "*" else left.plus(right, 1 if head == "+" else -1)
        return result if len(result.terms) <= _MAX_TERMS else None
    if head == "neg":
        inner = read_polynomial(args[0], kinds)
        return None if inner is None else constant(0).plus(inner, -1)
    if head == "^":
        exponent = closed(args[1])
        base = read_polynomial(args[0], kinds)
        if base is not None and exponent is not None and exponent <= 8 and len(base.terms) ** exponent <= 5000:
            result = constant(1)
            for _ in range(exponent):
                result = result.times(base)
            return result if len(result.terms) <= _MAX_TERMS else None
    if kind_of(term, kinds) is None:
        return None
    text = str(term)
    return Polynomial({((text if not args else f"({text})", 1),): Fraction(1)})


def solve_quotient(divisor: Polynomial, dividend: Polynomial, relations: list[Polynomial]) -> Polynomial | None:
    """q with integer coefficients and `dividend = divisor * q + Σ multiplier * relation`, all degrees small."""
    if not divisor.terms or divisor.degree > dividend.degree:
        return None
    atoms = sorted(divisor.atoms | dividend.atoms)
    highest = max(dividend.degree, *(r.degree for r in relations)) if relations else dividend.degree
    columns: list[Polynomial] = []
    quotient_monomials = list(_monomials(atoms, dividend.degree - divisor.degree))
    columns += [divisor.times(Polynomial({m: Fraction(1)})) for m in quotient_monomials]
    for relation in relations:
        columns += [relation.times(Polynomial({m: Fraction(1)})) for m in _monomials(atoms, highest - relation.degree)]
    if len(columns) > _MAX_UNKNOWNS:
        return None
    solution = _solve(columns, dividend)
    if solution is None:
        return None
    found = {m: c for m, c in zip(quotient_monomials, solution, strict=False) if c}
    if any(c.denominator != 1 for c in found.values()):
        return None
    return Polynomial(found)


def _monomials(atoms: list[str], degree: int) -> Iterator[Monomial]:
    for total in range(degree + 1):
        for chosen in itertools.combinations_with_replacement(atoms, total):
            yield tuple(sorted((a, chosen.count(a)) for a in set(chosen)))


def _solve(columns: list[Polynomial], target: Polynomial) -> list[Fraction] | None:
    """x with `Σ x_i * column_i = target`, free unknowns zero; None when there is none. Gaussian elimination."""
    rows_of: dict[Monomial, int] = {}
    for polynomial in [*columns, target]:
        for monomial in polynomial.terms:
            rows_of.setdefault(monomial, len(rows_of))
    width = len(columns)
    rows = [[Fraction(0)] * (width + 1) for _ in rows_of]
    for j, polynomial in enumerate([*columns, target]):
        for monomial, c in polynomial.terms.items():
            rows[rows_of[monomial]][j] = c
    pivots: list[int] = []
    at = 0
    for j in range(width):
        pivot = next((i for i in range(at, len(rows)) if rows[i][j]), None)
        if pivot is None:
            continue
        rows[at], rows[pivot] = rows[pivot], rows[at]
        scale = rows[at][j]
        rows[at] = [c / scale for c in rows[at]]
        for i, row in enumerate(rows):
            if i != at and row[j]:
                factor = row[j]
                rows[i] = [c - factor * p for c, p in zip(row, rows[at], strict=True)]
        pivots.append(j)
        at += 1
    if any(row[width] for row in rows[at:]):
        return None
    solution = [Fraction(0)] * width
    for i, j in enumerate(pivots):
        solution[j] = rows[i][width]
    return solution
