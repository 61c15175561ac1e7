"""What an idea proposes, and the prior belief in each family of proposals."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from prover.generate.view import View


@dataclass(frozen=True, slots=True)
class Proposal:
    """A tactic from a family. `shift` is added to the family's log-probability: how well it fits this goal.

    `effort`: the level of limits to start with (see `Candidate`).
    """

    family: str
    text: str
    shift: float = 0.0
    effort: int = 0


Idea = Callable[[View], Iterator[Proposal]]
