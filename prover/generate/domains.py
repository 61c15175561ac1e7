"""Values of a type, the smallest first: what a statement is tried with when a counterexample is looked for.

A type is a sequence of *tiers*: tier n holds the values of size n, finitely many, made of values of smaller tiers, as
in Feat (Duregård, Jansson, Wang: Feat, functional enumeration of algebraic types, Haskell 2012).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from prover.generate.functions import BINARY, UNARY, predicate_bodies, relation_bodies
from prover.generate.lean_type import LeanType

_TIER = 400
_TIERS = 48
#: So many empty tiers in a row, and a type has no further values.
_GAP = 8
_TABLE = 4
_CHARS = ["'a'", "'b'", "' '", "'A'", "'0'", "'1'", "'\\n'", "'z'"]
_STRINGS = ['""', '"a"', '"b"', '" "', '"ab"', '"aa"', '"ba"', '"A"', '"0"', '"aba"', '"abc"', '"a b"']
_RATIONALS = ["0", "1", "-1", "2", "1/2", "-2", "-1/2", "3", "1/3", "-3", "3/2", "4", "1/4", "10", "-10"]
_BOUNDED = {"UInt8": 8, "UInt16": 16, "UInt32": 32, "UInt64": 64, "USize": 32}
_TYPES = ["Bool", "Fin 3", "Nat", "Unit", "Empty"]


@dataclass(frozen=True, slots=True)
class Item:
    """A value. `code`: the same in a form that is computed with, for propositions and predicates: of type Bool."""

    text: str
    code: str = ""

    @property
    def coded(self) -> str:
        return self.code or self.text


@dataclass(frozen=True, slots=True)
class Constructor:
    """How a value of the user's own type is made: `text` with one `{}` for each field."""

    text: str
    fields: tuple[LeanType, ...]


