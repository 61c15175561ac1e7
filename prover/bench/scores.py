"""What may be said of an evaluation: rates with their intervals, by group, against budgets; why attempts failed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

from prover.bench.attempt import AttemptEnded, Spending
from prover.bench.curve import BUDGETS, Curve, curve
from prover.bench.passing import Rate, default_ks, rate
from prover.bench.problem import Problem
from prover.bench.record import Record, counts

#: What problems are grouped by.
GROUPINGS = ("split", "topic", "difficulty")


@dataclass(frozen=True, slots=True)
class Score:
    """The score of a set of problems. `name`: of the group, empty where the set says nothing of it. `solved`: by an
    attempt that ended; `unknown`: not solved so far, and with attempts pending; `ended`, `pending`: attempts."""

    name: str
    problems: int
    solved: int
    unknown: int
    ended: int
    pending: int
    rates: tuple[Rate, ...]


@dataclass(frozen=True, slots=True)
class Failure:
    """Attempts that ended without a proof for one cause: the verdict's `code`, and why the search `stopped`."""

    code: str
    stopped: str
    attempts: int
    problems: int


@dataclass(frozen=True, slots=True)
class Use:
    """How many problems have a proof (the first of each counts) in which `name` stands."""

    name: str
    problems: int


@dataclass(frozen=True, slots=True)
class Scores:
    """All of it. `groups`: by what problems are grouped, where there is more than one group. `failures`: of the prover;
    `infrastructure`: attempts lost to broken machinery, by code, which count for nothing. `axioms`: of first proofs, by
    the set they rest on; `rungs`: of first proofs. `spent`: by attempts that ended."""

    overall: Score
    groups: Mapping[str, tuple[Score, ...]]
    curves: Mapping[str, Curve]
    failures: tuple[Failure, ...]
    infrastructure: Mapping[str, int]
    axioms: Mapping[tuple[str, ...], int]
    rungs: Mapping[int, int]
    tactics: tuple[Use, ...]
    lemmas: tuple[Use, ...]
    spent: Spending


def scores(record: Record, ks: Sequence[int] | None = None) -> Scores:
    """The scores of an evaluation. `ks`: for which k pass@k is wanted; None: the powers of two, and all attempts."""
    wanted = default_ks(record.evaluation.attempts) if ks is None else tuple(ks)
    proofs = [proof for problem in record.problems if (proof := record.proof(problem.id)) is not None]
    ended = [attempt for problem in record.problems for attempt in record.attempts(problem.id)]
    return Scores(
        overall=_score("", record, record.problems, wanted),
        groups={grouping: _groups(grouping, record, wanted) for grouping in GROUPINGS},
        curves={budget: curve(record, budget) for budget in BUDGETS},
        failures=_failures(ended),
        infrastructure=dict(Counter(spoilt.error for spoilt in record.spoilt).most_common()),
        axioms=dict(Counter(tuple(sorted(proof.axioms)) for proof in proofs).most_common()),
        rungs=dict(sorted(Counter(proof.rung for proof in proofs).items())),
        tactics=_uses([proof.tactics for proof in proofs]),
        lemmas=_uses([proof.lemmas for proof in proofs]),
        spent=total(ended),
    )


def total(attempts: Sequence[AttemptEnded]) -> Spending:
    """What attempts took together."""
    return Spending(
        **{each.name: sum(getattr(attempt.spent, each.name) for attempt in attempts) for each in fields(Spending)}
    )


def _score(name: str, record: Record, problems: Sequence[Problem], ks: Sequence[int]) -> Score:
    asked = record.evaluation.attempts
    tallies: list[tuple[int, int]] = []
    for problem in problems:
        attempts = record.attempts(problem.id)
        tallies.append((len(attempts), sum(counts(attempt) for attempt in attempts)))
    ended = sum(number for number, _ in tallies)
    return Score(
        name=name,
        problems=len(problems),
        solved=sum(proved > 0 for _, proved in tallies),
        unknown=sum(proved == 0 and number < asked for number, proved in tallies),
        ended=ended,
        pending=asked * len(problems) - ended,
        rates=tuple(rate(tallies, asked, k) for k in ks),
    )


def _groups(grouping: str, record: Record, ks: Sequence[int]) -> tuple[Score, ...]:
    members: dict[str, list[Problem]] = {}
    for problem in record.problems:
        members.setdefault(getattr(problem, grouping), []).append(problem)
    if len(members) < 2:  # then the score of all says it
        return ()
    return tuple(_score(name, record, members[name], ks) for name in sorted(members))


def _failures(ended: Sequence[AttemptEnded]) -> tuple[Failure, ...]:
    failed = [attempt for attempt in ended if not counts(attempt)]
    causes = Counter((attempt.code, attempt.stopped) for attempt in failed)
    problems = {(attempt.code, attempt.stopped, attempt.problem) for attempt in failed}
    return tuple(
        Failure(code, stopped, number, sum((code, stopped) == (c, s) for c, s, _ in problems))
        for (code, stopped), number in sorted(causes.items(), key=lambda cause: (-cause[1], cause[0]))
    )


def _uses(proofs: Sequence[Sequence[str]]) -> tuple[Use, ...]:
    found = Counter(name for proof in proofs for name in dict.fromkeys(proof))
    return tuple(Use(name, number) for name, number in sorted(found.items(), key=lambda use: (-use[1], use[0])))
