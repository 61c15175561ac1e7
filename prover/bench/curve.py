"""How many problems are solved within how much."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from math import fsum

from prover.bench.record import Record, counts

#: What a budget may be counted in: fields of `Spending`.
BUDGETS = ("seconds", "lean_seconds", "heartbeats", "expansions", "tokens")


@dataclass(frozen=True, slots=True)
class Curve:
    """`points`: (x, how many of `problems` are solved for at most x), x ascending. What a problem takes: all its
    attempts one after the other, up to and with the first proof. A problem with an attempt pending before its first
    proof counts as not solved so far; `unknown`: how many such, and how many unsolved with attempts pending, there
    are."""

    budget: str
    problems: int
    points: tuple[tuple[float, int], ...]
    unknown: int = 0


def curve(record: Record, budget: str) -> Curve:
    """The curve of one kind of budget."""
    took: list[float] = []
    unknown = 0
    for problem in record.problems:
        ended = record.ended.get(problem.id, {})
        costs: list[float] = []
        for number in range(1, record.evaluation.attempts + 1):
            if number not in ended:
                unknown += 1
                break
            costs.append(getattr(ended[number].spent, budget))
            if counts(ended[number]):
                took.append(fsum(costs))
                break
    points: list[tuple[float, int]] = []
    solved = 0
    for x, number in sorted(Counter(took).items()):
        solved += number
        points.append((x, solved))
    return Curve(budget, len(record.problems), tuple(points), unknown)
