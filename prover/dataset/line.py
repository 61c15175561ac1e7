"""Lines of an event log, by where they stand: a log is gone through twice, and texts are looked up in between."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from prover.core.errors import UserError
from prover.events.json_text import read_json

#: What a column of 64 bits holds.
_LARGEST = 2**63 - 1


class Fields:
    """Fields of an event as they were written, with a default for what is not there or of another type.

    Texts are exact, save that what UTF-8 cannot carry is replaced by `?`.
    """

    def __init__(self, data: object) -> None:
        self.data: Mapping[str, Any] = cast("Mapping[str, Any]", data) if isinstance(data, Mapping) else {}

    def text(self, name: str) -> str:
        found = self.data.get(name)
        return clean(found) if isinstance(found, str) else ""

    def whole(self, name: str, default: int = -1) -> int:
        found = self.data.get(name)
        return found if type(found) is int and abs(found) <= _LARGEST else default

    def number(self, name: str) -> float | None:
        found = self.data.get(name)
        if not isinstance(found, int | float) or isinstance(found, bool):
            return None
        # False for what is no number, too.
        return float(found) if abs(found) <= sys.float_info.max else None

    def flag(self, name: str) -> bool:
        return self.data.get(name) is True

    def wholes(self, name: str) -> tuple[int, ...]:
        return tuple(item for item in self.items(name) if type(item) is int)

    def texts(self, name: str) -> tuple[str, ...]:
        return tuple(clean(item) for item in self.items(name) if isinstance(item, str))

    def inner(self, name: str) -> Fields:
        return Fields(self.data.get(name))

    def inners(self, name: str) -> list[Fields]:
        return [Fields(item) for item in self.items(name)]

    def items(self, name: str) -> list[Any]:
        found = self.data.get(name)
        return cast("list[Any]", found) if isinstance(found, list) else []


@dataclass(frozen=True, slots=True)
class Line:
    """An event. `offset`: where its line begins in the file."""

    search: str
    kind: str
    fields: Fields
    offset: int


def clean(text: str) -> str:
    """A text that UTF-8 can carry: lone surrogates are replaced by `?`."""
    return text if text.isascii() else text.encode(errors="replace").decode()


def lines(path: Path, end: int | None = None) -> Iterator[Line]:
    """The events of a log, up to the offset `end`; nothing where there is no file. A last line that was cut is left
    out. Raises `UserError` (`corrupt_log`) for a whole line that is no event, `no_log` for a file that cannot be read.
    """
    if end is None and not path.exists():
        return
    try:
        file = path.open("rb")
    except OSError as error:
        raise UserError(f"cannot read the event log {path}: {error.strerror}", code="no_log") from None
    with file:
        offset = 0
        for number, line in enumerate(file, start=1):
            if not line.endswith(b"\n") or (end is not None and offset >= end):
                return
            try:
                yield _parsed(line, offset)
            except ValueError as error:
                raise UserError(f"{path}, line {number} is no event: {error}", code="corrupt_log") from None
            offset += len(line)


def line_at(path: Path, offset: int) -> Line:
    """The event whose line begins at `offset`."""
    with path.open("rb") as file:
        file.seek(offset)
        return _parsed(file.readline(), offset)


def _parsed(line: bytes, offset: int) -> Line:
    found = read_json(line)
    if not isinstance(found, dict):
        raise ValueError("it is no object")
    event = Fields(cast("object", found))
    search, kind = event.text("search"), event.text("kind")
    if not search or not kind or not isinstance(event.data.get("payload"), dict):
        raise ValueError("it lacks search, kind or payload")
    # Of a version to come nothing is known but its kind.
    return Line(search, kind if event.whole("version") == 1 else "", event.inner("payload"), offset)
