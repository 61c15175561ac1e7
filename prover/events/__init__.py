"""The event log: what a run records, how it is written, and how it is read back."""

from prover.events.atomic import open_atomically, write_atomically
from prover.events.event import Event
from prover.events.line import from_line, to_line
from prover.events.log import EventLog, read_events
from prover.events.payload import Opaque, payload
from prover.events.recorder import Recorder, next_sequences
from prover.events.run import RunFolder, RunSpec, installed_versions
from prover.events.sink import Memory, Sink

__all__ = [
    "Event",
    "EventLog",
    "Memory",
    "Opaque",
    "Recorder",
    "RunFolder",
    "RunSpec",
    "Sink",
    "from_line",
    "installed_versions",
    "next_sequences",
    "open_atomically",
    "payload",
    "read_events",
    "to_line",
    "write_atomically",
]
