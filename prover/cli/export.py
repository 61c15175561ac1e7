"""`prove export`: recorded runs, and LeanDojo's data, as data for training."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from prover.cli.terminal import say
from prover.core.errors import UserError
from prover.dataset import (
    Distinct,
    Preference,
    Records,
    RunLog,
    TacticRecord,
    TracedRepository,
    is_found_step,
    is_step,
    open_dojo,
    preferences,
    write_jsonl,
    write_parquet,
)
from prover.events import open_atomically

_STDOUT = Path("-")


class What(StrEnum):
    """What is exported."""

    PAIRS = "pairs"
    PREFERENCES = "preferences"
    TACTICS = "tactics"


class Format(StrEnum):
    JSONL = "jsonl"
    PARQUET = "parquet"


def run(
    runs: Annotated[
        list[Path] | None, typer.Argument(metavar="[RUN]...", help="Folders of runs (`prove run --run`).")
    ] = None,
    what: Annotated[
        What,
        typer.Option(
            help="pairs: steps of verified proofs, for supervised training. preferences: a good tactic and a bad one "
            "at the same state. tactics: everything that was tried."
        ),
    ] = What.PAIRS,
    output: Annotated[Path, typer.Option("-o", "--output", help="Write here; - is standard output.")] = _STDOUT,
    format_: Annotated[
        Format | None, typer.Option("--format", help="By default parquet for a file of that name, else jsonl.")
    ] = None,
    dojo: Annotated[
        list[Path] | None,
        typer.Option(
            "--dojo", help="LeanDojo's data: train.json or its like, a folder with them, a traced repository."
        ),
    ] = None,
    unverified: Annotated[
        bool, typer.Option("--unverified", help="Take also proofs that were found and not verified; they are marked.")
    ] = False,
    exclude: Annotated[
        list[Path] | None,
        typer.Option("--exclude", help="Leave out the theorems that this file names, one a line."),
    ] = None,
    per_state: Annotated[int, typer.Option("--per-state", help="Most preferences at one state.", min=1)] = 8,
    seed: Annotated[int, typer.Option(help="Decides which bad tactics are taken, where there are more.")] = 0,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing.")] = False,
) -> int:
    """Write what recorded runs tried as data for training: JSON lines or Parquet (docs/export.md).

    Needs neither Lean nor a model. The same runs and options give the same file.

    Example: `prove export runs/sums -o pairs.jsonl`

    Exit code: 0 once it is written.
    """
    if not runs and not dojo:
        raise UserError("nothing to export", code="usage", hint="name the folder of a run, or --dojo PATH")
    format_ = format_ or (Format.PARQUET if output.suffix == ".parquet" else Format.JSONL)
    _require_writable(output, format_, runs or [])
    logs = [RunLog(folder) for folder in runs or []]
    traced = [open_dojo(path) for path in dojo or []]
    records = Records([*logs, *traced], without=_names(exclude or []))
    chosen: Iterable[object]
    if what is What.PREFERENCES:
        distinct, kind = None, Preference
        chosen = preferences(records, per_state=per_state, seed=seed, unverified=unverified)
    elif what is What.PAIRS:
        distinct, kind = Distinct(records, wanted=is_found_step if unverified else is_step), TacticRecord
        chosen = distinct
    else:
        distinct, kind = Distinct(records), TacticRecord
        chosen = distinct
    count = _write(chosen, kind, output, format_)
    if not quiet:
        _announce(count, what, output, records.left_out, 0 if distinct is None else distinct.dropped)
        for fault in (fault for data in traced if isinstance(data, TracedRepository) for fault in data.faults):
            say(f"left out, as lean-dojo cannot read it: {fault}")
        for log in logs:
            if not log.finished and not unverified and what is not What.TACTICS:
                say(f"the run in {log.path} is not finished: nothing in it is verified yet (--unverified takes it)")
    return 0


def _require_writable(output: Path, format_: Format, runs: list[Path]) -> None:
    """Raises `UserError`, before any work, for an output that cannot be wanted."""
    if output == _STDOUT:
        if format_ is Format.PARQUET:
            raise UserError("Parquet is not written to standard output", code="usage", hint="-o FILE.parquet")
        return
    if output.is_symlink() or (output.exists() and not output.is_file()):
        raise UserError(f"{output} is not a plain file; it is not replaced", code="not_writable")
    if not output.absolute().parent.is_dir():
        raise UserError(f"cannot write {output}: its folder does not exist", code="not_writable")
    if output.suffix == ".lean" or any(output.resolve().is_relative_to(folder.resolve()) for folder in runs):
        raise UserError(
            f"{output} is no place for an export", code="not_writable", hint="a file beside the run's folder"
        )


def _names(files: list[Path]) -> frozenset[str]:
    """Names of theorems, one a line; blank lines and what follows a `#` are passed over."""
    found: set[str] = set()
    for file in files:
        try:
            text = file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise UserError(f"cannot read {file}: {error}", code="bad_names") from None
        found |= {line.partition("#")[0].strip() for line in text.splitlines()}
    return frozenset(found - {""})


def _write(records: Iterable[object], kind: type, output: Path, format_: Format) -> int:
    write = write_parquet if format_ is Format.PARQUET else write_jsonl
    if output == _STDOUT:
        count = write(records, kind, sys.stdout.buffer)
        sys.stdout.buffer.flush()
        return count
    try:
        with open_atomically(output) as file:
            return write(records, kind, file)
    except OSError as error:
        raise UserError(f"cannot write {output}: {error.strerror}", code="not_writable") from None


def _announce(count: int, what: What, output: Path, left_out: int, dropped: int) -> None:
    place = "" if output == _STDOUT else f" in {output}"
    say(f"{count} {what}{place}" + _count(dropped, "repetitions dropped") + _count(left_out, "left out by name"))


def _count(number: int, words: str) -> str:
    return f", {number} {words}" if number else ""
