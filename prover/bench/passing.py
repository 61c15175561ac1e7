"""pass@k, exactly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import comb

from prover.bench.bootstrap import Interval, interval

#: Why a rate has no value.
PENDING, BEYOND, EMPTY = "pending", "k_exceeds_attempts", "no_problems"


def pass_at(n: int, c: int, k: int) -> Fraction:
    """The chance that k of n attempts, drawn without replacement, hold one of the c that succeeded: 1 -
    C(n-c,k)/C(n,k), the unbiased estimate of pass@k (Chen et al. 2021, "Evaluating Large Language Models Trained on
    Code").

    Raises `ValueError` unless 0 <= c <= n and 1 <= k <= n.
    """
    if not (0 <= c <= n and 1 <= k <= n):
        raise ValueError(f"pass@{k} of {c} successes in {n} attempts is not defined")
    return 1 - Fraction(comb(n - c, k), comb(n, k))


@dataclass(frozen=True, slots=True)
class Rate:
    """pass@k over a set of problems. `value`: the mean over all of them; None where it is not defined, for the
    `reason`. `interval`: None also where every problem has the same score: resampling says nothing then."""

    k: int
    value: Fraction | None
    interval: Interval | None = None
    reason: str = ""


def rate(successes: Sequence[tuple[int, int]], attempts: int, k: int) -> Rate:
    """pass@k over problems, each given as (attempts that ended, those of them that succeeded), of `attempts` asked for.

    It is not defined for k beyond `attempts`, and not while any attempt at any problem is pending: leaving those
    problems out would change the denominator.
    """
    if k > attempts:
        return Rate(k, None, reason=BEYOND)
    if not successes:
        return Rate(k, None, reason=EMPTY)
    if any(ended < attempts for ended, _ in successes):
        return Rate(k, None, reason=PENDING)
    values = [pass_at(ended, proved, k) for ended, proved in successes]
    return Rate(k, sum(values, Fraction()) / len(values), interval(values))


def default_ks(attempts: int) -> tuple[int, ...]:
    """The powers of two up to the number of attempts, and that number."""
    powers = [1 << bit for bit in range(attempts.bit_length()) if 1 << bit <= attempts]
    return tuple(sorted({*powers, attempts})) if attempts else ()
