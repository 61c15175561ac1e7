"""Ranges of the integer variables of a goal, found by interval propagation, each with a proof that Lean can follow.

The constraints are linear over atoms, as `omega` sees them. Products and powers are atoms; what ties them to their
parts (`c * p ≤ p * q` when `c ≤ q`, `n < b ^ n`, ...) is stated as facts, in the order in which they become provable.
A range found here is then proved by `omega` from the context and those facts.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

from prover.generate.evaluation import INT, NAT, Kind, equation_kind, kind_of
from prover.generate.linear import Linear, LinearReader, closed
from prover.generate.term import Term, subterms
from prover.generate.view import View

_ROUNDS = 6
_MAX_FACTS = 14
_MAX_NUMBER = 10**9


@dataclass(frozen=True, slots=True)
class Range:
    """`low ≤ value ≤ high`; None: no bound known."""

    low: int | None = None
    high: int | None = None

    @property
    def size(self) -> int | None:
        if self.low is None or self.high is None:
            return None
        return max(0, self.high - self.low + 1)


@dataclass(slots=True)
class Bounds:
    """Ranges by atom, and the `have` lines under which `omega` proves them."""

    view: View
    ranges: dict[str, Range] = field(default_factory=dict[str, Range])
    facts: list[str] = field(default_factory=list[str])
    contradictory: bool = False

    def of(self, name: str) -> Range:
        """The range of a variable."""
        return self.ranges.get(name, Range(0 if self.view.variables.get(name) == NAT else None))


def find_bounds(view: View) -> Bounds:
    """What follows for the variables of `view` from its hypotheses."""
    return _Finder(view).run()


class _Finder:
    def __init__(self, view: View) -> None:
        self.view = view
        self.bounds = Bounds(view)
        self.reader = LinearReader(view.kinds)
        self.constraints: list[Linear] = []
        self.stated: set[str] = set()

    def run(self) -> Bounds:
        for part in self.view.parts:
            self.constraints.extend(self.read(part.statement))
        for atom, (p, q) in self.reader.differences.items():
            itself = Linear(0, {atom: 1})
            # p - q ≤ p and p - q ≥ p - q as integers, which omega knows.
            self.constraints += [p.plus(itself, -1), itself.plus(q).plus(p, -1)]
        for _ in range(_ROUNDS):
            if not self.propagate():
                break
            if not self.state_facts():
                break
        return self.bounds

    # --- constraints: each `Linear` is ≥ 0

    def read(self, statement: Term) -> Iterator[Linear]:
        head, args = statement.head, statement.args
        negated = head == "¬" and args[0].head in ("<", "≤", ">", "≥")
        if negated:
            head, args = {"<": "≥", "≤": ">", ">": "≤", "≥": "<"}[args[0].head], args[0].args
        if head not in ("=", "<", "≤", ">", "≥"):
            return
        kind = equation_kind(args[0], args[1], self.view.kinds)
        if kind is None:
            return
        left, right = self.reader.read(args[0], kind), self.reader.read(args[1], kind)
        difference = right.plus(left, -1)
        if head in ("=", "≤", "<"):
            yield Linear(difference.constant - (head == "<"), difference.coefficients)
        if head in ("=", "≥", ">"):
            opposite = difference.times(-1)
            yield Linear(opposite.constant - (head == ">"), opposite.coefficients)

    # --- propagation

    def range_of(self, atom: str) -> Range:
        known = self.bounds.ranges.get(atom)
        if known is not None:
            return known
        term = self.reader.atoms.get(atom)
        low: int | None = 0 if self.reader.atom_kinds.get(atom) == NAT else None
        high: int | None = None
        if term is not None and term.head == "%":
            modulus = closed(term.args[1])
            if modulus:
                low, high = 0, abs(modulus) - 1
        return Range(low, high)

    def range_of_linear(self, linear: Linear) -> Range:
        low: int | None = linear.constant
        high: int | None = linear.constant
        for atom, c in linear.coefficients.items():
            known = self.range_of(atom)
            smallest, largest = (known.low, known.high) if c > 0 else (known.high, known.low)
            low = None if low is None or smallest is None else low + c * smallest
            high = None if high is None or largest is None else high + c * largest
        return Range(low, high)

    def propagate(self) -> bool:
        """Narrows ranges until nothing changes. False when the constraints contradict each other."""
        for _ in range(30):
            changed = False
            for constraint in self.constraints:
                changed |= self.narrow(constraint)
                if self.bounds.contradictory:
                    return False
            if not changed:
                break
        return True

    def narrow(self, constraint: Linear) -> bool:
        changed = False
        for atom, c in constraint.coefficients.items():
            rest = Linear(constraint.constant, {a: k for a, k in constraint.coefficients.items() if a != atom})
            most = self.range_of_linear(rest).high
            if most is None or abs(most) > _MAX_NUMBER:
                continue
            known = self.range_of(atom)
            # c * atom + most ≥ 0
            if c > 0:
                low = -(most // c)
                if known.low is None or low > known.low:
                    self.bounds.ranges[atom] = Range(low, known.high)
                    changed = True
            else:
                high = most // -c
                if known.high is None or high < known.high:
                    self.bounds.ranges[atom] = Range(known.low, high)
                    changed = True
            now = self.range_of(atom)
            if now.low is not None and now.high is not None and now.low > now.high:
                self.bounds.contradictory = True
                return True
        return changed

    # --- facts about products and powers

    def state_facts(self) -> bool:
        before = len(self.bounds.facts)
        for atom in list(self.reader.atoms):
            for term in list(subterms(self.reader.atoms[atom])):
                if len(self.bounds.facts) >= _MAX_FACTS:
                    return False
                kind = kind_of(term, self.view.kinds) or self.reader.atom_kinds[atom]
                if term.head == "*":
                    self.product(term, kind)
                elif term.head == "^":
                    self.power(term, kind)
        return len(self.bounds.facts) > before

    def state(self, claim: Term, proof: str) -> None:
        """Adds a fact unless it is already there or says nothing new."""
        text = str(claim)
        if text in self.stated:
            return
        read = list(self.read(claim))
        if all((known := self.range_of_linear(c)).low is not None and known.low >= 0 for c in read):
            return
        self.stated.add(text)
        self.bounds.facts.append(f"have := {proof}")
        self.constraints.extend(read)

    def product(self, term: Term, kind: Kind) -> None:
        p, q = term.args
        if closed(p) is not None or closed(q) is not None:
            return
        if kind == NAT:
            self.positive_factors(term, p, q)
        else:
            self.divisors(term, p, q)
        left, right = (self.range_of_linear(self.reader.read(x, kind)) for x in (p, q))
        for part, other, theirs, mine, side in ((p, q, right, left, "left"), (q, p, left, right, "right")):
            if mine.low is None or mine.low < 0 or theirs.low is None or theirs.low < (1 if kind == NAT else 0):
                continue
            c = theirs.low
            scaled = Term("*", (part, Term(str(c))) if side == "left" else (Term(str(c)), part))
            ascribed = f"(show {c} ≤ {other} by omega)"
            if kind == NAT:
                proof = f"Nat.mul_le_mul_{side} ({part}) {ascribed}"
            else:
                proof = f"Int.mul_le_mul_of_nonneg_{side} {ascribed} (show 0 ≤ {part} by omega)"
            self.state(Term("≤", (scaled, term)), proof)

    def positive_factors(self, term: Term, p: Term, q: Term) -> None:
        low = self.range_of_linear(self.reader.read(term, NAT)).low
        if low is None or low < 1:
            return
        for factor, rule in ((p, "Nat.zero_mul"), (q, "Nat.mul_zero")):
            self.state(
                Term("<", (Term("0"), factor)),
                f"Nat.pos_of_ne_zero fun h : {factor} = 0 => by\n  have : {term} = 0 := by rw [h, {rule}]\n  omega",
            )

    def divisors(self, term: Term, p: Term, q: Term) -> None:
        """On ℤ: the factors of a positive product lie between its opposite and itself."""
        low = self.range_of_linear(self.reader.read(term, INT)).low
        if low is None or low < 1:
            return
        positive = f"(show 0 < {term} by omega)"
        for factor, divides in ((p, f"(Int.dvd_mul_right ({p}) ({q}))"), (q, f"(Int.dvd_mul_left ({p}) ({q}))")):
            self.state(Term("≤", (factor, term)), f"Int.le_of_dvd {positive} {divides}")
            opposite = Term("neg", (factor,))
            self.state(Term("≤", (opposite, term)), f"Int.le_of_dvd {positive} (Int.neg_dvd.mpr {divides})")

    def power(self, term: Term, kind: Kind) -> None:
        base, exponent = term.args
        k, b = closed(exponent), closed(base)
        if kind != NAT:
            return
        if k is not None and k >= 2 and b is None:
            self.known_exponent(term, base, k)
        elif b is not None and b >= 2 and k is None:
            self.known_base(term, b, exponent)

    def known_exponent(self, term: Term, base: Term, k: int) -> None:
        self.state(Term("≤", (base, term)), f"Nat.le_self_pow (show {k} ≠ 0 by decide) ({base})")
        known = self.range_of_linear(self.reader.read(base, NAT))
        whole = self.range_of_linear(self.reader.read(term, NAT))
        if known.low is not None and known.low >= 2:
            low = Term("^", (Term(str(known.low)), Term(str(k))))
            self.state(Term("≤", (low, term)), f"Nat.pow_le_pow_left (show {known.low} ≤ {base} by omega) {k}")
        if whole.high is not None and (known.high is None or known.high**k > whole.high):
            root = integer_root(whole.high, k)
            self.state(
                Term("≤", (base, Term(str(root)))),
                f"Nat.le_of_lt_succ (Nat.lt_of_not_le fun h : {root + 1} ≤ {base} => by\n"
                f"  have := Nat.pow_le_pow_left h {k}\n  omega)",
            )

    def known_base(self, term: Term, base: int, exponent: Term) -> None:
        self.state(Term("<", (exponent, term)), f"Nat.lt_pow_self (n := {exponent}) (show 1 < {base} by decide)")
        whole = self.range_of_linear(self.reader.read(term, NAT))
        known = self.range_of_linear(self.reader.read(exponent, NAT))
        if whole.high is not None and whole.high >= 1:
            largest = 0
            while base ** (largest + 1) <= whole.high:
                largest += 1
            if known.high is None or known.high > largest:
                self.state(
                    Term("≤", (exponent, Term(str(largest)))),
                    f"Nat.le_of_lt_succ (Nat.lt_of_not_le fun h : {largest + 1} ≤ {exponent} => by\n"
                    f"  have := Nat.pow_le_pow_right (show {base} > 0 by decide) h\n  omega)",
                )


def integer_root(value: int, k: int) -> int:
    """The largest r with r^k ≤ value."""
    if k == 2:
        return math.isqrt(value)
    low, high = 0, 1
    while high**k <= value:
        high *= 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if middle**k <= value else (low, middle)
    return low
