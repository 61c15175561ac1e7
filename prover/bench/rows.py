"""An evaluation as a table: a row for every attempt that was asked for, also those that have not ended."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass, fields
from typing import BinaryIO

from prover.bench.attempt import Spending
from prover.bench.record import Record, counts
from prover.dataset import write_parquet

ROWS_SCHEMA = "leap-prover/attempts/1"


@dataclass(frozen=True, slots=True)
class AttemptRow:
    """One attempt. `ended`: False while it is pending; then what follows is empty. `proved`: the verifier said so, from
    rung 3 up. The rest as in `prover/cli/schemas/evaluation.json`."""

    run: str
    label: str
    problem: str
    digest: str
    split: str
    topic: str
    difficulty: str
    attempt: int
    ended: bool
    proved: bool
    code: str
    stopped: str
    rung: int
    axioms: tuple[str, ...]
    seconds: float
    lean_seconds: float
    verify_seconds: float
    heartbeats: int
    expansions: int
    candidates: int
    questions: int
    tokens: int
    prompt_tokens: int
    money: float
    spoilt: int
    script: str
    proof_file: str
    tactics: tuple[str, ...]
    lemmas: tuple[str, ...]
    detail: str


def rows(record: Record) -> Iterator[AttemptRow]:
    """Problems in the order of the run, attempts by number."""
    for problem in record.problems:
        ended = record.ended.get(problem.id, {})
        for number in range(1, record.evaluation.attempts + 1):
            attempt = ended.get(number)
            spent = Spending() if attempt is None else attempt.spent
            yield AttemptRow(
                run=record.name,
                label=record.evaluation.label,
                problem=problem.id,
                digest=problem.digest,
                split=problem.split,
                topic=problem.topic,
                difficulty=problem.difficulty,
                attempt=number,
                ended=attempt is not None,
                proved=attempt is not None and counts(attempt),
                code=attempt.code if attempt else "",
                stopped=attempt.stopped if attempt else "",
                rung=attempt.rung if attempt else 0,
                axioms=attempt.axioms if attempt else (),
                seconds=spent.seconds,
                lean_seconds=spent.lean_seconds,
                verify_seconds=spent.verify_seconds,
                heartbeats=spent.heartbeats,
                expansions=spent.expansions,
                candidates=spent.candidates,
                questions=spent.questions,
                tokens=spent.tokens,
                prompt_tokens=spent.prompt_tokens,
                money=spent.money,
                spoilt=attempt.spoilt if attempt else 0,
                script=attempt.script if attempt else "",
                proof_file=attempt.proof_file if attempt else "",
                tactics=attempt.tactics if attempt else (),
                lemmas=attempt.lemmas if attempt else (),
                detail=attempt.detail if attempt else "",
            )


def write_csv(records: Sequence[Record], file: BinaryIO) -> int:
    """UTF-8, a header, lists as words between blanks, truth as 0 and 1; gives the number of rows."""
    text = io.TextIOWrapper(file, encoding="utf-8", errors="backslashreplace", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow(field.name for field in fields(AttemptRow))
    number = 0
    for record in records:
        for row in rows(record):
            writer.writerow(_cell(value) for value in astuple(row))
            number += 1
    text.detach()
    return number


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return int(value)
    return " ".join(value) if isinstance(value, tuple) else value  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]


def write_table(records: Sequence[Record], file: BinaryIO) -> int:
    """Parquet; gives the number of rows. Raises `SetupError` without pyarrow."""
    return write_parquet((row for record in records for row in rows(record)), AttemptRow, file, schema=ROWS_SCHEMA)
