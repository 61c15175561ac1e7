"""The envelope of everything that is recorded."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened in one search.

    `sequence` counts from 0 within `search`; `parent` is the sequence number, in the same search, of
    the event this one follows from. `time` is in seconds since the epoch. `payload` is an instance of
    a dataclass registered for `kind` and `version`, or `Opaque` where no reader knows it.
    """

    search: str
    sequence: int
    time: float
    parent: int | None
    kind: str
    version: int
    payload: object
