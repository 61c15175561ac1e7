"""What a run over a benchmark asks: which statements, of whom, how often. `evaluation.json` and `problems.jsonl`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from prover.bench.problem import Problem
from prover.core.errors import UserError
from prover.events import write_atomically
from prover.events.codec import as_object, decode, encode
from prover.events.json_text import read_json

FORMAT = 1
FILE = "evaluation.json"
PROBLEMS = "problems.jsonl"


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One prover on one set of statements.

    `benchmark`, `variant`, `split`: as in the manifest, `split` empty for all. `subset`: `core-lite` where only
    statements that need no Mathlib were asked (of `released` in the split), over the library named `foundation`.
    `corrected`: the overlay in use; `excluded`: how many known-bad statements were left out. `problems`: the
    denominator of every rate. `attempts`: for each problem. `prover`: what tries (agent or frontier, model, recipe,
    samples, ...); `budget`: limits of one attempt. `source`: files read, name to SHA-256. `toolchain`: Lean as
    released; `lean_version`: Lean as used.
    """

    benchmark: str
    problems: int
    attempts: int
    variant: str = ""
    split: str = ""
    subset: str = ""
    released: int = 0
    foundation: str = ""
    corrected: str = ""
    excluded: int = 0
    prover: Mapping[str, Any] = field(default_factory=dict[str, Any])
    budget: Mapping[str, Any] = field(default_factory=dict[str, Any])
    source: Mapping[str, str] = field(default_factory=dict[str, str])
    toolchain: str = ""
    lean_version: str = ""
    engine: str = ""
    format: int = FORMAT

    @property
    def label(self) -> str:
        """What rates are rates of, such as `miniF2F-test/core-lite`: the whole benchmark only where it is."""
        named = "-".join(part for part in (self.benchmark, self.variant, self.split) if part)
        left_out = "without-bad" if self.excluded else ""
        return "/".join(part for part in (named, self.subset, self.corrected, left_out) if part)

    def save(self, folder: Path) -> None:
        """Writes it into a run folder, atomically."""
        write_atomically(folder / FILE, json.dumps(encode(self), ensure_ascii=False, indent=1) + "\n")

    @classmethod
    def read(cls, folder: Path) -> Evaluation:
        """That of a run folder. Raises `UserError`: `no_evaluation`, `corrupt_run`."""
        file = folder / FILE
        try:
            content = as_object(read_json(file.read_bytes()))
            if content.get("format") != FORMAT:
                raise ValueError(f"its format is not {FORMAT}")
            return decode(cls, content)
        except OSError as error:
            raise UserError(f"no evaluation in {folder}: {error.strerror}", code="no_evaluation") from None
        except (ValueError, RecursionError) as error:
            raise UserError(f"{file} is no description of an evaluation: {error}", code="corrupt_run") from None


def save_problems(folder: Path, problems: Sequence[Problem]) -> None:
    """Keeps the problems of a run beside its attempts, so that scores and checks need no data."""
    lines = (json.dumps(encode(problem), ensure_ascii=False) for problem in problems)
    write_atomically(folder / PROBLEMS, "".join(f"{line}\n" for line in lines))


def read_problems(folder: Path) -> Iterator[Problem]:
    """The problems of a run. Raises `UserError`: `no_evaluation`, `corrupt_run`."""
    file = folder / PROBLEMS
    try:
        lines = file.read_text(encoding="utf-8").rstrip("\n").split("\n")
    except OSError as error:
        raise UserError(f"no problems in {folder}: {error.strerror}", code="no_evaluation") from None
    for number, line in enumerate(lines, start=1):
        try:
            yield decode(Problem, read_json(line))
        except (ValueError, RecursionError) as error:
            raise UserError(f"{file}, line {number} is no problem: {error}", code="corrupt_run") from None
