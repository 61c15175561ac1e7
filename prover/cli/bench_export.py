"""`prove bench export RUN`: an evaluation for other programs: JSON, CSV, Parquet, a log of Inspect, Lean files."""

from __future__ import annotations

import json
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, BinaryIO

import typer
from rich.text import Text

from prover.bench.document import evaluation_document
from prover.bench.inspect_log import write_inspect_log
from prover.bench.proof_files import proof_files
from prover.bench.record import Record, read_record
from prover.bench.rows import write_csv, write_table
from prover.cli.terminal import errors, safe, say
from prover.core.errors import UserError
from prover.events import open_atomically, write_atomically


class ExportFormat(StrEnum):
    JSON = "json"
    CSV = "csv"
    PARQUET = "parquet"
    INSPECT = "inspect"
    LEAN = "lean"


_SUFFIXES = {".json": "json", ".csv": "csv", ".parquet": "parquet", ".eval": "inspect"}


def run(
    folder: Annotated[Path, typer.Argument(metavar="RUN", help="The folder of an evaluation (`prove bench --out`).")],
    out: Annotated[Path, typer.Option("-o", "--output", help="Write here: a file; for lean a folder.")],
    format_: Annotated[
        ExportFormat | None, typer.Option("--format", help="By default what the name of the output says.")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing.")] = False,
) -> int:
    """Write an evaluation, finished or not, for other programs (docs/evaluation.md). Runs neither Lean nor a model.

    json: scores, problems and attempts, one document (schema leap-prover/evaluation/1). csv, parquet: a row for every
    attempt. inspect: a log for Inspect (inspect_ai). lean: a folder with one file for every proved problem.

    Example: `prove bench export runs/core -o core.csv`

    Exit code: 0 once it is written, 1 when a proof that the run claims is missing.
    """
    chosen = format_ or _format_of(out)
    _require_writable(out, chosen, folder)
    record = read_record(folder)
    if chosen is ExportFormat.LEAN:
        return _write_proofs(record, out, quiet=quiet)
    words = _write(record, chosen, out)
    if not quiet:
        say(f"{words} in {out}")
        if not record.finished():
            say("the evaluation is not finished: attempts are pending, rates are not defined yet")
    return 0


def _format_of(out: Path) -> ExportFormat:
    if out.suffix not in _SUFFIXES:
        raise UserError(
            f"what is {out} to hold?", code="usage", hint="say --format json, csv, parquet, inspect or lean"
        )
    return ExportFormat(_SUFFIXES[out.suffix])


def _require_writable(out: Path, chosen: ExportFormat, folder: Path) -> None:
    """Raises `UserError`, before any work, for an output that cannot be wanted."""
    folder_wanted = chosen is ExportFormat.LEAN
    if out.is_symlink() or (out.exists() and (not out.is_dir() if folder_wanted else not out.is_file())):
        kind = "folder" if folder_wanted else "plain file"
        raise UserError(f"{out} is not a {kind}; it is not replaced", code="not_writable")
    if folder_wanted and out.is_dir() and any(out.iterdir()):
        raise UserError(f"{out} is not empty", code="not_writable", hint="name a new folder")
    if not out.absolute().parent.is_dir():
        raise UserError(f"cannot write {out}: its folder does not exist", code="not_writable")
    if out.suffix == ".lean" or out.resolve().is_relative_to(folder.resolve()):
        raise UserError(
            f"{out} is no place for an export", code="not_writable", hint="name one beside the run's folder"
        )


def _write(record: Record, chosen: ExportFormat, out: Path) -> str:
    try:
        match chosen:
            case ExportFormat.JSON:
                document = evaluation_document(record)
                write_atomically(out, json.dumps(document, ensure_ascii=False, indent=1) + "\n")
                return f"{len(record.problems)} problems"
            case ExportFormat.INSPECT:
                return f"{_whole(out, lambda scratch: write_inspect_log(record, scratch))} samples"
            case _:
                write: Callable[[list[Record], BinaryIO], int] = (
                    write_csv if chosen is ExportFormat.CSV else write_table
                )
                with open_atomically(out) as file:
                    return f"{write([record], file)} attempts"
    except OSError as error:
        raise UserError(f"cannot write {out}: {error.strerror}", code="not_writable") from None


def _whole(out: Path, write: Callable[[Path], int]) -> int:
    """What writes by name writes beside `out`, which is replaced once all is there."""
    scratch = out.with_name(f".{out.name}.tmp.eval")
    try:
        number = write(scratch)
        scratch.replace(out)
    finally:
        scratch.unlink(missing_ok=True)
    return number


def _write_proofs(record: Record, out: Path, *, quiet: bool) -> int:
    written = 0
    missing: list[UserError] = []
    try:
        out.mkdir(exist_ok=True)
        for found in proof_files(record):
            if isinstance(found, UserError):
                missing.append(found)
                continue
            write_atomically(out / found.name, found.text)
            written += 1
    except OSError as error:
        raise UserError(f"cannot write {out}: {error.strerror}", code="not_writable") from None
    for error in missing:
        errors().print(Text(f"left out: {safe(error.message)} [{error.code}]", "yellow"))
    if not quiet:
        say(f"{written} proofs in {out}")
    return 1 if missing else 0
