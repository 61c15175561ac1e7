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


class FanOut:
    """Hands every event to several sinks, in their order.

    A sink that fails keeps none of the others from its event; what failed is raised afterwards.
    """

    def __init__(self, *sinks: Sink) -> None:
        self._sinks = sinks

    def append(self, event: Event) -> None:
        failures: list[Exception] = []
        for sink in self._sinks:
            try:
                sink.append(event)
            except Exception as error:
                failures.append(error)
        if len(failures) == 1:
            raise failures[0]
        if failures:
            raise ExceptionGroup("several event sinks failed", failures)
