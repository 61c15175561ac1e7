"""What became of a candidate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic

from prover.core.candidate import Candidate
from prover.core.outcome import TacticOutcome
from prover.search.graph import Child
from prover.search.runner import Handle


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a step of a script was tried: on a goal that another reply of the same ticket left, by their numbers.

    `reply` None: on the ticket's own.
    """

    reply: int | None = None
    child: int = 0


@dataclass(frozen=True, slots=True)
class Reply(Generic[Handle]):
    """What became of one candidate. `text`: what to write in a script; `children`: the goals left, taken apart.

    `origin`: for the step of a script, the goal it was tried on; None for what was tried on the ticket's own goal.
    """

    candidate: Candidate
    outcome: TacticOutcome[Handle]
    text: str
    children: tuple[Child[Handle], ...] = ()
    origin: Origin | None = None
