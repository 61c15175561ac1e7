"""A theorem that may help with a goal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

#: Name, head, left, right, hypotheses, conclusion, context; names by their number in a table.
Row = tuple[int, int, int, int, int, Sequence[int], Sequence[int]]


@dataclass(frozen=True, slots=True)
class Premise:
    """A theorem by name, with as much of its statement as choosing among theorems needs.

    `module`: where it comes from, empty for the file under work. `head`: the constant its conclusion applies (`Eq`,
    `Iff`, `Nat.le` ...), empty where that is a variable. `left`, `right`: what the sides of an equation or equivalence
    apply. `hypotheses`: how many explicit arguments nothing after them mentions, as a rule its assumptions.
    `conclusion`, `context`: the constants of its conclusion, and of all that stands before it. `signature`: its
    statement as Lean prints it, where somebody asked Lean; for models, that read it.
    """

    name: str
    module: str = ""
    head: str = ""
    left: str = ""
    right: str = ""
    hypotheses: int = 0
    conclusion: tuple[str, ...] = ()
    context: tuple[str, ...] = ()
    signature: str = ""

    @classmethod
    def of_row(cls, row: Row, names: Sequence[str], module: str) -> Premise:
        """The premise that a row of numbers stands for."""
        name, head, left, right, hypotheses, conclusion, context = row
        return cls(
            names[name],
            module,
            names[head],
            names[left],
            names[right],
            hypotheses,
            tuple(names[i] for i in conclusion),
            tuple(names[i] for i in context),
        )

    @property
    def rewrites(self) -> bool:
        """Whether its conclusion is an equation or an equivalence."""
        return self.head in ("Eq", "Iff")

    @property
    def constants(self) -> tuple[str, ...]:
        """Every constant of the statement, once."""
        return tuple(dict.fromkeys((*self.conclusion, *self.context)))

    def __str__(self) -> str:
        return self.name
