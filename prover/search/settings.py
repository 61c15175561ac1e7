"""How a search works, and who looks on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from prover.core.state import TacticState
from prover.search.agenda import LEVELS, Limit

#: Receives every event of a search as (kind, payload).
Observer = Callable[[str, dict[str, Any]], None]


class Critic(Protocol):
    """Judges states: how likely they are to be provable, as log-probabilities, one a state."""

    async def score(self, states: Sequence[TacticState]) -> list[float]: ...


@dataclass(frozen=True, slots=True)
class Settings:
    """How a search works its nodes.

    `candidates`: asked for at a time. `width` and `window`: how many are tried before the frontier is asked again,
    and how far (in log-probability) below the best of them. `levels`: limits of one tactic, tried in turn. `breadth`:
    nodes selected at a time, so that one batch feeds the generator. `debug`: check the graph's invariants after every
    expansion.
    """

    candidates: int = 64
    width: int = 8
    window: float = 1.0
    breadth: int = 1
    levels: tuple[Limit, ...] = LEVELS
    sibling_penalty: float = -0.3
    alpha: float = 0.5
    check_seconds: float = 20.0
    shorten_seconds: float = 4.0
    debug: bool = False
