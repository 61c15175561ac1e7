"""Run folders of evaluations, made with the seam's own functions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from prover.bench import AttemptEnded, AttemptSpoilt, Evaluation, Origin, Problem, Spending, save_problems, unit
from prover.bench.record import ATTEMPTS, Record, read_record
from prover.events import EventLog, Recorder, RunFolder, RunSpec

ORIGIN = Origin("set.jsonl", "0" * 64, 1)


def problem(number: int, **facts: str) -> Problem:
    """`p<number>`: a true statement of core Lean."""
    named = Problem(f"p{number}", f"p{number}", f"theorem p{number} : {number} + 0 = {number}", ORIGIN)
    return replace(named, **facts)  # type: ignore[arg-type]


def proved(name: str, attempt: int = 1, seconds: float = 1.0, **facts: object) -> AttemptEnded:
    spent = Spending(seconds=seconds, lean_seconds=seconds / 2, heartbeats=int(1000 * seconds), expansions=3, tokens=7)
    ended = AttemptEnded(
        name, attempt, "proved", True, spent, rung=4, script="rfl", tactics=("rfl",), lemmas=("Nat.add_zero",)
    )
    return replace(ended, **facts)  # type: ignore[arg-type]


def failed(name: str, attempt: int = 1, seconds: float = 5.0, **facts: object) -> AttemptEnded:
    ended = AttemptEnded(name, attempt, "not_proved", False, Spending(seconds=seconds), stopped="budget_seconds")
    return replace(ended, **facts)  # type: ignore[arg-type]


def make(
    path: Path,
    problems: Iterable[Problem],
    events: Iterable[AttemptEnded | AttemptSpoilt],
    *,
    attempts: int = 1,
    proofs: Mapping[str, str] | None = None,
    **facts: object,
) -> Path:
    """A run folder. `proofs`: text by file name within the folder."""
    problems = tuple(problems)
    evaluation = Evaluation(
        "toy",
        len(problems),
        attempts,
        split="test",
        prover={"frontier": "best-first"},
        budget={"seconds": 60.0},
        source={"set.jsonl": "0" * 64},
        lean_version="4.28.0",
        toolchain="leanprover/lean4:v4.9.0",
        engine="embedded",
    )
    spec = RunSpec(engine="embedded", lean_version="4.28.0", versions={"leap-prover": "0.0"}, git_revision="abc")
    RunFolder.create(path, spec)
    replace(evaluation, **facts).save(path)  # type: ignore[arg-type]
    save_problems(path, problems)
    with EventLog(path / ATTEMPTS) as log:
        for event in events:
            Recorder(log, unit(event.problem, event.attempt)).record(event)
    for name, text in (proofs or {}).items():
        (path / name).parent.mkdir(exist_ok=True)
        (path / name).write_text(text, encoding="utf-8")
    return path


def record(path: Path, *arguments: object, **facts: object) -> Record:
    return read_record(make(path, *arguments, **facts))  # type: ignore[arg-type]


def outcomes(path: Path, table: Mapping[str, str], **facts: object) -> Record:
    """A run from a word for each problem: a letter an attempt, `+` proved, `-` failed, `.` pending."""
    attempts = max(len(word) for word in table.values())
    events = [
        proved(name, at) if letter == "+" else failed(name, at)
        for name, word in table.items()
        for at, letter in enumerate(word, start=1)
        if letter != "."
    ]
    problems = [problem(int(name.removeprefix("p"))) for name in table]
    return record(path, problems, events, attempts=attempts, **facts)
