"""The searches for one target, goal by goal: one script that serves every visit of a hole."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from prover.agent.attempt import Attempt, Solution, Solve
from prover.agent.task import Task
from prover.agent.workbench import Workbench
from prover.core.errors import CallTimeout, Crashed
from prover.core.outcome import Solved
from prover.lean import Worker

#: Wall limit for one command of ours: a proof put in place, a negation stated.
TRY_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class GoalSearch:
    """What searching for `task` on `bench` takes.

    `avoid` gives what no proof of it may use, as things stand; `stop`, once set, ends its searches and keeps what they
    have. Why a search gave nothing stands in `task.stopped` afterwards.
    """

    bench: Workbench
    task: Task
    solve: Solve
    avoid: Callable[[], tuple[str, ...]]
    stop: asyncio.Event

    async def script(self, states: Sequence[Callable[[], int]], deadline: float) -> str | None:
        """One script that closes every one of these goals, by a deadline in monotonic seconds, or None.

        A first form of it, where it was made from one, is noted in `task.firsts`.
        """
        task, scripts = self.task, list[str]()
        for reopen in states:
            if scripts and await self._serves(reopen(), scripts):
                continue
            seconds = deadline - time.monotonic()
            if seconds <= 0:
                task.stopped = "budget"
                return None
            solution = await self.solution(reopen, seconds)
            task.statistics = solution.statistics
            if solution.script is None:
                task.stopped = solution.stopped
                return None
            scripts.append(solution.script)
            if solution.first is not None:
                task.firsts[solution.script] = solution.first
        if len(scripts) == 1:
            return scripts[0]
        task.firsts[_first_of(scripts)] = _first_of([task.firsts.get(script, script) for script in scripts])
        return _first_of(scripts)

    async def solution(self, reopen: Callable[[], int], seconds: float, *, refuting: bool = False) -> Solution:
        """What the solver makes of one goal. One that has its proof, and is only making it shorter, hands it over when
        the search is stopped."""
        attempt = Attempt(self.bench, reopen, seconds, self.avoid(), self.task.obligation, refuting)
        solving = asyncio.ensure_future(self.solve(attempt))
        stopping = asyncio.ensure_future(self.stop.wait())
        try:
            await asyncio.wait({solving, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if not solving.done():
                solving.cancel()
                (ended,) = await asyncio.gather(solving, return_exceptions=True)
                return ended if isinstance(ended, Solution) else Solution(None, "interrupted")
            return solving.result()
        finally:
            stopping.cancel()
            if not solving.done():
                solving.cancel()
                await asyncio.gather(solving, return_exceptions=True)

    async def _serves(self, state: int, scripts: list[str]) -> bool:
        try:
            async for _, outcome in self.bench.worker.apply(state, scripts):
                if isinstance(outcome, Solved):
                    return True
        except CallTimeout:
            await self.bench.renew()
        return False


def only_here(bench: Workbench, worker: Worker, state: int) -> Callable[[], int]:
    """Gives a state that only `worker` has; it cannot be had again on another (`Crashed`)."""

    def reopen() -> int:
        if bench.worker is not worker:
            raise Crashed("the worker that held this goal was lost")
        return state

    return reopen


def _first_of(scripts: list[str]) -> str:
    """One script out of several, for a hole with several goals."""
    return "first\n" + "\n".join("  | (" + s.replace("\n", "\n     ") + ")" for s in scripts)
