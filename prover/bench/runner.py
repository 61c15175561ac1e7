"""Makes the attempts of an evaluation: wherever they are made, each once, and again where machinery broke."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from prover.bench.attempt import NODE_LOST, AttemptEnded, AttemptSpoilt
from prover.bench.folder import EvaluationFolder
from prover.bench.problem import Problem
from prover.bench.station import Tried
from prover.core.together import together, unless

Observe = Callable[[AttemptEnded | AttemptSpoilt], None]
#: Machines that an attempt may lose beside its own retries: it may be what kills them.
_MACHINES = 5


class Place(Protocol):
    """Where attempts are made: a `Station`, or machines that have one each."""

    async def attempt(self, problem: Problem, number: int) -> Tried: ...


@dataclass(slots=True)
class Tour:
    """What a run of the runner came to. `ended`, `proved`: attempts of this run; `spoilt`: attempts that were lost,
    each time; `left`: attempts still to be made."""

    ended: int = 0
    proved: int = 0
    spoilt: int = 0
    left: int = 0
    seconds: float = 0.0
    interrupted: bool = False


class Runner:
    """Works through the attempts of `folder` that have not ended, `jobs` at once at `place`.

    An attempt that broken machinery spoilt is made again, up to `retries` times, behind all others; up to 5 times more
    where it was lost with its machine. What is spoilt to the last stays to be done by a later run. `observe` hears of
    each attempt once it is kept.
    """

    def __init__(
        self,
        folder: EvaluationFolder,
        place: Place,
        *,
        jobs: int = 1,
        retries: int = 2,
        observe: Observe = lambda outcome: None,
    ) -> None:
        self._folder = folder
        self._place = place
        self._jobs = jobs
        self._retries = retries
        self._observe = observe

    async def run(self, todo: Sequence[tuple[Problem, int]], stop: asyncio.Event | None = None) -> Tour:
        """Makes these attempts. `stop`: when set, those under way are given up. Raises `SetupError` where no attempt
        can be made at all, `OSError` where nothing can be written."""
        began, tour = time.monotonic(), Tour()
        queue = deque(_Turn(problem, number) for problem, number in todo)
        try:
            tour.interrupted = not await unless(stop, together([self._serve(queue, tour) for _ in range(self._jobs)]))
        finally:
            tour.seconds = time.monotonic() - began
            tour.left = len(todo) - tour.ended
            self._folder.summarize(seconds=tour.seconds, interrupted=tour.interrupted)
        return tour

    async def _serve(self, queue: deque[_Turn], tour: Tour) -> None:
        while queue:
            turn = queue.popleft()
            tried = await self._place.attempt(turn.problem, turn.number)
            outcome = tried.outcome
            self._folder.keep(tried)
            if isinstance(outcome, AttemptEnded):
                tour.ended += 1
                tour.proved += outcome.proved
            else:
                tour.spoilt += 1
                turn = turn.after(outcome)
                if turn.broken <= self._retries and turn.machines <= _MACHINES:
                    queue.append(turn)
            self._observe(outcome)


@dataclass(frozen=True, slots=True)
class _Turn:
    """An attempt to be made. How often it was spoilt in this run: `broken` by its own machinery, `machines` lost."""

    problem: Problem
    number: int
    broken: int = 0
    machines: int = 0

    def after(self, spoilt: AttemptSpoilt) -> _Turn:
        if spoilt.error == NODE_LOST:
            return replace(self, machines=self.machines + 1)
        return replace(self, broken=self.broken + 1)
