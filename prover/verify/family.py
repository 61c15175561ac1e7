"""How an inductive family may mention itself: as Lean's front end lets it, which kernels before 4.33.1 do not ask for.

Each proof of `False` that those kernels were shown to accept needs a family that the front end never makes, or one
whose constants do not type-check. What is to be seen in the declaration is refused here, before the kernel gets it
(lean4, pull requests 14582, 14616); `lean_project/Bridge/Recheck.lean` looks at what the kernel made of the others.
"""

from __future__ import annotations

from collections.abc import Sequence

from prover.verify.name import Name
from prover.verify.tables import Constant, Row, Tables, children

#: Where kernels put the auxiliary types of a nested family.
_RESERVED = "_nested"


def misshapen(tables: Tables, group: Sequence[Constant]) -> str | None:
    """Why the types of a family, and their constructors, are not what a front end writes; None where they are.

    `reserved_name`: a name of the kernel's own is declared or mentioned. `not_uniform`: a type of the family stands
    applied to something other than the family's own parameters and levels.
    """
    constructors = [tables.constants[name] for constant in group for name in constant.constructors]
    declared = [*group, *constructors]
    names = {*tables.constants_in(constant.type for constant in declared), *(constant.name for constant in declared)}
    if any(name[0] == _RESERVED for name in names if name):
        return "reserved_name"
    family = _Family(tables, group)
    return None if all(family.is_uniform_in(constant) for constant in declared) else "not_uniform"


class _Family:
    """Looks for the types of one family in terms."""

    def __init__(self, tables: Tables, group: Sequence[Constant]) -> None:
        self._tables = tables
        self._names = {constant.name for constant in group}
        self._params, self._num_params = group[0].params, group[0].num_params

    def is_uniform_in(self, constant: Constant) -> bool:
        """Whether each type of the family stands, in the type of `constant`, applied to the parameters that it begins
        with, and at the family's levels."""
        mentioning = self._mentioning(constant.type)
        seen: set[tuple[int, int]] = set()
        pending = [(constant.type, 0)]
        while pending:
            row, depth = at = pending.pop()
            if row not in mentioning or at in seen:
                continue
            seen.add(at)
            self._tables.step()
            expr = self._tables.exprs[row]
            if expr[0] == "a":
                head, arguments = self._spine(row)
                if self._is_of_it(head):
                    if not self._is_uniform(self._tables.exprs[head], arguments, depth):
                        return False
                    arguments = arguments[self._num_params :]
                else:
                    pending.append((head, depth))
                pending += [(argument, depth) for argument in arguments]
            elif self._is_of_it(row):
                if not self._is_uniform(expr, [], depth):
                    return False
            else:
                below = children(expr)
                binds = expr[0] in ("l", "p", "t")
                pending += [(child, depth) for child in below[:-1]] + [(child, depth + binds) for child in below[-1:]]
        return True

    def _mentioning(self, root: int) -> set[int]:
        """The rows under `root` with a type of the family in them. Rows name earlier rows only."""
        found: set[int] = set()
        for row in sorted(self._tables.reachable([root])):
            if self._is_of_it(row) or not found.isdisjoint(children(self._tables.exprs[row])):
                found.add(row)
        return found

    def _is_of_it(self, row: int) -> bool:
        """Whether a row names a type of the family: as a constant, or as the structure of a projection."""
        expr = self._tables.exprs[row]
        return expr[0] in ("c", "j") and self._tables.named(expr) in self._names

    def _spine(self, row: int) -> tuple[int, list[int]]:
        """The head of an application, and its arguments."""
        arguments: list[int] = []
        while self._tables.exprs[row][0] == "a":
            _, row, argument = self._tables.exprs[row]
            arguments.append(argument)
        return row, arguments[::-1]

    def _is_uniform(self, head: Row, arguments: Sequence[int], depth: int) -> bool:
        if head[0] != "c" or len(arguments) < self._num_params or depth < self._num_params:
            return False
        tables = self._tables
        if tuple(self._param(level) for level in head[2]) != self._params:
            return False
        own = [("b", depth - 1 - at) for at in range(self._num_params)]
        return [tables.exprs[argument] for argument in arguments[: self._num_params]] == own

    def _param(self, level: int) -> Name | None:
        tag, *rest = self._tables.levels[level]
        at: int = rest[0] if tag == "p" else 0
        return self._tables.names[at] if tag == "p" else None
