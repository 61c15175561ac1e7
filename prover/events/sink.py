"""Where events go."""

from __future__ import annotations

from typing import Protocol

from prover.events.event import Event


class Sink(Protocol):
    """Takes events one by one, in the order they happened."""

    def append(self, event: Event) -> None: ...


class Memory:
    """Keeps events in `events`, for tests and for readers in the same process."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def append(self, event: Event) -> None:
        self.events.append(event)
