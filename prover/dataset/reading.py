"""Data sets read back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

from prover.core.errors import UserError
from prover.dataset.dojo import DojoData
from prover.dataset.jsonl import read_jsonl
from prover.dataset.parquet import read_parquet
from prover.dataset.record import SCHEMAS, Preference, TacticRecord
from prover.dataset.traced import TracedRepository, is_traced
from prover.events.codec import DecodeError, decode

_Kind = TypeVar("_Kind", TacticRecord, Preference)


def read_tactics(path: Path) -> Iterator[TacticRecord]:
    """The records of a file that `prove export` wrote (`*.parquet`, else JSON lines).

    Raises `UserError` (`bad_dataset`) for another file, and for one of another schema.
    """
    return _read(path, TacticRecord)


def read_preferences(path: Path) -> Iterator[Preference]:
    """The preferences of a file that `prove export --what preferences` wrote. Errors as in `read_tactics`."""
    return _read(path, Preference)


def open_dojo(path: Path) -> DojoData | TracedRepository:
    """LeanDojo's data at `path`: a traced repository, or a data set. Errors as theirs."""
    return TracedRepository(path) if is_traced(path) else DojoData(path)


def _read(path: Path, kind: type[_Kind]) -> Iterator[_Kind]:
    rows = read_parquet(path) if path.suffix == ".parquet" else read_jsonl(path)
    for number, row in enumerate(rows, start=1):
        if row.get("schema") != SCHEMAS[kind]:
            raise UserError(
                f"{path}, record {number} is {row.get('schema') or 'of no schema'}, not {SCHEMAS[kind]}",
                code="bad_dataset",
            )
        try:
            yield decode(kind, row)
        except DecodeError as error:
            raise UserError(f"{path}, record {number}: {error}", code="bad_dataset") from None
