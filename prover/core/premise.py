"""A theorem that may help with a goal."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Premise:
    """A theorem by name, with as much of its statement as choosing among theorems needs.

    `module`: where it comes from, empty for the file under work. `head`: the constant its conclusion applies (`Eq`,
    `Iff`, `Nat.le` ...), empty where that is a variable. `left`, `right`: what the sides of an equation or equivalence
    apply. `hypotheses`: how many explicit arguments nothing after them mentions, as a rule its assumptions.
    `conclusion`, `context`: the constants of its conclusion, and of all that stands before it.
    """

    name: str
    module: str = ""
    head: str = ""
    left: str = ""
    right: str = ""
    hypotheses: int = 0
    conclusion: tuple[str, ...] = ()
    context: tuple[str, ...] = ()

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
