"""What one lemma may cost."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Protocol


class Used(Protocol):
    """What was used on something: calls of models, tokens they wrote, US dollars, seconds of Lean."""

    @property
    def calls(self) -> int: ...
    @property
    def tokens(self) -> int: ...
    @property
    def money(self) -> float: ...
    @property
    def lean_seconds(self) -> float: ...


@dataclass(frozen=True, slots=True)
class Reached:
    """A limit (`name`) of `most` that `used` has reached."""

    name: str
    used: float
    most: float


@dataclass(frozen=True, slots=True)
class LemmaLimits:
    """For all attempts at one lemma together, those of earlier runs of a plan included; `None`: none. `seconds`: wall
    time of the attempts."""

    calls: int | None = None
    tokens: int | None = None
    money: float | None = None
    seconds: float | None = None
    lean_seconds: float | None = None

    def reached(self, seconds: float, *used: Used) -> Reached | None:
        """The first limit that is reached. `seconds`: of the attempts; `used`: what they used, added up."""
        for limit in fields(self):
            most = getattr(self, limit.name)
            if most is None:
                continue
            taken = seconds if limit.name == "seconds" else sum(getattr(part, limit.name) for part in used)
            if taken >= most:
                return Reached(limit.name, taken, most)
        return None
