"""Budgets and what was spent of them."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from prover.core.errors import BudgetExceeded

Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Budget:
    """Limits; `None`: none. Wall seconds, Lean heartbeats (unit of `maxHeartbeats`), expansions, candidates, seconds
    Lean was busy, tokens models wrote, US dollars they charged for them, calls of models."""

    seconds: float | None = None
    heartbeats: int | None = None
    expansions: int | None = None
    candidates: int | None = None
    lean_seconds: float | None = None
    tokens: int | None = None
    money: float | None = None
    calls: int | None = None


@dataclass(slots=True)
class Spent:
    """What was used so far, against a budget, from the moment it was made.

    `exceeded()` names the first limit reached, or returns None. `clock` is monotonic seconds.
    """

    budget: Budget
    clock: Clock = time.monotonic
    heartbeats: int = 0
    expansions: int = 0
    candidates: int = 0
    lean_seconds: float = 0.0
    tokens: int = 0
    money: float = 0.0
    calls: int = 0
    started: float = field(init=False)

    def __post_init__(self) -> None:
        self.started = self.clock()

    @property
    def seconds(self) -> float:
        return self.clock() - self.started

    def remaining_seconds(self) -> float:
        """Wall seconds left, infinite without a limit, never negative."""
        if self.budget.seconds is None:
            return float("inf")
        return max(0.0, self.budget.seconds - self.seconds)

    def exceeded(self) -> str | None:
        for name in ("seconds", "heartbeats", "expansions", "candidates", "lean_seconds", "tokens", "money", "calls"):
            limit = getattr(self.budget, name)
            if limit is not None and getattr(self, name) >= limit:
                return name
        return None

    def check(self) -> None:
        """Raises `BudgetExceeded` when a limit is reached."""
        name = self.exceeded()
        if name is not None:
            raise BudgetExceeded(f"the budget of {name} is used up", code=f"budget_{name}")
