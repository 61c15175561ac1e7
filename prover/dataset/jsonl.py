"""Records as JSON lines, one object a line, each with the name of its schema."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from prover.core.errors import UserError
from prover.dataset.record import SCHEMAS
from prover.events.codec import encode
from prover.events.json_text import NotJson, read_json


def write_jsonl(records: Iterable[object], kind: type, file: BinaryIO) -> int:
    """Writes records, all of the dataclass `kind`; gives their number."""
    count = 0
    for record in records:
        line = {"schema": SCHEMAS[kind], **encode(record)}
        file.write(json.dumps(line, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode() + b"\n")
        count += 1
    return count


def read_jsonl(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a file. Raises `UserError` (`bad_dataset`)."""
    try:
        file = path.open("rb")
    except OSError as error:
        raise UserError(f"cannot read {path}: {error.strerror}", code="bad_dataset") from None
    with file:
        for number, line in enumerate(file, start=1):
            try:
                found: object = read_json(line)
            except NotJson as error:
                raise UserError(f"{path}, line {number}: {error}", code="bad_dataset") from None
            if not isinstance(found, dict):
                raise UserError(f"{path}, line {number} is no object", code="bad_dataset")
            yield found
