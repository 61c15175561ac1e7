"""The seam between a search and whoever proposes tactics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from prover.core.candidate import Candidate
from prover.core.premise import Premise
from prover.core.state import Goal, TacticState
from prover.core.theorem import Theorem


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of a generator: up to `n` candidates for one goal of one state.

    `goal` is an index into `state.goals` (a tactic acts on the first goal, so it is 0 unless the caller focuses).
    `premises`: theorems that may help, best first. `history`: the tactics that led here, oldest first. `theorem`: what
    the search as a whole is to prove, where that is known.
    `draw`: 0 for the first request on a state, 1 for the next ...; a sampling generator answers each anew, a
    deterministic one has nothing to add after its first answer.
    """

    state: TacticState
    goal: int = 0
    premises: tuple[Premise, ...] = ()
    history: tuple[str, ...] = ()
    n: int = 64
    draw: int = 0
    theorem: Theorem | None = None

    @property
    def focused(self) -> Goal:
        return self.state.goals[self.goal]


class TacticGenerator(Protocol):
    """Proposes tactics for a batch of requests.

    One that reads what premises say, not only how they are called, has an attribute `reads_premises` that is true:
    Lean is asked for `Premise.signature` then.
    """

    async def generate(self, requests: Sequence[Request]) -> list[list[Candidate]]:
        """One list a request, in the order of the requests, best candidate first, without repetition.

        An empty list says that there is nothing (more) to propose. Raises `ModelError` when a model cannot answer.
        """
        ...


def reads_premises(generator: TacticGenerator) -> bool:
    """Whether a generator wants `Premise.signature`."""
    return getattr(generator, "reads_premises", False) is True
