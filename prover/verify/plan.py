"""The order in which re-read constants go to the kernel, and the form in which they are sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from prover.verify.family import misshapen
from prover.verify.name import Name, show
from prover.verify.tables import Constant, Row, Tables, children

_UNDECIDED, _OPEN, _DONE = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why constants cannot even be offered to the kernel. `name` is the constant at fault."""

    name: Name
    reason: str


@dataclass(frozen=True, slots=True)
class Plan:
    """Declarations in the order of their dependencies, with the tables they refer to.

    `names` holds, for each declaration, the constant it is of (for a family: its first type).
    """

    tables: Mapping[str, Any]
    declarations: tuple[Mapping[str, Any], ...]
    names: tuple[Name, ...]


def plan(tables: Tables, wanted: Iterable[Name]) -> Plan | Refusal:
    """Everything `wanted` needs, for the kernel: dependencies first, an inductive family as one.

    Recursors are not sent, the kernel makes them. Nothing wanted may rest on `unsafe` or `partial`
    code, nor on itself.
    """
    order = _Order(tables)
    refusal = order.add(wanted)
    if refusal is not None:
        return refusal
    return _Writer(tables).write(order.groups)


class _Order:
    """Topological sort by depth-first search, without recursion: dependencies run deep."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._marks: dict[Name, int] = {}
        self.groups: list[tuple[Constant, ...]] = []

    def add(self, wanted: Iterable[Name]) -> Refusal | None:
        for name in wanted:
            refusal = self._visit(name)
            if refusal is not None:
                return refusal
        return None

    def _visit(self, root: Name) -> Refusal | None:
        stack: list[tuple[Name, bool]] = [(root, False)]
        while stack:
            name, finished = stack.pop()
            group = self._group(name)
            if isinstance(group, Refusal):
                return group
            key = group[0].name
            mark = self._marks.get(key, _UNDECIDED)
            if finished:
                self._marks[key] = _DONE
                self.groups.append(group)
            elif mark == _OPEN:
                return Refusal(name, "circular")
            elif mark == _UNDECIDED:
                refusal = self._shaped(group)
                if refusal is not None:
                    return refusal
                self._marks[key] = _OPEN
                stack.append((key, True))
                stack.extend(
                    (used, False)
                    for used in self._needs(group)
                    if self._marks.get(self._key(used), _UNDECIDED) != _DONE
                )
        return None

    def _needs(self, group: Sequence[Constant]) -> list[Name]:
        members = _members(group) if group[0].kind == "inductive" else set[Name]()
        needed = {
            used: None
            for constant in group
            for name in (constant.name, *constant.constructors)
            if name in self._tables.constants
            for used in self._tables.uses(name)
        }
        return [used for used in needed if self._tables.is_local(used) and used not in members]

    def _key(self, name: Name) -> Name:
        group = self._group(name)
        return name if isinstance(group, Refusal) else group[0].name

    def _group(self, name: Name) -> tuple[Constant, ...] | Refusal:
        """The constants that stand or fall with `name`: its inductive family, or itself."""
        constants = self._tables.constants
        constant = constants[name]
        if not constant.safe:
            return Refusal(name, "unsafe")
        if constant.kind == "quot":
            return Refusal(name, "quot")
        first = constant
        if constant.kind in ("constructor", "recursor"):
            parent = constants.get(constant.family[0]) if constant.family else None
            if parent is None or parent.kind != "inductive":
                return Refusal(name, "malformed_family")
            first = parent
        if first.kind != "inductive":
            return (first,)
        group: list[Constant] = []
        for member in first.family:
            other = constants.get(member)
            if (
                other is None
                or other.kind != "inductive"
                or not other.safe
                or other.family != first.family
                or other.params != first.params
                or other.num_params != first.num_params
            ):
                return Refusal(name, "malformed_family")
            for made in other.constructors:
                child = constants.get(made)
                if child is None or child.kind != "constructor" or child.family != (member,):
                    return Refusal(made, "malformed_family")
            group.append(other)
        if first not in group or (constant.kind == "constructor" and name not in first.constructors):
            return Refusal(name, "malformed_family")
        return tuple(group)

    def _shaped(self, group: tuple[Constant, ...]) -> Refusal | None:
        """Why an inductive family is none that Lean's front end makes."""
        reason = misshapen(self._tables, group) if group[0].kind == "inductive" else None
        return None if reason is None else Refusal(group[0].name, reason)


def _members(group: Sequence[Constant]) -> set[Name]:
    return {name for constant in group for name in (constant.name, *constant.constructors)}


class _Writer:
    """Writes declarations with only the rows they need, numbered anew."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._exprs: dict[int, int] = {}

    def write(self, groups: Sequence[tuple[Constant, ...]]) -> Plan:
        tables = self._tables
        roots = [row for group in groups for constant in group for row in self._rows_of(constant)]
        for row in sorted(tables.reachable(roots)):
            self._exprs[row] = len(self._exprs)
        sent = {
            "names": [list(row) for row in tables.name_rows],
            "levels": [list(row) for row in tables.levels[1:]],
            "exprs": [self._expr(tables.exprs[row]) for row in self._exprs],
        }
        self._names = {name: row for row, name in enumerate(tables.names)}
        return Plan(sent, tuple(self._declaration(group) for group in groups), tuple(g[0].name for g in groups))

    def _rows_of(self, constant: Constant) -> list[int]:
        rows = [constant.type] + [self._tables.constants[name].type for name in constant.constructors]
        return rows if constant.value is None else [*rows, constant.value]

    def _expr(self, row: Row) -> list[Any]:
        if row[0] == "c":
            return [*row[:2], list(row[2])]
        out = list(row)
        below = children(row)
        if below:
            start = {"a": 1, "j": 3}.get(row[0], 2)
            out[start : start + len(below)] = [self._exprs[child] for child in below]
        return out

    def _declaration(self, group: tuple[Constant, ...]) -> dict[str, Any]:
        first = group[0]
        common: dict[str, Any] = {"kind": first.kind, "params": [self._names[param] for param in first.params]}
        if first.kind == "inductive":
            return {**common, "numParams": first.num_params, "types": [self._type(member) for member in group]}
        common |= {"name": self._names[first.name], "type": self._exprs[first.type], "hints": first.hints}
        return common if first.value is None else {**common, "value": self._exprs[first.value]}

    def _type(self, constant: Constant) -> dict[str, Any]:
        rows = [self._tables.constants[name] for name in constant.constructors]
        return {
            "name": self._names[constant.name],
            "type": self._exprs[constant.type],
            "ctorRows": [{"name": self._names[row.name], "type": self._exprs[row.type]} for row in rows],
        }


#: What reasons mean, those of the kernel's side (`lean_project/Bridge/Recheck.lean`) among them.
WHY: Mapping[str, str] = {
    "unsafe": "is unsafe or partial code, which no theorem may rest on",
    "quot": "is a quotient primitive declared anew",
    "circular": "rests on itself",
    "malformed_family": "does not fit the inductive types it claims to belong to",
    "reserved_name": "uses a name that Lean's kernel keeps for itself",
    "not_uniform": "is of an inductive family applied to something other than its own parameters",
    "computed_sort": "is of an inductive family whose sort is to be computed",
    "sometimes_prop": "is of an inductive family whose sort is Prop for some universe levels only, or in disguise",
    "ill_typed_family": "is of an inductive family of which the kernel made something that does not type-check",
}


def describe(name: Name, reason: str) -> str:
    """What a refusal means, for people."""
    return f"{show(name)} {WHY.get(reason, reason)}"
