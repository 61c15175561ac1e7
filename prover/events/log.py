"""The event log as a file: append-only, one line an event, readable after a kill at any byte."""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

from prover.core.errors import UserError
from prover.events.codec import DecodeError
from prover.events.event import Event
from prover.events.line import from_line, to_line

BLOCK = 1 << 16


class EventLog:
    """A sink that writes `events.jsonl`.

    An event has reached the operating system when `append` returns (it survives the death of this
    process; `close` also waits for the disk). Opening an existing file continues it: a last line that
    was cut is removed. One writer at a time: a second one gets a `UserError` (`run_in_use`).
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
        try:
            _lock(self._file, path)
            self._size = _end_of_last_line(self._file)
            os.ftruncate(self._file, self._size)
        except BaseException:
            os.close(self._file)
            raise

    def append(self, event: Event) -> None:
        """Writes one event. Raises `OSError` (a full disk, say); the file then ends with the event before."""
        line = memoryview(to_line(event))
        with self._lock:
            if self._file < 0:
                raise ValueError(f"the log {self.path} is closed")
            try:
                written = 0
                while written < len(line):
                    written += os.write(self._file, line[written:])
            except BaseException:
                os.ftruncate(self._file, self._size)
                raise
            self._size += len(line)

    def close(self) -> None:
        """Waits for the disk and closes. Closing twice is harmless."""
        with self._lock:
            if self._file >= 0:
                descriptor, self._file = self._file, -1
                try:
                    os.fsync(descriptor)
                finally:
                    os.close(descriptor)

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


def _lock(file: int, path: Path) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise UserError(
            f"another process is writing {path}", code="run_in_use", hint="wait for it, or choose another run folder"
        ) from None


def _end_of_last_line(file: int) -> int:
    """Offset behind the last newline."""
    end = os.fstat(file).st_size
    while end > 0:
        start = max(0, end - BLOCK)
        found = os.pread(file, end - start, start).rfind(b"\n")
        if found >= 0:
            return start + found + 1
        end = start
    return 0
