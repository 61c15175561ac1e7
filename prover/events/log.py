"""The event log as a file: append-only, one line an event, readable after a kill at any byte."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

from prover.core.errors import UserError
from prover.events.codec import DecodeError
from prover.events.event import Event
from prover.events.line import from_line, to_line
from prover.events.lines import LineFile


class EventLog:
    """A sink that writes `events.jsonl`, by the rules of `LineFile`: what was appended survives the death of this
    process, opening an existing file continues it, one writer at a time (`UserError`, `run_in_use`)."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = LineFile(path, hint="wait for it, or choose another run folder")

    def append(self, event: Event) -> None:
        """Writes one event. Raises `OSError` (a full disk, say); the file then ends with the event before."""
        self._file.append(to_line(event))

    def close(self) -> None:
        """Waits for the disk and closes. Closing twice is harmless."""
        self._file.close()

    def __enter__(self) -> EventLog:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def read_events(path: Path) -> Iterator[Event]:
    """The events of a log, in the order they were written; a last line that was cut is left out.

    Raises `UserError`: `no_log` if there is no such file, `corrupt_log` for a whole line that is no event.
    """
    try:
        file = path.open("rb")
    except OSError as error:
        raise UserError(f"cannot read the event log {path}: {error.strerror}", code="no_log") from None
    with file:
        for number, line in enumerate(file, start=1):
            if not line.endswith(b"\n"):
                return
            try:
                event = from_line(line)
            except DecodeError as error:
                raise UserError(f"{path}, line {number} is no event: {error}", code="corrupt_log") from None
            yield event
