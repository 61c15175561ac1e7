"""Goals and tactic states as values."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """One local hypothesis. `inaccessible`: its name cannot be written in a script."""

    name: str
    type: str
    value: str | None = None
    is_prop: bool = False
    inaccessible: bool = False
    is_instance: bool = False

    @property
    def shown(self) -> str:
        """The name, marked as Lean marks a name that cannot be written."""
        return f"{self.name}✝" if self.inaccessible else self.name


@dataclass(frozen=True, slots=True)
class Goal:
    """One goal. Goals of one state with equal `group` share metavariables and stay together.

    `symbols`: the constants of the target; `around`: those of the hypotheses' types. They are for finding theorems.
    """

    target: str
    hypotheses: tuple[Hypothesis, ...] = ()
    case: str = ""
    group: int = 0
    is_prop: bool = True
    symbols: tuple[str, ...] = ()
    around: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The goal as Lean's infoview shows it: neighbours of one type on one line, then the target."""
        lines = [f"case {self.case}"] if self.case else []
        for (type_, value), names in groupby(self.hypotheses, key=lambda h: (h.type, h.value)):
            together = list(names)
            if value is None:
                lines.append(f"{' '.join(h.shown for h in together)} : {type_}")
            else:
                lines += [f"{h.shown} : {type_} := {value}" for h in together]
        return "\n".join([*lines, f"⊢ {self.target}"])

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class TacticState:
    """Goals before or after a tactic.

    `fingerprint`: 128 bits in hexadecimal over names, types, let-values and the sharing of
    metavariables. Two states with equal fingerprints, at the same hole, are the same state.
    """

    goals: tuple[Goal, ...]
    fingerprint: str

    def groups(self) -> list[list[int]]:
        """Indices of the goals, those that share metavariables together, in order of appearance."""
        found: dict[int, list[int]] = {}
        for index, goal in enumerate(self.goals):
            found.setdefault(goal.group, []).append(index)
        return list(found.values())

    def __str__(self) -> str:
        return "\n\n".join(str(goal) for goal in self.goals)
