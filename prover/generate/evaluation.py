"""Arithmetic statements computed with small numbers, with Lean's conventions.

On ℕ subtraction stops at zero, division by zero is zero, `n % 0 = n`; on ℤ division and remainder are Euclidean.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping

from prover.generate.term import Term, conjuncts

Kind = str
NAT: Kind = "ℕ"
INT: Kind = "ℤ"

Environment = Mapping[str, int]
Evaluator = Callable[[Environment], int]

_MAX_BITS = 20_000


class Unevaluable(Exception):
    """The term speaks of something that is not computed here."""


def kind_of_type(text: str) -> Kind | None:
    """`ℕ`, `ℤ`, or None for every other type."""
    return {"ℕ": NAT, "Nat": NAT, "ℤ": INT, "Int": INT}.get(text)


_TO_NAT = {
    "Nat.gcd",
    "Nat.lcm",
    "Nat.succ",
    "Nat.pred",
    "Int.toNat",
    "Int.natAbs",
    "Int.gcd",
    "Int.lcm",
    "Nat.log2",
    "Nat.sqrt",
}
_SHORT = {
    "gcd": "Nat.gcd",
    "lcm": "Nat.lcm",
    "succ": "Nat.succ",
    "pred": "Nat.pred",
    "toNat": "Int.toNat",
    "natAbs": "Int.natAbs",
}
_RELATIONS: dict[str, Callable[[int, int], bool]] = {
    "=": operator.eq, "≠": operator.ne, "<": operator.lt, "≤": operator.le, ">": operator.gt, "≥": operator.ge,
    "==": operator.eq, "!=": operator.ne, "∣": lambda a, b: b == 0 if a == 0 else b % a == 0,
}  # fmt: skip


def kind_of(term: Term, kinds: Mapping[str, Kind]) -> Kind | None:
    """The number type of a term; None for bare numerals and for what is no number."""
    if not term.args:
        return kinds.get(term.head)
    if term.head == "↑":
        return INT
    if term.head == ":":
        return kind_of_type(term.args[1].head)
    if term.head in ("+", "-", "*", "/", "%"):
        return kind_of(term.args[0], kinds) or kind_of(term.args[1], kinds)
    if term.head in ("^", "neg"):
        return kind_of(term.args[0], kinds)
    if term.head == "@":
        name = term.function
        if name.startswith("."):
            name = _SHORT.get(name[1:], name)
        if name in _TO_NAT:
            return NAT
        if name in ("min", "max") and len(term.args) == 3:
            return kind_of(term.args[1], kinds) or kind_of(term.args[2], kinds)
        return kinds.get(name)
    return None


def equation_kind(left: Term, right: Term, kinds: Mapping[str, Kind]) -> Kind | None:
    """The number type of both sides; bare numerals are natural numbers; None when the sides are no numbers."""
    found = kind_of(left, kinds) or kind_of(right, kinds)
    if found is None and all(_bare(side, kinds) for side in (left, right)):
        return NAT
    return found


def _bare(term: Term, kinds: Mapping[str, Kind]) -> bool:
    """Whether a term is made of numerals and arithmetic, with variables in exponents only."""
    if term.head == "^":
        return _bare(term.args[0], kinds) and kind_of(term.args[1], kinds) in (NAT, None)
    if term.head in ("+", "-", "*", "/", "%"):
        return all(_bare(a, kinds) for a in term.args)
    return term.number is not None


def number(term: Term, kinds: Mapping[str, Kind], expected: Kind | None = None) -> Evaluator:
    """A function from values of the variables to the value of `term`. Raises `Unevaluable`."""
    kind = kind_of(term, kinds) or expected or NAT
    value = term.number
    if value is not None:
        return lambda _: value
    head, args = term.head, term.args
    if not args:
        if head in kinds:
            return operator.itemgetter(head)
        raise Unevaluable(head)
    if head == "↑":
        inner_kind = kind_of(args[0], kinds)
        return number(args[0], kinds, inner_kind or NAT)
    if head == ":":
        return number(args[0], kinds, kind_of_type(args[1].head) or expected)
    if head == "neg":
        inner = number(args[0], kinds, INT)
        return lambda e: -inner(e)
    if head == "^":
        return _power(number(args[0], kinds, kind), number(args[1], kinds, NAT))
    if head in ("+", "-", "*", "/", "%"):
        return _operation(head, kind, number(args[0], kinds, kind), number(args[1], kinds, kind))
    return _call(term, kinds)


def _power(base: Evaluator, exponent: Evaluator) -> Evaluator:
    def power(e: Environment) -> int:
        b, n = base(e), exponent(e)
        if n < 0 or (abs(b) > 1 and n * b.bit_length() > _MAX_BITS):
            raise Unevaluable("power")
        return b**n

    return power


def _operation(head: str, kind: Kind, left: Evaluator, right: Evaluator) -> Evaluator:
    if head == "+":
        return lambda e: left(e) + right(e)
    if head == "*":
        return lambda e: left(e) * right(e)
    if head == "-":
        if kind == NAT:
            return lambda e: max(0, left(e) - right(e))
        return lambda e: left(e) - right(e)
    if head == "/":
        return lambda e: divided(left(e), right(e))[0]
    return lambda e: divided(left(e), right(e))[1]


def divided(a: int, b: int) -> tuple[int, int]:
    """Euclidean quotient and remainder, `(0, a)` for `b = 0`, as Lean's `/` and `%` on ℕ and ℤ."""
    if b == 0:
        return 0, a
    remainder = a % abs(b)
    return (a - remainder) // b, remainder


