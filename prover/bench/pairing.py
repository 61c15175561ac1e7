"""Two runs over the same problems, problem by problem."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import comb
from typing import Any, cast

from prover.bench.bootstrap import Interval, interval
from prover.bench.evaluation import Evaluation
from prover.bench.passing import BEYOND, PENDING, pass_at
from prover.bench.problem import Problem
from prover.bench.record import Record, counts
from prover.core.errors import UserError
from prover.events.codec import encode

#: What may differ between runs and has to be said beside a comparison.
CONDITIONS = (
    "prover",
    "budget",
    "attempts",
    "foundation",
    "corrected",
    "excluded",
    "toolchain",
    "lean_version",
    "engine",
    "source",
)
_NAMED = 5


@dataclass(frozen=True, slots=True)
class Pairing:
    """Runs A and B, paired by problem.

    `attempts`: how many count of each problem, the first ones: as many as both runs asked for. Problems (ids): solved
    by `both`, `only_a`, `only_b`, `neither`; `unknown`: by at least one of them not solved so far, with attempts
    pending. `p`: McNemar's exact test, two-sided: the chance that problems which one run alone solved fall at least as
    unevenly to the two, were each as likely to be the one. `difference`: pass@1 of A less that of B, over all attempts,
    with its bootstrap `interval` over problems. Both are None, for the `reason`, while attempts are pending.
    `conditions`: what else differs, as (of A, of B). `left_out`: problems that are not the same in both, where the
    common ones were asked for.
    """

    a: str
    b: str
    problems: int
    attempts: int
    both: tuple[str, ...]
    only_a: tuple[str, ...]
    only_b: tuple[str, ...]
    neither: tuple[str, ...]
    unknown: tuple[str, ...]
    p: Fraction | None
    difference: Fraction | None
    interval: Interval | None
    reason: str = ""
    conditions: Mapping[str, tuple[Any, Any]] = field(default_factory=dict[str, tuple[Any, Any]])
    left_out: int = 0


def mcnemar(only_a: int, only_b: int) -> Fraction:
    """McNemar's test in its exact form: a two-sided sign test of the pairs that differ."""
    total = only_a + only_b
    tail = sum(comb(total, i) for i in range(min(only_a, only_b) + 1))
    return min(Fraction(1), Fraction(2 * tail, 2**total))


def pair(a: Record, b: Record, *, common: bool = False) -> Pairing:
    """Compares two runs. `common`: over the problems that both asked in the same words, where not all are.

    Raises `UserError` (`other_problems`) where the problems differ and `common` was not asked for, and where none is
    left.
    """
    same, differing = _shared(a.problems, b.problems)
    if differing and not common:
        raise UserError(
            f"{a.name} and {b.name} are not about the same problems: {'; '.join(differing.values())}",
            code="other_problems",
            hint="rates of different sets cannot be compared; --common compares over what both have",
        )
    if not same:
        raise UserError(f"{a.name} and {b.name} have no problem in common", code="other_problems")
    shared = min(a.evaluation.attempts, b.evaluation.attempts)
    cells: dict[tuple[bool | None, bool | None], list[str]] = {}
    for name in same:
        cells.setdefault((_solved(a, name, shared), _solved(b, name, shared)), []).append(name)
    unknown = tuple(name for outcome, names in cells.items() if None in outcome for name in names)
    only_a, only_b = (tuple(cells.get(outcome, ())) for outcome in ((True, False), (False, True)))
    differences = _differences(a, b, same)
    return Pairing(
        a=a.name,
        b=b.name,
        problems=len(same),
        attempts=shared,
        both=tuple(cells.get((True, True), ())),
        only_a=only_a,
        only_b=only_b,
        neither=tuple(cells.get((False, False), ())),
        unknown=unknown,
        p=None if unknown or not shared else mcnemar(len(only_a), len(only_b)),
        difference=None if differences is None else sum(differences, Fraction()) / len(differences),
        interval=None if differences is None else interval(differences),
        reason=BEYOND if not shared else PENDING if unknown or differences is None else "",
        conditions=_conditions(a, b),
        left_out=len({problem.id for problem in (*a.problems, *b.problems)}) - len(same),
    )


def _shared(a: Sequence[Problem], b: Sequence[Problem]) -> tuple[list[str], dict[str, str]]:
    """Ids of the problems that are the same in both, in the order of A; and in what the sets differ."""
    texts_a, texts_b = ({problem.id: problem.digest for problem in problems} for problems in (a, b))
    same = [name for name in texts_a if texts_a[name] == texts_b.get(name)]
    differing = {
        "only_a": [name for name in texts_a if name not in texts_b],
        "only_b": [name for name in texts_b if name not in texts_a],
        "text": [name for name in texts_a if name in texts_b and texts_a[name] != texts_b[name]],
    }
    words = {"only_a": "only the first has", "only_b": "only the second has", "text": "stated otherwise in each:"}
    return same, {kind: f"{words[kind]} {_listed(names)}" for kind, names in differing.items() if names}


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def _solved(record: Record, problem: str, attempts: int) -> bool | None:
    """Whether one of the first attempts solved it; None where that is not known yet."""
    ended = record.ended.get(problem, {})
    if any(counts(ended[number]) for number in range(1, attempts + 1) if number in ended):
        return True
    return False if all(number in ended for number in range(1, attempts + 1)) else None


def _differences(a: Record, b: Record, problems: Sequence[str]) -> list[Fraction] | None:
    def pass_1(record: Record, problem: str) -> Fraction | None:
        attempts, asked = record.attempts(problem), record.evaluation.attempts
        if len(attempts) < asked or not asked:
            return None
        return pass_at(asked, sum(counts(attempt) for attempt in attempts), 1)

    found: list[Fraction] = []
    for problem in problems:
        of_a, of_b = pass_1(a, problem), pass_1(b, problem)
        if of_a is None or of_b is None:
            return None
        found.append(of_a - of_b)
    return found


def _conditions(a: Record, b: Record) -> dict[str, tuple[Any, Any]]:
    of_a, of_b = _facts(a.evaluation), _facts(b.evaluation)
    names = dict.fromkeys([*of_a, *of_b])
    return {name: (of_a.get(name), of_b.get(name)) for name in names if of_a.get(name) != of_b.get(name)}


def _facts(evaluation: Evaluation) -> dict[str, Any]:
    """The conditions of a run; those that are mappings one by one, `budget.seconds`."""
    found: dict[str, Any] = {}
    for name in CONDITIONS:
        value = encode(getattr(evaluation, name))
        if isinstance(value, dict):
            found |= {f"{name}.{key}": item for key, item in cast("dict[str, Any]", value).items()}
        else:
            found[name] = value
    return found
