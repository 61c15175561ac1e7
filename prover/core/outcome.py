"""What became of one tactic on one state: a closed union. Nothing here says "proved"."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Generic, TypeAlias, TypeVar

from prover.core.message import Message
from prover.core.state import TacticState

Handle = TypeVar("Handle")


@dataclass(frozen=True, slots=True)
class Cost:
    """What a step took: wall seconds and Lean heartbeats (in the unit of `maxHeartbeats`)."""

    seconds: float = 0.0
    heartbeats: int = 0


@dataclass(frozen=True, slots=True)
class Progress(Generic[Handle]):
    """The tactic ran and left goals. `handle` is the live state, owned by whoever runs tactics. `uses`: the theorems in
    what it made of the proof."""

    state: TacticState
    handle: Handle
    messages: tuple[Message, ...] = ()
    cost: Cost = Cost()
    uses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Solved:
    """No goals are left: rung 1 of the ladder, a hint and no more."""

    messages: tuple[Message, ...] = ()
    uses: tuple[str, ...] = ()
    cost: Cost = Cost()


@dataclass(frozen=True, slots=True)
class Failed:
    """Lean refused the tactic.

    `reason`: `parse`, `error`, `recursion`, `logged_error`, `sorry`, `open_metavariable`, `open_level`,
    `uses_open_declaration` or `undescribable`.
    """

    reason: str
    text: str = ""
    messages: tuple[Message, ...] = ()
    cost: Cost = Cost()


@dataclass(frozen=True, slots=True)
class TimedOut:
    """A limit was reached: `wall` or `heartbeats`. Neither success nor refutation."""

    limit: str
    cost: Cost = Cost()


@dataclass(frozen=True, slots=True)
class Rejected:
    """Not tried: forbidden text, truncated candidate, known to kill a worker, cancelled."""

    reason: str


@dataclass(frozen=True, slots=True)
class Lost:
    """The worker died while the tactic ran. `code` is the error's reason code (`crashed`, ...)."""

    code: str
    text: str = ""
    cost: Cost = field(default_factory=Cost)


TacticOutcome: TypeAlias = Progress[Handle] | Solved | Failed | TimedOut | Rejected | Lost