class Domains:
    """The values of types. `numerals`: numbers that the statement mentions."""

    def __init__(self, numerals: Iterable[int] = ()) -> None:
        self._naturals = _naturals(sorted(set(numerals)))
        self._constructors: dict[LeanType, Sequence[Constructor]] = {}
        self._tiers: dict[tuple[LeanType, int], tuple[Item, ...]] = {}
        self._known: dict[LeanType, list[Item]] = {}

    def add(self, type_: LeanType, constructors: Sequence[Constructor]) -> None:
        """Says how values of a type are made."""
        self._constructors[type_] = tuple(constructors)
        self._tiers.clear()
        self._known.clear()

    def unknown(self, type_: LeanType) -> LeanType | None:
        """A type of which no value is known and which this one is made of."""
        if type_ in self._constructors or type_.is_prop_valued or type_.is_sort:
            return None
        if type_.head == "→":
            return self.unknown(type_.result)
        if type_.head in _BUILDERS:
            if type_.head in ("Fin", "BitVec"):
                return None
            return next((found for a in type_.args if (found := self.unknown(a)) is not None), None)
        return None if type_.head in _PLAIN else type_

    def values(self, type_: LeanType, count: int) -> list[Item]:
        """The first `count` values, fewer where there are no more, none where none is known."""
        if type_.head == "Nat" and not type_.args:
            return [Item(str(n)) for n in itertools.islice(_all_naturals(self._naturals), count)]
        if type_.head == "Int" and not type_.args:
            return [Item(str(n)) for n in itertools.islice(_integers(self._naturals), count)]
        known = self._known.setdefault(type_, [])
        if len(known) < count:
            found: dict[str, Item] = {}
            empty = 0
            for size in range(_TIERS):
                tier = self.tier(type_, size)
                empty = 0 if tier else empty + 1
                found.update((item.text, item) for item in tier if item.text not in found)
                if len(found) >= count or empty >= _GAP:
                    break
            known[:] = found.values()
        return known[:count]

    def tier(self, type_: LeanType, size: int) -> tuple[Item, ...]:
        """The values of one size."""
        if size < 0:
            return ()
        key = type_, size
        if key not in self._tiers:
            # A type that is made of itself: nothing is smaller than nothing.
            self._tiers[key] = ()
            self._tiers[key] = tuple(itertools.islice(self._make(type_, size), _TIER))
        return self._tiers[key]

    def _make(self, type_: LeanType, size: int) -> Iterator[Item]:
        if type_ in self._constructors:
            for constructor in self._constructors[type_]:
                if not constructor.fields:
                    yield from _at(size, [constructor.text])
                for items in self._together(constructor.fields, size - 1) if constructor.fields else ():
                    yield Item(constructor.text.format(*(atom(i.text) for i in items)))
        elif type_.head == "→" or type_.head == "Prop":
            yield from _at(size, self._functions(type_))
        elif type_.is_sort:
            yield from _at(size, _TYPES)
        elif type_.head in _PLAIN:
            yield from _at(size, _PLAIN[type_.head])
        elif type_.head in _BUILDERS:
            yield from _BUILDERS[type_.head](self, type_.args, size)

    def _together(self, types: Sequence[LeanType], size: int) -> Iterator[tuple[Item, ...]]:
        """Values of several types with sizes that add up to `size`."""
        if not types:
            if size == 0:
                yield ()
            return
        for first in range(size + 1):
            for item in self.tier(types[0], first):
                for rest in self._together(types[1:], size - first):
                    yield (item, *rest)

    # -- types that come with Lean ---------------------------------------------------------------------

    def naturals(self, _args: Sequence[LeanType], size: int) -> Iterator[Item]:
        yield from _at(size, (str(n) for n in _all_naturals(self._naturals)))

    def integers(self, _args: Sequence[LeanType], size: int) -> Iterator[Item]:
        yield from _at(size, (str(n) for n in _integers(self._naturals)))

    def below(self, args: Sequence[LeanType], size: int) -> Iterator[Item]:
        bound = int(args[0].head) if args and args[0].head.isdigit() else 0
        yield from _at(size, map(str, range(min(bound, 64))))

    def bits(self, args: Sequence[LeanType], size: int) -> Iterator[Item]:
        width = int(args[0].head) if args and args[0].head.isdigit() else 0
        yield from _at(size, _patterns(width))

    def lists(self, args: Sequence[LeanType], size: int) -> Iterator[Item]:
        for items in self._sequences(args[0], size):
            yield Item(f"[{', '.join(i.text for i in items)}]")

    def arrays(self, args: Sequence[LeanType], size: int) -> Iterator[Item]:
        for items in self._sequences(args[0], size):
            yield Item(f"#[{', '.join(i.text for i in items)}]")

    def _sequences(self, element: LeanType, size: int) -> Iterator[tuple[Item, ...]]:
        if size == 0:
            yield ()
        for first in range(size):
            for head in self.tier(element, first):
                for rest in self._sequences(element, size - 1 - first):
                    yield (head, *rest)

    def options(self, args: Sequence[LeanType], size: int) -> Iterator[Item]:
        if size == 0:
            yield Item("none")
        for item in self.tier(args[0], size - 1):
            yield Item(f"some {atom(item.text)}")

    def pairs(self, args: Sequence[LeanType], size: int) -> Iterator[Item]:
        for items in self._together(args, size):
            yield Item(f"({', '.join(i.text for i in items)})")

    def either(self, args: Sequence[LeanType], size: int) -> Iterator[Item]:
        for side, name in zip(args, ("inl", "inr"), strict=True):
            for item in self.tier(side, size):
                yield Item(f".{name} {atom(item.text)}")

    # -- functions -------------------------------------------------------------------------------------

    def finite(self, type_: LeanType) -> list[str] | None:
        """All values of a type that has only a few."""
        if type_.head in ("Nat", "Int", "List", "String", "Array", "→", "Prop", "Char"):
            return None
        found = self.values(type_, _TABLE + 1)
        return [i.text for i in found] if len(found) <= _TABLE else None

    def _functions(self, type_: LeanType) -> Iterator[Item]:
        if type_.is_prop_valued:
            yield from self._predicates(type_.domains)
        elif type_.is_sort:
            yield from map(Item, ["List", "Option"] if len(type_.domains) == 1 else [])
        elif len(type_.domains) == 1:
            yield from self._unary(*type_.args)
        elif len(type_.domains) == 2:
            yield from self._binary(*type_.domains, type_.result)
        else:
            names = "_ " * len(type_.domains)
            yield from (Item(f"fun {names}=> {i.text}") for i in self.values(type_.result, 4))

    def _unary(self, domain: LeanType, result: LeanType) -> Iterator[Item]:
        points = self.finite(domain)
        outcomes = self.values(result, 8)
        if points is not None:
            for values in _shortest_first(len(points), len(outcomes)):
                yield Item(_table(domain, points, [outcomes[v].text for v in values], same=domain == result))
            return
        yield from (Item(f"fun _ => {i.text}") for i in outcomes[:1])
        if domain == result:
            yield Item("fun x => x")
        yield from map(Item, UNARY.get((str(domain), str(result)), ()))
        yield from (Item(f"fun _ => {i.text}") for i in outcomes[1:4])
        first = self.values(domain, 1)
        if first and len(outcomes) > 1:
            chosen = f"if x = {first[0].text} then {{}} else {{}}"
            yield Item("fun x => " + chosen.format(outcomes[1].text, outcomes[0].text))
            yield Item("fun x => " + chosen.format(outcomes[0].text, outcomes[1].text))

    def _binary(self, left: LeanType, right: LeanType, result: LeanType) -> Iterator[Item]:
        if left == result:
            yield Item("fun x _ => x")
        if right == result:
            yield Item("fun _ y => y")
        yield from map(Item, BINARY.get((str(left), str(right), str(result)), ()))
        yield from (Item(f"fun _ _ => {i.text}") for i in self.values(result, 3))
        if left == right == result and result.head != "Bool":
            # With a value that changes nothing, and else the first or the second.
            yield from (Item(f"fun x y => if x = {i.text} then y else x") for i in self.values(result, 2))
            yield from (Item(f"fun x y => if y = {i.text} then x else y") for i in self.values(result, 1))
            if result.head == "Fin":
                yield from (Item(f"fun x y => x {sign} y") for sign in "+-*")
        first, second, outcomes = self.finite(left), self.finite(right), self.values(result, 2)
        if first and second and len(first) <= 2 and len(second) <= 2:
            for rows in itertools.product(itertools.product(outcomes, repeat=len(second)), repeat=len(first)):
                inner = [_cases(right, "y", second, [i.text for i in row]) for row in rows]
                yield Item("fun x y => " + _cases(left, "x", first, [f"({i})" if " " in i else i for i in inner]))

    def _predicates(self, domains: Sequence[LeanType]) -> Iterator[Item]:
        names = ["x", "y", "z", "u", "v", "w"][: len(domains)]
        binder = f"fun {' '.join(names)} => " if names else ""
        bodies = ["True", "False"]
        if len(domains) == 1:
            bodies += predicate_bodies(str(domains[0]), self.finite(domains[0]), self.values(domains[0], 3))
        elif len(domains) == 2:
            finite = self.finite(domains[0]), self.finite(domains[1])
            bodies += relation_bodies(str(domains[0]), *finite, same=domains[0] == domains[1])
        for body in dict.fromkeys(bodies):
            code = {"True": "true", "False": "false"}.get(body, f"decide ({body})")
            used = [n if n in body.replace("True", "").replace("False", "") else "_" for n in names]
            shown = f"fun {' '.join(used)} => " if names else ""
            yield Item(f"{shown}{body}", f"{binder.replace(' '.join(names), ' '.join(used))}{code}")