def _call(term: Term, kinds: Mapping[str, Kind]) -> Evaluator:
    name, operands = term.function, term.operands
    if name.startswith("."):
        name = _SHORT.get(name[1:], name)
    if name in ("Nat.gcd", "Int.gcd", "Nat.lcm", "Int.lcm") and len(operands) == 2:
        a, b = (number(o, kinds) for o in operands)
        joined = math.gcd if name.endswith("gcd") else math.lcm
        return lambda e: joined(a(e), b(e))
    if name in ("min", "max") and len(operands) == 2:
        kind = kind_of(term, kinds)
        c, d = (number(o, kinds, kind) for o in operands)
        chosen = min if name == "min" else max
        return lambda e: chosen(c(e), d(e))
    if len(operands) == 1:
        inner = number(operands[0], kinds)
        unary: dict[str, Evaluator] = {
            "Nat.succ": lambda e: inner(e) + 1,
            "Nat.pred": lambda e: max(0, inner(e) - 1),
            "Int.toNat": lambda e: max(0, inner(e)),
            "Int.natAbs": lambda e: abs(inner(e)),
            "Nat.sqrt": lambda e: math.isqrt(inner(e)),
        }
        if name in unary:
            return unary[name]
    raise Unevaluable(name)


def proposition(term: Term, kinds: Mapping[str, Kind]) -> Callable[[Environment], bool]:
    """A function from values of the variables to the truth of `term`. Raises `Unevaluable`."""
    head, args = term.head, term.args
    if head in _RELATIONS:
        kind = equation_kind(args[0], args[1], kinds)
        left, right = number(args[0], kinds, kind), number(args[1], kinds, kind)
        relation = _RELATIONS[head]
        return lambda e: relation(left(e), right(e))
    if head == "¬":
        inner = proposition(args[0], kinds)
        return lambda e: not inner(e)
    if head in ("∧", "∨", "→", "↔"):
        p, q = proposition(args[0], kinds), proposition(args[1], kinds)
        if head == "∧":
            return lambda e: p(e) and q(e)
        if head == "∨":
            return lambda e: p(e) or q(e)
        if head == "→":
            return lambda e: not p(e) or q(e)
        return lambda e: p(e) == q(e)
    if head in ("True", "False"):
        return lambda _: head == "True"
    raise Unevaluable(head)


def known_conjuncts(term: Term, kinds: Mapping[str, Kind]) -> tuple[list[Callable[[Environment], bool]], bool]:
    """Evaluators of the conjuncts that can be computed, and whether those are all."""
    found: list[Callable[[Environment], bool]] = []
    complete = True
    for part in conjuncts(term):
        try:
            found.append(proposition(part, kinds))
        except Unevaluable:
            complete = False
    return found, complete
