"""A file that grows by whole lines and is readable after a kill at any byte."""

from __future__ import annotations

import fcntl
import os
import threading
from pathlib import Path

from prover.core.errors import UserError

BLOCK = 1 << 16


class LineFile:
    """Opens `path` to append to it; a last line that was cut is removed.

    A line has reached the operating system when `append` returns (it survives the death of this process; `close` also
    waits for the disk). One writer at a time: a second one gets a `UserError` (`run_in_use`) with this `hint`.
    `UserError` (`not_writable`) where the file cannot be opened.
    """

    def __init__(self, path: Path, *, hint: str = "") -> None:
        self.path = path
        self._lock = threading.Lock()
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise UserError(f"cannot write {path}: {error.strerror}", code="not_writable") from None
        try:
            _lock(self._file, path, hint)
            self._size = _end_of_last_line(self._file)
            os.ftruncate(self._file, self._size)
        except BaseException:
            os.close(self._file)
            raise

    def append(self, line: bytes) -> int:
        """Writes one line, which ends with its only newline; where it begins, in bytes. Raises `OSError` (a full disk,
        say); the file then ends with the line before."""
        rest = memoryview(line)
        with self._lock:
            if self._file < 0:
                raise ValueError(f"the log {self.path} is closed")
            start = self._size
            try:
                written = 0
                while written < len(rest):
                    written += os.write(self._file, rest[written:])
            except BaseException:
                os.ftruncate(self._file, start)
                raise
            self._size += len(rest)
            return start

    def close(self) -> None:
        """Waits for the disk and closes. Closing twice is harmless."""
        with self._lock:
            if self._file >= 0:
                descriptor, self._file = self._file, -1
                try:
                    os.fsync(descriptor)
                finally:
                    os.close(descriptor)


def _lock(file: int, path: Path, hint: str) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise UserError(f"another process is writing {path}", code="run_in_use", hint=hint) from None


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