_PLAIN: dict[str, Sequence[str]] = {
    "Bool": ["false", "true"],
    "Unit": ["()"],
    "PUnit": ["⟨⟩"],
    "Empty": [],
    "PEmpty": [],
    "Char": _CHARS,
    "String": _STRINGS,
    "Rat": _RATIONALS,
    "Real": _RATIONALS,
    **{name: [str(n) for n in (0, 1, 2, 3, 2**width - 1, 2 ** (width - 1))] for name, width in _BOUNDED.items()},
}
_BUILDERS: dict[str, Callable[[Domains, Sequence[LeanType], int], Iterator[Item]]] = {
    "Nat": Domains.naturals,
    "Int": Domains.integers,
    "Fin": Domains.below,
    "BitVec": Domains.bits,
    "List": Domains.lists,
    "Array": Domains.arrays,
    "Option": Domains.options,
    "×": Domains.pairs,
    "⊕": Domains.either,
}


def atom(text: str) -> str:
    """A value as an argument: in parentheses where it needs them."""
    enclosed = text[:1] in "([⟨{\"'" and text[-1:] in ")]⟩}\"'"
    return f"({text})" if not enclosed and (" " in text or text[:1] in "-#.") and not text.startswith("#[") else text


def _at(size: int, items: Iterable[Item | str]) -> Iterator[Item]:
    """The value number `size`."""
    for item in itertools.islice(items, size, size + 1):
        yield Item(item) if isinstance(item, str) else item


def _naturals(numerals: Sequence[int]) -> list[int]:
    """The first numbers: very small ones, those near what the statement mentions, the other small ones, large ones."""
    near = [n + d for n in numerals[:8] for d in (0, 1, -1) if 0 <= n + d <= 64]
    large = [n + d for n in numerals[:8] for d in (0, 1, -1) if 64 < n + d <= 10**7]
    return list(dict.fromkeys([0, 1, 2, 3, *near, *range(4, 16), *large]))


def _all_naturals(first: Sequence[int]) -> Iterator[int]:
    yield from first
    known = frozenset(first)
    yield from (n for n in itertools.count() if n not in known)


def _integers(first: Sequence[int]) -> Iterator[int]:
    for n in _all_naturals(first):
        yield n
        if n:
            yield -n


def _patterns(width: int) -> list[str]:
    numbers = [0, 1, 2, 3, 2**width - 1, 2 ** max(width - 1, 0), 4, 5, 7, 8]
    return [str(n) for n in dict.fromkeys(numbers) if n < 2**width]


def _shortest_first(length: int, width: int) -> Iterator[tuple[int, ...]]:
    """All tuples of numbers below `width`, by their sums."""
    for total in range(length * (width - 1) + 1):
        yield from (t for t in itertools.product(range(min(width, total + 1)), repeat=length) if sum(t) == total)


def _table(domain: LeanType, points: Sequence[str], values: Sequence[str], *, same: bool) -> str:
    if len(set(values)) <= 1:
        return f"fun _ => {values[0]}" if values else "nofun"
    if same and list(points) == list(values):
        return "fun x => x"
    return f"fun x => {_cases(domain, 'x', points, values)}"


def _cases(domain: LeanType, name: str, points: Sequence[str], values: Sequence[str]) -> str:
    """What is `values[i]` where `name` is `points[i]`."""
    if len(set(values)) == 1:
        return values[0][1:-1] if values[0].startswith("(if") else values[0]
    if domain.head == "Bool":
        return f"if {name} then {values[1]} else {values[0]}"
    tests = [f"if {name} = {atom(p)} then {v} else " for p, v in zip(points[:-1], values[:-1], strict=True)]
    return "".join(tests) + values[-1]
