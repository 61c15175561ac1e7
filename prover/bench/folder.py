"""The run folder of an evaluation, open for writing: begun, taken up again, asked for more attempts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from prover.bench.attempt import AttemptEnded, AttemptSpoilt, unit
from prover.bench.evaluation import FILE, Evaluation, read_problems, save_problems
from prover.bench.problem import Problem
from prover.bench.record import ATTEMPTS
from prover.bench.station import Tried
from prover.core.errors import UserError
from prover.events import (
    EventLog,
    Recorder,
    RunFolder,
    RunSpec,
    next_sequences,
    open_atomically,
    read_events,
)
from prover.events.run import file_name

SEARCHES = "searches"


class EvaluationFolder:
    """What is done, what is not, and how an attempt is kept. One writer at a time (`UserError`, `run_in_use`).

    An attempt counts from the moment its line stands in `attempts.jsonl`; proof and searches are written before. It
    survives a kill at any byte: what was cut is made again.
    """

    def __init__(self, folder: RunFolder, evaluation: Evaluation, problems: Sequence[Problem]) -> None:
        self.path = folder.path
        self.evaluation = evaluation
        self.problems = tuple(problems)
        self.ended: dict[tuple[str, int], AttemptEnded] = {}
        self.spoilt: Counter[tuple[str, int]] = Counter()
        self._folder = folder
        self._log = EventLog(self.path / ATTEMPTS)
        past = list(read_events(self.path / ATTEMPTS))
        for event in past:
            self._take(event.payload)
        self._recorders: dict[str, Recorder] = {}
        self._next = next_sequences(past)

    @classmethod
    def open(cls, path: Path, spec: RunSpec, evaluation: Evaluation, problems: Sequence[Problem]) -> EvaluationFolder:
        """Begins an evaluation in `path`, or goes on with the one there, with more attempts if `evaluation` asks for
        more. Raises `UserError`: `other_run` where prover, budget, statements or Lean are others, `run_in_use`, ..."""
        if not (path / FILE).exists():
            # `evaluation.json` comes last: without it nothing was begun.
            folder = RunFolder.open(path) if (path / "run.json").exists() else RunFolder.create(path, spec)
            folder.require_same(spec)
            save_problems(path, problems)
            evaluation.save(path)
            return cls(folder, evaluation, problems)
        folder = RunFolder.open(path)
        folder.require_same(spec)
        known = Evaluation.read(path)
        if evaluation.attempts > known.attempts:
            known = replace(known, attempts=evaluation.attempts)
            known.save(path)
        return cls(folder, known, list(read_problems(path)))

    def todo(self, shard: tuple[int, int] = (1, 1)) -> list[tuple[Problem, int]]:
        """Attempts that have not ended, first attempts first. `shard` (i, n): every n-th, from the i-th."""
        part, parts = shard
        units = [(problem, number) for number in range(1, self.evaluation.attempts + 1) for problem in self.problems]
        mine = units[part - 1 :: parts]
        return [(problem, number) for problem, number in mine if (problem.id, number) not in self.ended]

    def keep(self, tried: Tried) -> bool:
        """Keeps an attempt; False where it had ended already, so that nothing changes."""
        outcome = tried.outcome
        key = outcome.problem, outcome.attempt
        if key in self.ended:
            return False
        name = unit(*key)
        if isinstance(outcome, AttemptEnded):
            outcome = replace(outcome, spoilt=self.spoilt[key])
            if tried.proof:
                file = self._folder.save_proof(name, tried.proof)
                outcome = replace(outcome, proof_file=str(file.relative_to(self.path)))
            if tried.log:
                self._save_search(name, tried.log)
        self._take(outcome)
        recorder = self._recorders.get(name) or Recorder(self._log, name, start=self._next.get(name, 0))
        self._recorders[name] = recorder
        recorder.record(outcome)
        return True

    def summarize(self, *, seconds: float, interrupted: bool) -> None:
        """Says in `run.json` how far the run is."""
        done = {problem for problem, _ in self.ended}
        proved = {problem for (problem, _), ended in self.ended.items() if ended.proved}
        self._folder.summarize(
            {
                "finished": not self.todo() and not interrupted,
                "problems": len(self.problems),
                "attempted": len(done),
                "attempts": len(self.ended),
                "proved": len(proved),
                "spoilt": sum(self.spoilt.values()),
                "seconds": round(float(self._folder.summary.get("seconds", 0.0)) + seconds, 3),
            }
        )

    def close(self) -> None:
        """Waits for the disk and closes."""
        self._log.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _take(self, payload: object) -> None:
        match payload:
            case AttemptEnded():
                self.ended.setdefault((payload.problem, payload.attempt), payload)
            case AttemptSpoilt():
                self.spoilt[payload.problem, payload.attempt] += 1
            case _:
                pass

    def _save_search(self, name: str, log: bytes) -> None:
        folder = self.path / SEARCHES
        folder.mkdir(exist_ok=True)
        with open_atomically(folder / f"{file_name(name)}.jsonl") as file:
            file.write(log)


def read_shard(text: str) -> tuple[int, int]:
    """`i/n`. Raises `UserError` (`usage`)."""
    part, slash, parts = text.partition("/")
    numbers = [int(word) for word in (part, parts) if word.isascii() and word.isdigit()]
    if slash and len(numbers) == 2 and 1 <= numbers[0] <= numbers[1]:
        return numbers[0], numbers[1]
    raise UserError(f"--shard {text}: expected i/n with 1 <= i <= n, such as 2/8", code="usage")
