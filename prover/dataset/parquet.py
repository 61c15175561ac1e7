"""Records as Parquet, through pyarrow (the extra `export`): columns by name, the schema in the file's metadata."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO

from prover.core.errors import SetupError, UserError
from prover.dataset.record import SCHEMAS
from prover.events.codec import encode

#: Rows that are in memory at a time.
_ROWS = 1000
_NAME = b"leap-prover"


def write_parquet(records: Iterable[object], kind: type, file: BinaryIO, *, schema: str = "") -> int:
    """Writes records, all of the dataclass `kind`; gives their number. `schema`: its name, where it is none of
    `SCHEMAS`. Raises `SetupError` without pyarrow."""
    arrow, parquet = _pyarrow()
    columns = _schema(arrow, kind).with_metadata({_NAME: (schema or SCHEMAS[kind]).encode()})
    count = 0
    rows: list[Any] = []
    with parquet.ParquetWriter(file, columns, compression="zstd") as writer:
        for record in records:
            rows.append(encode(record))
            count += 1
            if len(rows) == _ROWS:
                writer.write_table(arrow.Table.from_pylist(rows, schema=columns))
                rows.clear()
        if rows:
            writer.write_table(arrow.Table.from_pylist(rows, schema=columns))
    return count


def read_parquet(path: Path) -> Iterator[dict[str, Any]]:
    """The rows of a file, each with its `schema`. Raises `UserError` (`bad_dataset`), `SetupError` without pyarrow."""
    arrow, parquet = _pyarrow()
    try:
        with parquet.ParquetFile(path) as file:
            metadata: dict[bytes, bytes] = file.schema_arrow.metadata or {}
            name = metadata.get(_NAME, b"").decode()
            for batch in file.iter_batches(batch_size=_ROWS):
                for row in batch.to_pylist():
                    yield {"schema": name, **row}
    except (OSError, UnicodeDecodeError, arrow.ArrowException) as error:
        raise UserError(f"{path} is no Parquet file: {error}", code="bad_dataset") from None


def _pyarrow() -> tuple[Any, Any]:
    try:
        return import_module("pyarrow"), import_module("pyarrow.parquet")
    except ImportError:
        raise SetupError(
            "Parquet needs the package pyarrow", code="no_pyarrow", hint="pip install 'leap-prover[export]'"
        ) from None


def _schema(arrow: Any, kind: type) -> Any:
    hints = typing.get_type_hints(kind)
    columns = [(field.name, hints[field.name]) for field in fields(kind)]
    return arrow.schema([arrow.field(name, _type(arrow, hint), nullable=_optional(hint)) for name, hint in columns])


def _type(arrow: Any, hint: Any) -> Any:
    """The type of a column, for the types that records have."""
    plain = {str: arrow.string(), bool: arrow.bool_(), int: arrow.int64(), float: arrow.float64()}
    if hint in plain:
        return plain[hint]
    if _optional(hint):
        (inner,) = (a for a in typing.get_args(hint) if a is not types.NoneType)
        return _type(arrow, inner)
    if typing.get_origin(hint) is tuple:
        return arrow.list_(_type(arrow, typing.get_args(hint)[0]))
    if is_dataclass(hint):
        return arrow.struct(list(_schema(arrow, typing.cast(type, hint))))
    raise TypeError(f"{hint} has no column type")


def _optional(hint: Any) -> bool:
    return typing.get_origin(hint) in (typing.Union, types.UnionType)
