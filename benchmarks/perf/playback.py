"""Searches recorded with the real Lean once, and played back with Lean's own delays, for benchmarks of generation."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

from trial import trial

from prover.core.budget import Budget
from prover.core.candidate import Candidate
from prover.core.errors import LeanProcessError
from prover.core.outcome import Rejected, TacticOutcome
from prover.core.state import TacticState
from prover.events import Memory
from prover.generate import ModelGenerator, Portfolio, Request
from prover.generate.induction import induct
from prover.generate.rewriting import apply_facts, rewrite
from prover.generate.structure import by_cases, introduce, split_goal, split_hypotheses
from prover.generate.unfolding import split_cases, unfold
from prover.lean import Pool
from prover.search import Journal, RecordedRunner, Replies, SearchResult, Settings, StateSeen, search

#: Ideas that lead on rather than close.
_STEPS = (introduce, split_goal, split_hypotheses, by_cases, induct, rewrite, apply_facts, unfold, split_cases)


@dataclass(frozen=True, slots=True)
class Recording:
    """One search as it went: the goal, and every reply of Lean and of the generator."""

    name: str
    root: TacticState
    replies: Replies
    settings: Settings
    budget: Budget

    @classmethod
    async def make(cls, pool: Pool, name: str, text: str, budget: Budget, settings: Settings) -> Recording:
        """Searches at the one hole of a file without imports, with a portfolio that lacks what closes most goals."""
        kept = Memory()
        await trial(pool, text, Portfolio(_STEPS), budget, settings, journal=Journal(kept), record_candidates=True)
        replies = Replies()
        for event in kept.events:
            replies.take(event.payload)
        root = next(e.payload.state for e in kept.events if isinstance(e.payload, StateSeen))
        return cls(name, root, replies, settings, budget)

    async def play(self, ask: ModelGenerator | None, *, lean: float = 1.0) -> SearchResult:
        """The same search again: Lean's answers from the record, after `lean` times the seconds it took.

        `ask` is asked whenever the search asks for candidates and the search waits for its answer; what it goes on
        with is what was recorded, so that the course is the same whatever a model says.
        """
        runner = _Paced(RecordedRunner(_Nobody(self.root), self.replies, lambda event: None), lean)
        return await search(runner, _Asked(ask, self.replies), budget=self.budget, settings=self.settings)


class _Nobody:
    """The runner behind a complete record: it knows the root, and is asked nothing else."""

    def __init__(self, state: TacticState) -> None:
        self._state = state

    async def root(self) -> tuple[int, TacticState]:
        return 0, self._state

    def apply(self, handle: int, tactics: Sequence[str], **_: Any) -> AsyncIterator[tuple[int, TacticOutcome[int]]]:
        raise LeanProcessError(f"not on record: {tactics[0]}")

    async def focus(self, handle: int, goals: Sequence[int]) -> tuple[int, TacticState]:
        raise LeanProcessError("not on record: a choice of goals")

    async def cut(self, handle: int, script: str) -> Any:
        raise LeanProcessError("not on record: a script")

    async def signatures(self, handle: int, names: Sequence[str]) -> dict[str, str]:
        return {}

    async def release(self, handles: Sequence[int]) -> None:
        pass


class _Paced:
    """A runner that takes as long as Lean took."""

    def __init__(self, inner: RecordedRunner[int], scale: float) -> None:
        self._inner = inner
        self._scale = scale
        self.root, self.focus, self.release = inner.root, inner.focus, inner.release
        self.cut, self.signatures = inner.cut, inner.signatures

    async def apply(
        self, handle: Any, tactics: Sequence[str], **limits: Any
    ) -> AsyncIterator[tuple[int, TacticOutcome[Any]]]:
        async for index, outcome in self._inner.apply(handle, tactics, **limits):
            if self._scale and not isinstance(outcome, Rejected):
                await asyncio.sleep(outcome.cost.seconds * self._scale)
            yield index, outcome


class _Asked:
    """Has a model asked, and goes on with what is on record."""

    def __init__(self, model: ModelGenerator | None, replies: Replies) -> None:
        self._model = model
        self._replies = replies

    async def generate(self, requests: Sequence[Request]) -> list[list[Candidate]]:
        if self._model is not None:
            await self._model.generate(requests)
        return [self._replies.candidates(r.state.fingerprint, r.draw) or [] for r in requests]
