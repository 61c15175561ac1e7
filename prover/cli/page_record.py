"""What a page needs of a run that is recorded nowhere else."""

from __future__ import annotations

from prover.api.record import Record
from prover.events import Event, Memory, Opaque
from prover.search import SearchStarted


class PageRecord(Record):
    """A run on record only until its page is written."""

    def __init__(self) -> None:
        self._told = _Told()
        super().__init__(self._told)

    def events(self) -> list[Event]:
        return self._told.events


class _Told(Memory):
    """Keeps what a page shows; what a search could be resumed from is left out."""

    def append(self, event: Event) -> None:
        if isinstance(event.payload, Opaque | SearchStarted):
            super().append(event)
