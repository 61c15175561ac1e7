from __future__ import annotations

import math

import pytest

from prover.core.budget import Budget, Spent
from prover.core.errors import BudgetExceeded


class Clock:
    """Seconds that pass when told."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_time_counts_from_the_start() -> None:
    clock = Clock()
    spent = Spent(Budget(seconds=10), clock)
    clock.now += 4
    assert spent.seconds == 4
    assert spent.remaining_seconds() == 6
    assert spent.exceeded() is None
    clock.now += 6
    assert spent.exceeded() == "seconds"
    clock.now += 100
    assert spent.remaining_seconds() == 0


def test_without_limits_nothing_is_exceeded() -> None:
    clock = Clock()
    spent = Spent(Budget(), clock, heartbeats=10**12, expansions=10**9, candidates=10**9)
    clock.now += 10**9
    assert spent.exceeded() is None
    assert math.isinf(spent.remaining_seconds())
    spent.check()


@pytest.mark.parametrize("name", ["heartbeats", "expansions", "candidates", "lean_seconds", "tokens", "money"])
def test_a_limit_is_reached_when_used_up(name: str) -> None:
    spent = Spent(Budget(**{name: 3}), Clock())
    setattr(spent, name, 2)
    spent.check()
    setattr(spent, name, 3)
    assert spent.exceeded() == name
    with pytest.raises(BudgetExceeded) as caught:
        spent.check()
    assert caught.value.code == f"budget_{name}"


def test_a_budget_of_nothing_is_used_up_at_once() -> None:
    assert Spent(Budget(expansions=0), Clock()).exceeded() == "expansions"
    assert Spent(Budget(seconds=0), Clock()).exceeded() == "seconds"
