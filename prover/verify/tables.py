"""Exported constants, read back and checked: the only form in which a submission is judged.

The tables come from a process that may have run hostile code, so every row is checked here: shape,
ranges, rows that name earlier rows only, no free or meta variables, closed types and values. What
passes is well-formed data; whether it is true is the kernel's business.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from prover.verify.name import Name, canonical
from prover.verify.rows import (
    MalformedExport,
    Row,
    children,
    expression_of,
    frozen,
    hints_of,
    is_natural,
    is_unicode,
    list_of,
    natural,
    no_row,
    object_of,
    require,
    row_number,
    text_of,
)

__all__ = ["KINDS", "Constant", "Imported", "JudgeTooSlow", "MalformedExport", "Row", "Tables", "children"]

#: Kinds of a constant, as `lean_project/Bridge/Export.lean` writes them.
KINDS = frozenset({"axiom", "def", "theorem", "opaque", "quot", "inductive", "constructor", "recursor"})
_WITH_VALUE = frozenset({"def", "theorem", "opaque"})
_MAX_COMPONENTS = 128
#: Lean cannot represent bound variables much above this.
_MAX_BOUND = 1_000_000
_BINDER_KINDS = 4
_STEPS_BETWEEN_LOOKS = 4096

_LEVEL_PARTS = {"s": 1, "m": 2, "x": 2}


class JudgeTooSlow(Exception):
    """Walking over an export passed the deadline: terms can be made that share much and take long."""


@dataclass(frozen=True, slots=True)
class Constant:
    """One constant that a file added. `type` and `value` are rows of the table of expressions.

    `family`: for an inductive type all types declared with it, for a constructor its type, for a
    recursor the types it is of. `safe` is false for what `unsafe` or `partial` made: code only.
    """

    name: Name
    kind: str
    params: tuple[Name, ...]
    type: int
    value: int | None = None
    safe: bool = True
    hints: int | str = "opaque"
    num_params: int = 0
    index: int = 0
    constructors: tuple[Name, ...] = ()
    family: tuple[Name, ...] = ()


@dataclass(frozen=True, slots=True)
class Imported:
    """What an imported constant was declared as (`axiom`, `theorem`, ..., `unknown`), and in which module."""

    kind: str
    module: str


def _anonymous() -> list[Name]:
    return [()]


def _zero() -> list[Row]:
    return [("z",)]


@dataclass(slots=True)
class Tables:
    """Names, levels, expressions and constants of one export. Build with `Tables.read`."""

    names: list[Name] = field(default_factory=_anonymous)
    name_rows: list[Row] = field(default_factory=list[Row])
    levels: list[Row] = field(default_factory=_zero)
    exprs: list[Row] = field(default_factory=list[Row])
    #: Per expression row: the row of the head of its spine, and how many arguments stand after it.
    heads: list[int] = field(default_factory=list[int])
    arguments: list[int] = field(default_factory=list[int])
    constants: dict[Name, Constant] = field(default_factory=dict[Name, Constant])
    imported: dict[Name, Imported] = field(default_factory=dict[Name, Imported])
    #: Monotonic seconds after which walks over these tables raise `JudgeTooSlow`.
    deadline: float = math.inf
    _steps: int = 0
    _loose: list[int] = field(default_factory=list[int])
    _uses: dict[Name, tuple[Name, ...]] = field(default_factory=dict[Name, tuple[Name, ...]])
    _canonical: dict[Name, Name] = field(default_factory=dict[Name, Name])

    @classmethod
    def read(cls, export: Mapping[str, Any], *, deadline: float = math.inf) -> Tables:
        """Checks and reads an export. Raises `MalformedExport`."""
        tables = cls(deadline=deadline)
        for row in list_of(export.get("names")):
            tables._add_name(row)
        for row in list_of(export.get("levels")):
            tables._add_level(row)
        tables._add_exprs(list_of(export.get("exprs")))
        for item in list_of(export.get("constants")):
            tables._add_constant(item)
        for item in list_of(export.get("imported")):
            tables._add_imported(item)
        return tables

    def step(self, many: int = 1) -> None:
        """Counts steps of a walk; raises `JudgeTooSlow` past the deadline."""
        self._steps += many
        if self._steps >= _STEPS_BETWEEN_LOOKS:
            self._steps = 0
            if time.monotonic() > self.deadline:
                raise JudgeTooSlow

    def named(self, expr: Row) -> Name:
        """The constant, or the structure of a projection, that a row names."""
        at: int = expr[1]
        return self.names[at]

    def like(self, name: Name) -> Name | None:
        """The constant of that name, private ones without regard to their module."""
        if name in self.constants:
            return name
        if not self._canonical:
            self._canonical = {canonical(own): own for own in self.constants}
        return self._canonical.get(canonical(name))

    def is_local(self, name: Name) -> bool:
        return name in self.constants

    def uses(self, name: Name) -> tuple[Name, ...]:
        """The constants that a constant of this export mentions, its inductive family included; sorted."""
        found = self._uses.get(name)
        if found is None:
            constant = self.constants[name]
            rows = [constant.type] if constant.value is None else [constant.type, constant.value]
            mentioned = set(self.constants_in(rows))
            mentioned.update(constant.family)
            mentioned.update(constant.constructors)
            found = self._uses[name] = tuple(sorted(mentioned, key=_sortable))
        return found

    def constants_in(self, rows: Iterable[int]) -> Iterator[Name]:
        """Names of the constants and structures under these expression rows."""
        exprs = self.exprs
        for row in self.reachable(rows):
            expr = exprs[row]
            if expr[0] == "c" or expr[0] == "j":
                yield self.names[expr[1]]

    def reachable(self, rows: Iterable[int]) -> set[int]:
        """These expression rows and all rows under them."""
        exprs = self.exprs
        seen = set(rows)
        pending = list(seen)
        steps = 0
        while pending:
            steps += 1
            if steps == _STEPS_BETWEEN_LOOKS:
                self.step(steps)
                steps = 0
            for child in children(exprs[pending.pop()]):
                if child not in seen:
                    seen.add(child)
                    pending.append(child)
        self.step(steps)
        return seen

    def _add_name(self, item: Any) -> None:
        row = list_of(item, 2)
        parent = self._name(row[0])
        require(is_unicode(row[1]) or is_natural(row[1]), "a component of a name")
        require(len(parent) < _MAX_COMPONENTS, "a name of reasonable length")
        self.names.append((*parent, row[1]))
        self.name_rows.append((row[0], row[1]))

    def _add_level(self, item: Any) -> None:
        row = list_of(item)
        tag = text_of(row[0]) if row else ""
        if tag == "p":
            self._name(list_of(row, 2)[1])
        else:
            require(tag in _LEVEL_PARTS, "a level without metavariables")
            for part in list_of(row, _LEVEL_PARTS[tag] + 1)[1:]:
                row_number(part, len(self.levels))
        self.levels.append(tuple(row))

    def _add_exprs(self, rows: list[Any]) -> None:
        """Checks and adds all rows of expressions. What stands most often is checked in place: an export has tens of
        thousands of rows, and calls would cost several times what they do."""
        exprs, heads, arguments, loose, names = self.exprs, self.heads, self.arguments, self._loose, len(self.names)
        for at, row in enumerate(rows):
            match row:
                case ["a", function, argument]:
                    if type(function) is not int or type(argument) is not int:
                        raise no_row()
                    if not (0 <= function < at and 0 <= argument < at):
                        raise no_row()
                    one, other = loose[function], loose[argument]
                    loose.append(one if one > other else other)
                    exprs.append(("a", function, argument))
                    heads.append(heads[function])
                    arguments.append(arguments[function] + 1)
                    continue
                case ["l" | "p" as tag, name, domain, body, kind]:
                    if type(name) is not int or type(domain) is not int or type(body) is not int:
                        raise no_row()
                    if type(kind) is not int:
                        raise no_row()
                    if not (0 <= name < names and 0 <= domain < at and 0 <= body < at and 0 <= kind < _BINDER_KINDS):
                        raise no_row()
                    one, other = loose[domain], loose[body] - 1
                    loose.append(one if one > other else other)
                    exprs.append((tag, name, domain, body, kind))
                case _:
                    tag, parts = expression_of(row)
                    loose.append(self._check_expr(tag, parts))
                    exprs.append(frozen(tag, parts))
            heads.append(at)
            arguments.append(0)

    def _check_expr(self, tag: str, row: list[Any]) -> int:
        """Checks the parts of any other row; gives how many binders it needs around it."""
        match tag:
            case "b":
                return row_number(row[1], _MAX_BOUND) + 1
            case "c":
                self._name(row[1])
                for level in list_of(row[2]):
                    row_number(level, len(self.levels))
            case "s":
                row_number(row[1], len(self.levels))
            case "t":
                self._name(row[1])
                return max(self._below(row[2]), self._below(row[3]), self._below(row[4]) - 1)
            case "n":
                require(text_of(row[1]).isascii() and row[1].isdecimal(), "a numeral")
            case "r":
                require(is_unicode(row[1]), "a literal of Unicode text")
            case _:
                self._name(row[1])
                natural(row[2])
                return self._below(row[3])
        return 0

    def _below(self, row: Any) -> int:
        """How many binders an earlier row needs around it."""
        return self._loose[row_number(row, len(self.exprs))]

    def _add_constant(self, data: Any) -> None:
        item = object_of(data)
        kind = text_of(item.get("kind"))
        name = self._name(item.get("name"))
        require(kind in KINDS, "a constant of a known kind")
        require(name != () and name not in self.constants, "a constant declared once")
        constant = Constant(
            name=name,
            kind=kind,
            params=self._names(item.get("params")),
            type=self._closed(item.get("type")),
            value=self._closed(item.get("value")) if kind in _WITH_VALUE else None,
            safe=item.get("safety", "safe") == "safe" and item.get("unsafe", False) is False,
            hints=hints_of(item.get("hints", "opaque")),
            num_params=natural(item.get("numParams", 0)),
            index=natural(item.get("cidx", 0)),
            constructors=self._names(item.get("ctors")) if kind == "inductive" else (),
            family=self._family(kind, item),
        )
        require(len(set(constant.params)) == len(constant.params), "level parameters that differ")
        self.constants[name] = constant

    def _family(self, kind: str, item: dict[str, Any]) -> tuple[Name, ...]:
        if kind == "constructor":
            return (self._name(item.get("induct")),)
        return self._names(item.get("all")) if kind in ("inductive", "recursor") else ()

    def _add_imported(self, data: Any) -> None:
        item = object_of(data)
        self.imported[self._name(item.get("name"))] = Imported(text_of(item.get("kind")), text_of(item.get("module")))

    def _name(self, row: Any) -> Name:
        return self.names[row_number(row, len(self.names))]

    def _names(self, rows: Any) -> tuple[Name, ...]:
        return tuple(self._name(row) for row in list_of(rows))

    def _closed(self, row: Any) -> int:
        require(self._below(row) == 0, "a closed expression")
        return row


def _sortable(name: Name) -> tuple[tuple[bool, str | int], ...]:
    return tuple((isinstance(part, str), part) for part in name)
