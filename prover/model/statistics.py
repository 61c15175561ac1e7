"""What came of feeding a model."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Statistics:
    """Counts of one batcher. Seconds are wall seconds.

    `calls` to the engine with `sent` queries in all, those that were sent again included (`retried`); `answered`,
    `failed` and `cancelled` queries; `repeated`: asked while the answer was known or under way. `room`: what the calls
    could have held together. `queue_seconds`: from asking to being sent, summed over queries; `busy_seconds`: with at
    least one call under way. `tokens` written, `prompt_tokens` read and `money` (US dollars): each answer once, however
    many asked for it. `priced`: what the model costs is known; else `money` says nothing.
    """

    calls: int = 0
    sent: int = 0
    room: int = 0
    answered: int = 0
    failed: int = 0
    cancelled: int = 0
    repeated: int = 0
    retried: int = 0
    queue_seconds: float = 0.0
    busy_seconds: float = 0.0
    tokens: int = 0
    prompt_tokens: int = 0
    money: float = 0.0
    priced: bool = True
    most_in_flight: int = 0

    @property
    def fill(self) -> float:
        """How full the calls were, 0 to 1."""
        return self.sent / self.room if self.room else 0.0
