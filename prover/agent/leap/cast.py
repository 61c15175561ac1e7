"""The roles that the agent asks: who they are is of no concern to it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from prover.agent.leap.brief import Brief
from prover.agent.leap.replies import DiagnosisReply, NoReply, PlanReply, ProofReply, ReviewReply
from prover.core.errors import ModelError

Reply = TypeVar("Reply", covariant=True)


@dataclass(frozen=True, slots=True)
class Said(Generic[Reply]):
    """A reply and its price: tokens the models wrote, US dollars, calls, seconds of Lean in tools. `spare`: nobody was
    asked for it, it is one more sample of an earlier answer."""

    reply: Reply
    tokens: int = 0
    money: float = 0.0
    calls: int = 1
    spare: bool = False
    lean_seconds: float = 0.0


class Unanswered(ModelError):
    """A model failed in the middle of a conversation; what `said` tells had been paid by then."""

    def __init__(self, error: ModelError, said: Said[None]) -> None:
        super().__init__(error.message, code=error.code, hint=error.hint, transient=error.transient)
        self.said = said


class CutOff(asyncio.CancelledError):
    """The conversation was cancelled; what `said` tells had been paid by then."""

    def __init__(self, said: Said[None]) -> None:
        super().__init__()
        self.said = said


class Cast(Protocol):
    """One method a role. `draw`: 0 for the first time, so that the same question can have another answer.

    Each raises `ModelError` when its model cannot answer: `Unanswered` where something was paid before that, as
    `CutOff` says of one that is cancelled.
    """

    async def prove(self, brief: Brief, draw: int = 0) -> Said[ProofReply | NoReply]:
        """A proof; of what `brief.work` should have been, where that is given with its faults."""
        ...

    async def negate(self, brief: Brief, draw: int = 0) -> Said[ProofReply | NoReply]:
        """A proof of the negation."""
        ...

    async def plan(self, brief: Brief, draw: int = 0) -> Said[PlanReply | NoReply]:
        """A decomposition."""
        ...

    async def sketch(self, brief: Brief, draw: int = 0) -> Said[PlanReply | NoReply]:
        """The decomposition in `brief.work` as one that Lean accepts."""
        ...

    async def review(self, brief: Brief, draw: int = 0) -> Said[ReviewReply | NoReply]:
        """An opinion of the decomposition in `brief.work`."""
        ...

    async def diagnose(self, brief: Brief, draw: int = 0) -> Said[DiagnosisReply | NoReply]:
        """Why the lemma resists."""
        ...
