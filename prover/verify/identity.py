"""Whether two exports say the same of a constant, letter by letter (names of bound variables included).

The compiled file of a module is set against what the kernel made of its declarations: every field that the
kernel keeps counts, those of recursors and constructors too, which are not sent to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from prover.verify.name import Name
from prover.verify.tables import MalformedExport, Tables

#: Fields that hold rows: of names, of expressions. `all` of anything but an inductive family means nothing to the
#: kernel, and a constant's safety is looked at where constants are chosen.
_NAME_FIELDS = ("params", "ctors", "all")
_EXPR_FIELDS = ("type", "value")
_PLAIN_FIELDS = (
    "kind", "unsafe", "hints", "safety", "numParams", "numIndices", "numNested", "numFields", "numMotives", "numMinors",
    "isRec", "isReflexive", "cidx", "k",
)  # fmt: skip
_FAMILIES = ("inductive", "recursor")


class Identity:
    """Numbers for expressions of several exports: equal numbers, equal expressions."""

    def __init__(self) -> None:
        self._numbers: dict[object, int] = {}

    def constants(self, export: Mapping[str, Any], tables: Tables) -> dict[Name, object]:
        """Each constant of an export (made with details) as a value that is equal where the constants are.

        `tables`: the same export, read. Raises `MalformedExport`.
        """
        side = _Side(tables, self._numbers)
        return {tables.names[item["name"]]: side.constant(item) for item in cast("list[Any]", export["constants"])}


class _Side:
    def __init__(self, tables: Tables, numbers: dict[object, int]) -> None:
        self._names: list[Name] = tables.names
        self._numbers = numbers
        self._levels: list[int] = [self._number("zero")]
        for level in tables.levels[1:]:
            parts: list[object] = [tables.names[level[1]]] if level[0] == "p" else [self._levels[n] for n in level[1:]]
            self._levels.append(self._number(("level", level[0], *parts)))
        self._exprs: list[int] = []
        for expr in tables.exprs:
            self._exprs.append(self._number(("expr", expr[0], *self._parts(expr))))

    def constant(self, item: Mapping[str, Any]) -> object:
        """All that an export says of one constant."""
        try:
            families = item["kind"] in _FAMILIES
            return (
                tuple((key, item.get(key)) for key in _PLAIN_FIELDS),
                tuple(
                    tuple(self._name(row) for row in item.get(key, ()))
                    for key in _NAME_FIELDS
                    if key != "all" or families
                ),
                tuple(self._expr(item[key]) if key in item else None for key in _EXPR_FIELDS),
                self._name(item["induct"]) if "induct" in item else None,
                tuple((self._name(name), fields, self._expr(rhs)) for name, fields, rhs in item.get("rules", ())),
            )
        except (KeyError, IndexError, TypeError, ValueError):
            raise MalformedExport("expected a constant with all its fields") from None

    def _parts(self, expr: tuple[Any, ...]) -> tuple[object, ...]:
        name, sub, level = self._name, self._expr, self._level
        match expr[0]:
            case "s":
                return (level(expr[1]),)
            case "c":
                return (name(expr[1]), *(level(row) for row in expr[2]))
            case "a":
                return (sub(expr[1]), sub(expr[2]))
            case "l" | "p":
                return (name(expr[1]), sub(expr[2]), sub(expr[3]), expr[4])
            case "t":
                return (name(expr[1]), sub(expr[2]), sub(expr[3]), sub(expr[4]))
            case "j":
                return (name(expr[1]), expr[2], sub(expr[3]))
            case _:
                return expr[1:]

    def _name(self, row: int) -> Name:
        return self._names[row]

    def _expr(self, row: int) -> int:
        return self._exprs[row]

    def _level(self, row: int) -> int:
        return self._levels[row]

    def _number(self, value: object) -> int:
        return self._numbers.setdefault(value, len(self._numbers))
