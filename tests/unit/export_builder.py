"""Exports of constants, built by hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from prover.verify.name import Name, parse
from prover.verify.tables import Tables

Level = int | str | tuple["Level", "Level"]


class Export:
    """Builds an export by hand. Rows are shared, as the Bridge shares them."""

    def __init__(self) -> None:
        self.names: list[list[Any]] = []
        self.levels: list[list[Any]] = []
        self.exprs: list[list[Any]] = []
        self.constants: list[dict[str, Any]] = []
        self.imported: list[dict[str, Any]] = []
        for name, kind in IMPORTS.items():
            self.imported.append({"name": self.name(name), "kind": kind, "module": "Init.Core"})

    @staticmethod
    def _row(table: list[list[Any]], row: list[Any], first: int) -> int:
        if row not in table:
            table.append(row)
        return table.index(row) + first

    def name(self, text: str | Name) -> int:
        at = 0
        for part in parse(text) if isinstance(text, str) else text:
            at = self._row(self.names, [at, part], 1)
        return at

    def level(self, level: Level) -> int:
        if isinstance(level, int):
            return 0 if level == 0 else self._row(self.levels, ["s", self.level(level - 1)], 1)
        if isinstance(level, str):
            return self._row(self.levels, ["p", self.name(level)], 1)
        return self._row(self.levels, ["m", self.level(level[0]), self.level(level[1])], 1)

    def sort_above(self, level: Level) -> int:
        """The sort that the sort of this level is in."""
        return self._expr("s", self._row(self.levels, ["s", self.level(level)], 1))

    def imax(self, first: Level, last: Level) -> int:
        """The sort of that level."""
        return self._expr("s", self._row(self.levels, ["x", self.level(first), self.level(last)], 1))

    def _expr(self, *row: Any) -> int:
        return self._row(self.exprs, list(row), 0)

    def var(self, index: int) -> int:
        return self._expr("b", index)

    def sort(self, level: Level) -> int:
        return self._expr("s", self.level(level))

    def const(self, name: str | Name, *levels: Level) -> int:
        return self._expr("c", self.name(name), [self.level(level) for level in levels])

    def app(self, function: int, *arguments: int) -> int:
        for argument in arguments:
            function = self._expr("a", function, argument)
        return function

    def lam(self, domain: int, body: int, name: str = "x", info: int = 0) -> int:
        return self._expr("l", self.name(name), domain, body, info)

    def pi(self, domain: int, body: int, name: str = "x", info: int = 0) -> int:
        return self._expr("p", self.name(name), domain, body, info)

    def let(self, type_: int, value: int, body: int) -> int:
        return self._expr("t", self.name("x"), type_, value, body)

    def nat(self, value: int) -> int:
        return self._expr("n", str(value))

    def proj(self, structure: str, index: int, of: int) -> int:
        return self._expr("j", self.name(structure), index, of)

    def eq(self, left: int, right: int) -> int:
        return self.app(self.const("Eq", 1), self.const("Nat"), left, right)

    def hole(self, proposition: int) -> int:
        return self.app(self.const("sorryAx", 0), proposition, self.const("Bool.true"))

    def add(
        self, kind: str, name: str | Name, type_: int, value: int | None = None, params: Sequence[str] = (), **more: Any
    ) -> Export:
        item: dict[str, Any] = {
            "kind": kind,
            "name": self.name(name),
            "type": type_,
            "params": [self.name(param) for param in params],
            **more,
        }
        if value is not None:
            item |= {"value": value, "all": [item["name"]]}
        if kind == "def":
            item = {"safety": "safe", "hints": "abbrev", **item}
        self.constants.append(item)
        return self

    def inductive(
        self, name: str, type_: int, constructors: dict[str, int], params: Sequence[str] = (), *, num_params: int = 0
    ) -> Export:
        me = self.name(name)
        made = {f"{name}.{short}": at for short, at in constructors.items()}
        self.add(
            "inductive", name, type_, params=params, numParams=num_params, all=[me], ctors=[self.name(n) for n in made]
        )
        for index, (full, at) in enumerate(made.items()):
            self.add("constructor", full, at, params=params, induct=me, cidx=index)
        return self.add("recursor", f"{name}.rec", type_, params=params, all=[me], k=False)

    def json(self) -> dict[str, Any]:
        return {
            "names": self.names,
            "levels": self.levels,
            "exprs": self.exprs,
            "constants": self.constants,
            "imported": self.imported,
        }

    def read(self) -> Tables:
        return Tables.read(self.json())


IMPORTS = {
    "Nat": "inductive",
    "Nat.add": "def",
    "Nat.zero": "constructor",
    "Eq": "inductive",
    "Eq.refl": "constructor",
    "sorryAx": "axiom",
    "propext": "axiom",
    "Bool.true": "constructor",
    "Nat.le_refl": "theorem",
    "Not": "def",
    "False": "inductive",
    "Subtype.mk": "constructor",
    "HEq": "inductive",
    "Nat.rec": "recursor",
    "True.intro": "constructor",
}
