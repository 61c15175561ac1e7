"""Functions, predicates and relations that statements are tried with: few, and as different as possible."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Protocol

#: By argument and result, as types are written.
UNARY: dict[tuple[str, str], tuple[str, ...]] = {
    ("Nat", "Nat"): (
        "fun x => x + 1", "fun x => 2 * x", "fun x => x - 1", "fun x => x * x", "fun x => x / 2", "fun x => x % 2",
        "fun x => if x = 0 then 1 else if x = 1 then 0 else x", "fun x => 10 - x", "fun x => 2 * x + 1",
    ),
    ("Nat", "Int"): ("fun x => x", "fun x => -x", "fun x => if x % 2 = 0 then 1 else -1"),
    ("Int", "Int"): (
        "fun x => x + 1", "fun x => -x", "fun x => 2 * x", "fun x => x * x", "fun x => x - 1", "fun x => x / 2",
    ),
    ("Int", "Nat"): ("fun x => x.natAbs", "fun x => x.toNat"),
    ("Nat", "Bool"): ("fun x => x == 0", "fun x => x % 2 == 0", "fun x => x != 0", "fun x => x < 2", "fun x => 1 < x"),
    ("Int", "Bool"): ("fun x => x == 0", "fun x => 0 < x", "fun x => x < 0", "fun x => x % 2 == 0"),
}  # fmt: skip
BINARY: dict[tuple[str, str, str], tuple[str, ...]] = {
    ("Nat", "Nat", "Nat"): (
        "fun x y => x + y", "fun x y => x - y", "fun x y => x * y", "fun x y => max x y", "fun x y => x + 2 * y",
    ),
    ("Int", "Int", "Int"): ("fun x y => x + y", "fun x y => x - y", "fun x y => x * y", "fun x y => y - x"),
    ("Bool", "Bool", "Bool"): ("fun x y => x && y", "fun x y => x || y", "fun x y => x ^^ y", "fun x y => !x || y"),
    ("Nat", "Nat", "Bool"): ("fun x y => x == y", "fun x y => x < y", "fun x y => x <= y", "fun x y => y <= x"),
    ("Int", "Int", "Bool"): ("fun x y => x == y", "fun x y => x < y", "fun x y => x <= y"),
}  # fmt: skip
_NUMBER_PREDICATES = ("x = 0", "x ≠ 0", "x % 2 = 0", "x % 2 = 1", "x < 2", "x = 1", "1 < x", "x ≠ 1", "x < 5")
_ORDER_RELATIONS = ("x < y", "x ≤ y", "y < x")
_NUMBER_RELATIONS = (
    "x ∣ y", "x + 1 = y", "y ≤ x + 1", "x ≤ y + 1 ∧ y ≤ x + 1", "x % 2 = y % 2", "x = 0", "y = 0", "x + y = 1",
)  # fmt: skip
_PAIRS = 64


class _Value(Protocol):
    @property
    def text(self) -> str: ...


def predicate_bodies(domain: str, points: Sequence[str] | None, first: Sequence[_Value]) -> list[str]:
    """What may be said of `x`. `points`: all values of its type, where they are few; `first`: some of them."""
    if domain in ("Nat", "Int"):
        return list(_NUMBER_PREDICATES)
    if points is None:
        return [f"x {sign} {value.text}" for value in first for sign in ("=", "≠")]
    one = [f"x = {p}" for p in points] if len(points) > 1 else []
    most = [f"x ≠ {p}" for p in points] if len(points) > 2 else []
    return one + most


def relation_bodies(domain: str, left: Sequence[str] | None, right: Sequence[str] | None, *, same: bool) -> list[str]:
    """What may be said of `x` and `y`. `same`: they are of one type."""
    found = ["x = y", "x ≠ y"] if same else []
    if same and (domain in ("Nat", "Int") or domain.startswith("Fin ")):
        found += _ORDER_RELATIONS
    if same and domain in ("Nat", "Int"):
        found += _NUMBER_RELATIONS
    if left is not None and right is not None:
        pairs = [f"({a}, {b})" for a, b in itertools.product(left, right)]
        subsets = (s for n in range(1, len(pairs)) for s in itertools.combinations(pairs, n))
        if same and len(left) > 2:
            # Everything to itself, and something more.
            loops = tuple(f"({a}, {a})" for a in left)
            rest = [p for p in pairs if p not in loops]
            close = [(f"({a}, {b})", f"({b}, {a})") for a, b in itertools.combinations(left, 2)]
            apart = [x + y for x, y in itertools.combinations(close, 2)]
            more = [*((p,) for p in rest), *close, *itertools.combinations(rest, 2), *apart]
            subsets = itertools.chain((loops + extra for extra in more), close, apart, subsets)
        found += [f"(x, y) ∈ [{', '.join(s)}]" for s in itertools.islice(subsets, _PAIRS)]
    return found
