"""Goals and tactic states as values."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """One local hypothesis. `inaccessible`: its name cannot be written in a script."""

    name: str
    type: str
    value: str | None = None
    is_prop: bool = False
    inaccessible: bool = False
    is_instance: bool = False


@dataclass(frozen=True, slots=True)
class Goal:
    """One goal. Goals of one state with equal `group` share metavariables and stay together."""

    target: str
    hypotheses: tuple[Hypothesis, ...] = ()
    case: str = ""
    group: int = 0
    is_prop: bool = True
    text: str = ""

    def __str__(self) -> str:
        return self.text or f"⊢ {self.target}"


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
