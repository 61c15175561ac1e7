"""What an attempt costs."""

from __future__ import annotations

import time
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import TypeVar

from prover.agent.leap.cast import Said

_Reply = TypeVar("_Reply")


@dataclass(slots=True)
class Bill:
    """What was used so far: tokens that models wrote, US dollars, calls of models, seconds of Lean."""

    tokens: int = 0
    money: float = 0.0
    calls: int = 0
    lean_seconds: float = 0.0

    def paid(self, said: Said[_Reply]) -> _Reply:
        """A reply, its price counted."""
        self.tokens += said.tokens
        self.money += said.money
        self.calls += said.calls
        self.lean_seconds += said.lean_seconds
        return said.reply

    async def timed(self, work: Awaitable[_Reply]) -> _Reply:
        """What comes of work that is Lean's, its time counted."""
        began = time.monotonic()
        try:
            return await work
        finally:
            self.lean_seconds += time.monotonic() - began
