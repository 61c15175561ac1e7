"""Parts of one evaluation put together: of several machines, or shards."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from prover.bench.attempt import AttemptEnded, AttemptSpoilt, unit
from prover.bench.evaluation import Evaluation, read_problems
from prover.bench.folder import SEARCHES, EvaluationFolder
from prover.bench.record import ATTEMPTS
from prover.bench.station import Tried
from prover.core.errors import UserError
from prover.events import RunFolder, read_events
from prover.events.run import file_name


@dataclass(frozen=True, slots=True)
class Merged:
    """What came of it. `added`: attempts that are new; `known`: those that were there; `left`: that nobody has made."""

    evaluation: Evaluation
    added: int
    known: int
    left: int


def merge(out: Path, runs: Sequence[Path]) -> Merged:
    """Puts what stands in `runs` into the run folder `out`, made if absent; a part may be put there again.

    Raises `UserError`: `other_run` where a part asks for something else, `no_evaluation`, `corrupt_run`,
    `run_in_use`, ...
    """
    if not runs:
        raise UserError("no runs to put together", code="usage")
    if out.resolve() in {run.resolve() for run in runs}:
        raise UserError(f"{out} cannot be a part of itself", code="usage", hint="name another folder for the whole")
    parts = [Evaluation.read(run) for run in runs]
    whole = replace(parts[0], attempts=max(part.attempts for part in parts))
    problems = list(read_problems(runs[0]))
    for run, part in zip(runs, parts, strict=True):
        if replace(part, attempts=whole.attempts) != whole or list(read_problems(run)) != problems:
            raise UserError(f"{run} is a part of another evaluation than {runs[0]}", code="other_run")
    added = known = 0
    with EvaluationFolder.open(out, RunFolder.open(runs[0]).spec, whole, problems) as folder:
        for run in runs:
            RunFolder.open(run).require_same(RunFolder.open(runs[0]).spec)
            for tried in _attempts(run):
                new = folder.keep(tried)
                added += new and isinstance(tried.outcome, AttemptEnded)
                known += not new
        folder.summarize(seconds=0.0, interrupted=False)
        return Merged(folder.evaluation, added, known, len(folder.todo()))


def _attempts(run: Path) -> Iterator[Tried]:
    """Every attempt of a run, with its proof and its searches."""
    for event in read_events(run / ATTEMPTS):
        match event.payload:
            case AttemptEnded() as ended:
                proof = (run / ended.proof_file).read_text(encoding="utf-8") if ended.proof_file else ""
                search = run / SEARCHES / f"{file_name(unit(ended.problem, ended.attempt))}.jsonl"
                yield Tried(ended, proof, search.read_bytes() if search.exists() else b"")
            case AttemptSpoilt() as spoilt:
                yield Tried(spoilt)
            case _:
                pass
