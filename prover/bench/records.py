"""The records of a file: JSON lines, a JSON array, a JSON object that holds one, Parquet."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from prover.bench.files import DataFile
from prover.core.errors import UserError
from prover.events.json_text import NotJson, no_json, read_json

_SPACE = re.compile(r"\s*")


@dataclass(frozen=True, slots=True)
class Record:
    """`number`: the line in a file of lines, else which record it is; both from 1 on."""

    number: int
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Unreadable:
    """What is at the place of a record and is none."""

    number: int
    reason: str


def records(file: DataFile) -> Iterator[Record | Unreadable]:
    """The records of a file, in order. What is broken is reported in its place, the rest is read.

    Parquet raises `UserError` (`bad_dataset`), and `SetupError` without pyarrow.
    """
    if file.name.endswith(".parquet"):
        yield from _rows(file)
        return
    content = file.content.removeprefix(b"\xef\xbb\xbf")
    start = content.lstrip()[:1]
    if start == b"[":
        yield from _elements(content)
        return
    whole = _whole(content) if start == b"{" else None
    listed = _listed(whole) if whole is not None else None
    if listed is not None:
        yield from (_record(number, found) for number, found in enumerate(listed, start=1))
    elif whole is not None and file.name.endswith(".json"):
        yield _record(1, whole)
    else:
        yield from _lines(content)


def as_list(value: object) -> list[object]:
    """A JSON array; empty for anything else."""
    return cast("list[object]", value) if isinstance(value, list) else []


def as_fields(value: object) -> dict[str, Any]:
    """A JSON object; empty for anything else."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _record(number: int, found: object) -> Record | Unreadable:
    fields = as_fields(found)
    return Record(number, fields) if isinstance(found, dict) else Unreadable(number, "it is no JSON object")


def _lines(content: bytes) -> Iterator[Record | Unreadable]:
    # Only a newline ends a line: statements hold other characters that Python would split at.
    for number, line in enumerate(content.split(b"\n"), start=1):
        if not line.strip():
            continue
        try:
            found: object = read_json(line.decode("utf-8"))
        except UnicodeDecodeError as error:
            yield Unreadable(number, f"it is not UTF-8: {error.reason} at byte {error.start + 1}")
        except NotJson as error:
            yield Unreadable(number, str(error))
        else:
            yield _record(number, found)


def _whole(content: bytes) -> dict[str, Any] | None:
    try:
        found: object = json.loads(content.decode("utf-8"))
    except (ValueError, RecursionError):
        return None
    return as_fields(found) or None


def _listed(whole: dict[str, Any]) -> list[object] | None:
    """The one list of objects among the values of an object, such as `{"theorems": [...]}`."""
    found = [values for values in map(as_list, whole.values()) if any(isinstance(item, dict) for item in values)]
    return found[0] if len(found) == 1 else None


def _elements(content: bytes) -> Iterator[Record | Unreadable]:
    """The elements of an array, as far as it can be read."""
    text = content.decode("utf-8", errors="replace")
    decoder = json.JSONDecoder()
    at = _skip(text, text.index("[") + 1)
    number = 0
    while not text.startswith("]", at):
        number, begin = number + 1, at
        try:
            found: object
            found, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError) as error:
            yield Unreadable(number, f"it, and what comes after it, cannot be read: {no_json(error)}")
            return
        yield Unreadable(number, "it is not UTF-8") if "\ufffd" in text[begin:at] else _record(number, found)
        at = _skip(text, at)
        if text.startswith(",", at):
            at = _skip(text, at + 1)
        elif not text.startswith("]", at):
            line = text.count("\n", 0, at) + 1
            yield Unreadable(number + 1, f"the array does not end, or is broken in line {line}")
            return


def _skip(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _rows(file: DataFile) -> Iterator[Record | Unreadable]:
    from prover.dataset.parquet import read_parquet

    if file.path is None:
        raise UserError(f"{file.name}: Parquet in an archive is not read", code="no_data", hint="unpack it first")
    for number, row in enumerate(read_parquet(file.path), start=1):
        yield Record(number, {key: value for key, value in row.items() if key != "schema" or value})
