"""Terms as linear combinations of atoms, the way `omega` sees them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from prover.generate.evaluation import INT, NAT, Kind, kind_of
from prover.generate.term import Term


@dataclass(frozen=True, slots=True)
class Linear:
    """`constant + Σ coefficient · atom`; atoms by their printed text."""

    constant: int
    coefficients: Mapping[str, int]

    def plus(self, other: Linear, factor: int = 1) -> Linear:
        total = dict(self.coefficients)
        for atom, c in other.coefficients.items():
            total[atom] = total.get(atom, 0) + factor * c
        return Linear(self.constant + factor * other.constant, {a: c for a, c in total.items() if c})

    def times(self, factor: int) -> Linear:
        if factor == 0:
            return Linear(0, {})
        return Linear(self.constant * factor, {a: c * factor for a, c in self.coefficients.items()})

    @property
    def is_constant(self) -> bool:
        return not self.coefficients


class LinearReader:
    """Reads terms; collects the atoms it meets, with their number types. Casts of ℕ into ℤ are looked through."""

    def __init__(self, kinds: Mapping[str, Kind]) -> None:
        self.kinds = kinds
        self.atoms: dict[str, Term] = {}
        self.atom_kinds: dict[str, Kind] = {}
        self.differences: dict[str, tuple[Linear, Linear]] = {}

    def read(self, term: Term, kind: Kind | None = None) -> Linear:
        kind = kind_of(term, self.kinds) or kind or NAT
        value = closed(term)
        if value is not None:
            return Linear(value, {})
        head, args = term.head, term.args
        if head == "↑":
            return self.read(args[0], NAT)
        if head == ":":
            return self.read(args[0], kind)
        if head == "+":
            return self.read(args[0], kind).plus(self.read(args[1], kind))
        if head == "-" and kind == INT:
            return self.read(args[0], kind).plus(self.read(args[1], kind), -1)
        if head == "neg":
            return self.read(args[0], INT).times(-1)
        if head == "*":
            left, right = self.read(args[0], kind), self.read(args[1], kind)
            if left.is_constant:
                return right.times(left.constant)
            if right.is_constant:
                return left.times(right.constant)
        if head == "-":
            # On ℕ: p - q is an atom, whose parts matter to whoever bounds it.
            self.differences.setdefault(str(term), (self.read(args[0], NAT), self.read(args[1], NAT)))
        text = str(term)
        self.atoms.setdefault(text, term)
        self.atom_kinds.setdefault(text, kind)
        return Linear(0, {text: 1})


def closed(term: Term) -> int | None:
    """The value of a closed term of numerals, `+`, `*` and `^` (bounded), else None."""
    value = term.number
    if value is not None:
        return value
    if term.head in ("+", "*", "^") and len(term.args) == 2:
        a, b = closed(term.args[0]), closed(term.args[1])
        if a is None or b is None:
            return None
        if term.head == "^":
            return a**b if abs(a) <= 1 or b * a.bit_length() <= 4000 else None
        return a + b if term.head == "+" else a * b
    if term.head == "neg":
        inner = closed(term.args[0])
        return None if inner is None else -inner
    return None
