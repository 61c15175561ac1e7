"""Intervals by resampling problems: the percentile bootstrap (Efron 1979), the same for the same data everywhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

#: How an interval is made; `docs/evaluation.md` says what it means.
RESAMPLES, SEED, LEVEL = 10_000, 0, Fraction(95, 100)


@dataclass(frozen=True, slots=True)
class Interval:
    """From `low` to `high`, both included."""

    low: float
    high: float


def interval(values: Sequence[Fraction]) -> Interval | None:
    """Where the mean of `values` lies in 95 % of 10,000 resamples of as many, drawn with replacement.

    The ends are the resampled means at the ranks ceil(0.025 B) and ceil(0.975 B). None where all values are equal.
    """
    counts = Counter(values)
    if len(counts) < 2:
        return None
    # Which values a resample holds matters, not in which order: it is a multinomial draw over the distinct ones.
    # RandomState, unlike numpy's newer generators, gives the same numbers in every release.
    import numpy as np

    distinct = sorted(counts)
    total = len(values)
    drawn = np.random.RandomState(SEED).multinomial(
        total, [counts[value] / total for value in distinct], size=RESAMPLES
    )
    # The resample at a rank is found with floats, its mean worked out exactly.
    order = np.argsort(drawn @ np.array([float(value) for value in distinct]), kind="stable")
    tail = (1 - LEVEL) / 2
    low, high = (drawn[order[_rank(share)]].tolist() for share in (tail, 1 - tail))
    return Interval(_mean(distinct, low), _mean(distinct, high))


def _rank(share: Fraction) -> int:
    """ceil(share * RESAMPLES), counted from 0."""
    return -(-share.numerator * RESAMPLES // share.denominator) - 1


def _mean(values: Sequence[Fraction], counts: Sequence[int]) -> float:
    return float(sum((value * count for value, count in zip(values, counts, strict=True)), Fraction()) / sum(counts))
