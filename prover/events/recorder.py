"""Events of one search, numbered."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from prover.events.event import Event
from prover.events.payload import kind_of
from prover.events.sink import Sink


class Recorder:
    """Puts the payloads of one search into envelopes and hands them to a sink.

    `start` is the next sequence number (see `next_sequences` for a search that goes on). One recorder
    a search, used from one thread. `clock` gives seconds since the epoch.
    """

    def __init__(self, sink: Sink, search: str, *, start: int = 0, clock: Callable[[], float] = time.time) -> None:
        self.search = search
        self._sink = sink
        self._next = start
        self._clock = clock

    def record(self, payload: object, *, parent: Event | None = None) -> Event:
        """Records an instance of a registered dataclass. `parent` is the event it follows from, in this search."""
        kind, version = kind_of(payload)
        if parent is not None and parent.search != self.search:
            raise ValueError(f"the parent belongs to the search {parent.search!r}, not {self.search!r}")
        event = Event(
            search=self.search,
            sequence=self._next,
            time=self._clock(),
            parent=None if parent is None else parent.sequence,
            kind=kind,
            version=version,
            payload=payload,
        )
        self._next += 1
        self._sink.append(event)
        return event


def next_sequences(events: Iterable[Event]) -> dict[str, int]:
    """For each search, the sequence number its next event gets."""
    found: dict[str, int] = {}
    for event in events:
        found[event.search] = max(found.get(event.search, 0), event.sequence + 1)
    return found
