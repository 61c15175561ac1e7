"""The last words of a process: what it wrote to standard error."""

from __future__ import annotations

import os
import re
import threading
from collections import deque

_CHUNK = 1 << 16
_TAIL_LINES = 200
_TAIL_WIDTH = 2000
_KEPT_FRAMES = 20
_FRAME = re.compile(rb"#\d+ ")


class StderrTail:
    """Drains a pipe in a thread so that the process never blocks on it; keeps the last lines.

    Of a stack trace the innermost frames are kept: after an overflow it has tens of thousands.
    """

    def __init__(self, fd: int) -> None:
        self._lines: deque[str] = deque(maxlen=_TAIL_LINES)
        self._frames = 0
        self._thread = threading.Thread(target=self._drain, args=(fd,), daemon=True, name="bridge-stderr")
        self._thread.start()

    def _drain(self, fd: int) -> None:
        with os.fdopen(fd, "rb", buffering=0) as pipe:
            rest = b""
            while chunk := pipe.read(_CHUNK):
                *lines, rest = (rest + chunk).split(b"\n")
                rest = rest[-_CHUNK:]
                for line in lines:
                    self._keep(line)
            if rest:
                self._keep(rest)

    def _keep(self, line: bytes) -> None:
        self._frames = self._frames + 1 if _FRAME.match(line) else 0
        if self._frames <= _KEPT_FRAMES:
            self._lines.append(line[:_TAIL_WIDTH].decode(errors="replace"))

    def text(self) -> str:
        self._thread.join(0.5)
        return "\n".join(self._lines)

    def last_words(self) -> str:
        """The last line that says something."""
        lines = [line.strip() for line in self.text().splitlines() if not _FRAME.match(line.encode())]
        said = [line for line in lines if line and line != "interpreter stacktrace:"]
        return said[-1][:200] if said else ""
