"""One line of JSON for each request: who asked what, when, and what came of it; never what it said."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import Scope

_LONGEST_PATH = 200


@dataclass(slots=True)
class Entry:
    """One request. `status` 499: the client went away before it was answered."""

    method: str
    path: str
    client: str
    began: float = field(default_factory=time.monotonic)
    status: int = 0
    bytes_in: int = 0
    bytes_out: int = 0

    def line(self) -> str:
        """Without query, headers and bodies: they may hold what nobody else is to read."""
        return json.dumps(
            {
                "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
                "client": self.client,
                "method": self.method,
                "path": self.path[:_LONGEST_PATH],
                "status": self.status or 499,
                "seconds": round(time.monotonic() - self.began, 3),
                "bytes_in": self.bytes_in,
                "bytes_out": self.bytes_out,
            }
        )


class AccessLog:
    """Writes a line when a request is over. `write`: None: nobody reads it."""

    def __init__(self, write: Callable[[str], None] | None = None) -> None:
        self._write = write

    def begin(self, scope: Scope) -> Entry:
        client = scope.get("client")
        return Entry(scope["method"], scope["path"], "" if client is None else client[0])

    def end(self, entry: Entry) -> None:
        if self._write is not None:
            with suppress(OSError):  # nobody reads it any more
                self._write(entry.line())
