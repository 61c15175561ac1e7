"""How a search works, and who looks on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from prover.core.premise import Premise
from prover.core.state import Goal, TacticState
from prover.search.agenda import LEVELS, Limit

#: Receives every event of a search as (kind, payload).
Observer = Callable[[str, dict[str, Any]], None]

#: Theorems that may help with a goal, best first. Asked once for each goal that is worked on: it must be quick.
Retrieve = Callable[[Goal], Sequence[Premise]]


def nothing(_goal: Goal) -> Sequence[Premise]:
    """Retrieves nothing."""
    return ()


class Critic(Protocol):
    """Judges states: how likely they are to be provable, as log-probabilities, one a state."""

    async def score(self, states: Sequence[TacticState]) -> list[float]: ...


@dataclass(frozen=True, slots=True)
class Settings:
    """How a search works its nodes.

    `candidates`: asked for at a time. `draws`: how often a generator is asked about one node (None: until it says
    nothing, or twice in a row nothing new); each time but the first costs the node `redraw_penalty`, a
    log-probability. `width` and `window`: how many are tried before the frontier is asked again, and how far (in
    log-probability) below the best of them. `levels`: limits of one tactic, tried in turn.

    `in_flight`: nodes worked on at a time, so that candidates are generated for some while Lean is busy with others;
    `lanes`: how many of them the runner serves at a time. `in_order`: what was begun first is taken in first, so that
    the search depends on the replies and not on the order in which they arrive; without it nothing waits for a
    straggler. `grace_seconds`: how long the end of the search waits for tactics that are still running, before their
    process is given up.

    `shorten_heartbeats` (unit of `maxHeartbeats`): for making a found proof shorter, 0: not at all; `shorten_seconds`:
    for machines on which that takes long. `check_seconds`: for checking it in one piece.

    `split`, `merge`: take goals apart, make equal states one node; off only to compare with. `seed`: for frontiers
    that draw. `debug`: check the graph's invariants after every step.
    """

    candidates: int = 64
    draws: int | None = None
    redraw_penalty: float = -1.0
    width: int = 8
    window: float = 1.0
    in_flight: int = 1
    lanes: int = 1
    in_order: bool = True
    grace_seconds: float = 2.0
    levels: tuple[Limit, ...] = LEVELS
    sibling_penalty: float = -0.3
    alpha: float = 0.5
    check_seconds: float = 20.0
    shorten_seconds: float = 6.0
    shorten_heartbeats: int = 20_000
    split: bool = True
    merge: bool = True
    seed: int = 0
    debug: bool = False
