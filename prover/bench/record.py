"""What stands in the run folder of an evaluation, finished or not: who was asked what, and what came of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from prover.bench.attempt import AttemptEnded, AttemptSpoilt, unit
from prover.bench.evaluation import FILE, Evaluation, read_problems
from prover.bench.problem import Problem
from prover.core.errors import UserError
from prover.events import RunFolder, RunSpec, read_events

ATTEMPTS = "attempts.jsonl"
#: The rung of the verifier's ladder from which a proof is called one.
PROVED_FROM = 3


@dataclass(frozen=True, slots=True)
class Record:
    """An evaluation as it stands.

    `problems`: all of them, the denominator of every rate. `ended`: by problem and number, the attempts that count: of
    several ends of one attempt the first. `spoilt`: attempts lost to broken machinery, which count for nothing.
    `repeated`: attempts that ended more than once. `foreign`: attempts that the evaluation does not ask for.
    `unfounded`: attempts that claim a proof below rung 3; they count as attempts and not as proofs. `times`: when the
    first and the last line of the log were written, in seconds since the epoch.
    """

    path: Path
    evaluation: Evaluation
    problems: tuple[Problem, ...]
    ended: Mapping[str, Mapping[int, AttemptEnded]] = field(default_factory=dict[str, Mapping[int, AttemptEnded]])
    spoilt: tuple[AttemptSpoilt, ...] = ()
    repeated: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()
    unfounded: tuple[str, ...] = ()
    spec: RunSpec = field(default_factory=RunSpec)
    times: tuple[float, ...] = ()

    @property
    def name(self) -> str:
        """What to call the run: its folder's name."""
        return self.path.absolute().name

    def attempts(self, problem: str) -> tuple[AttemptEnded, ...]:
        """The attempts at a problem that ended, in the order of their numbers."""
        ended = self.ended.get(problem, {})
        return tuple(ended[number] for number in sorted(ended))

    def pending(self, problem: str) -> tuple[int, ...]:
        """The numbers of the attempts at a problem that have not ended."""
        ended = self.ended.get(problem, {})
        return tuple(number for number in range(1, self.evaluation.attempts + 1) if number not in ended)

    def proof(self, problem: str) -> AttemptEnded | None:
        """The first attempt, by number, that proved it."""
        return next((attempt for attempt in self.attempts(problem) if counts(attempt)), None)

    def finished(self) -> bool:
        return not any(self.pending(problem.id) for problem in self.problems)


def counts(attempt: AttemptEnded) -> bool:
    """Whether an attempt's claim of a proof is one: the verifier's, from rung 3 up."""
    return attempt.proved and attempt.rung >= PROVED_FROM


def is_evaluation(folder: Path) -> bool:
    """Whether a run folder is that of an evaluation."""
    return (folder / FILE).is_file()


def read_record(folder: Path) -> Record:
    """The evaluation in a run folder. A last line that was cut is left out.

    Raises `UserError`: `no_evaluation`, `corrupt_run` (also where `problems.jsonl` does not hold the number of problems
    that the evaluation names), `corrupt_log`.
    """
    evaluation = Evaluation.read(folder)
    problems = tuple(read_problems(folder)) if evaluation.problems else ()
    _require_all(folder, evaluation, problems)
    log = folder / ATTEMPTS
    ends: list[AttemptEnded] = []
    spoilt: list[AttemptSpoilt] = []
    times: list[float] = []
    for event in read_events(log) if log.exists() else ():
        times = [*times[:1], event.time]
        match event.payload:
            case AttemptEnded() as payload:
                ends.append(payload)
            case AttemptSpoilt() as payload:
                spoilt.append(payload)
            case _:
                pass
    asked = {problem.id for problem in problems}
    ended: dict[str, dict[int, AttemptEnded]] = {problem.id: {} for problem in problems}
    foreign: list[str] = []
    seen = Counter[str]()
    for end in ends:
        name = unit(end.problem, end.attempt)
        if end.problem not in asked or not 1 <= end.attempt <= evaluation.attempts:
            foreign.append(name)
            continue
        seen[name] += 1
        ended[end.problem].setdefault(end.attempt, end)
    return Record(
        folder,
        evaluation,
        problems,
        ended,
        tuple(spoilt),
        tuple(name for name, times in seen.items() if times > 1),
        tuple(dict.fromkeys(foreign)),
        tuple(unit(e.problem, e.attempt) for of in ended.values() for e in of.values() if e.proved and not counts(e)),
        RunFolder.open(folder).spec if (folder / "run.json").exists() else RunSpec(),
        tuple(times),
    )


def _require_all(folder: Path, evaluation: Evaluation, problems: Sequence[Problem]) -> None:
    repeated = [name for name, times in Counter(problem.id for problem in problems).items() if times > 1]
    if repeated:
        raise UserError(f"{folder} has several problems named {repeated[0]}", code="corrupt_run")
    if len(problems) != evaluation.problems:
        raise UserError(
            f"{folder} has {len(problems)} problems, and its evaluation is one of {evaluation.problems}",
            code="corrupt_run",
            hint="rates of a part would be rates of another set; restore problems.jsonl",
        )
