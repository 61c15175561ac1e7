"""What the events of a run say came of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from prover.events.event import Event
from prover.events.payload import Opaque

#: The events of the run itself, beside those of its searches.
RUN = "run"


def result_of(events: Sequence[Event]) -> dict[str, Any] | None:
    """The result document of a finished run."""
    for event in reversed(events):
        if event.search == RUN and event.kind == "Result" and isinstance(event.payload, Opaque):
            return dict(event.payload.fields)
    return None
