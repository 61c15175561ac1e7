"""A script made smaller, as long as Lean accepts it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Generic

from prover.core.outcome import Progress, Rejected, Solved
from prover.search.reductions import any_of, ends, merged, tidied, without_arguments, without_steps
from prover.search.runner import Handle, Runner
from prover.search.script import Body, length, text

#: Scripts that are tried in one call; between two calls the limits are looked at.
_PORTION = 8
#: A try may cost so many times what the script costs that it is to replace, at least the first of these numbers, at
#: most the second, Lean's own limit for a declaration.
_PATIENCE = 2
_LEAST_HEARTBEATS, _MOST_HEARTBEATS = 1_000, 200_000
_TRY_SECONDS = 3.0


class Minimiser(Generic[Handle]):
    """Tries smaller scripts in place of one that closes the goal at `root`; `best` is always one that closed it.

    In rounds, until one brings nothing: parentheses, steps and lemmas left out, steps merged, the end of a sequence in
    one closing step. What is tried, and in which order, depends on the replies alone; `heartbeats` (unit of
    `maxHeartbeats`) bounds it, and `deadline` (of `time.monotonic`) is there for a machine that is slow. `cost`: what
    `best` took. `ends_tried`: it is known that no end of `best` can be closed in one step.
    """

    def __init__(
        self,
        runner: Runner[Handle],
        root: Handle,
        best: Body,
        *,
        cost: int,
        heartbeats: int,
        deadline: float,
        interrupted: Callable[[], bool],
        ends_tried: bool = False,
    ) -> None:
        self.runner = runner
        self.root = root
        self.best = best
        self.tried = 0
        self.left = heartbeats
        self.deadline = deadline
        self.interrupted = interrupted
        self._ends_tried = ends_tried
        self._limit = min(max(_LEAST_HEARTBEATS, _PATIENCE * cost), _MOST_HEARTBEATS)
        self._length = length(best)
        self._seen: set[str] = {text(best)}

    async def run(self) -> None:
        """Raises `LeanProcessError` where the runner cannot go on; `best` holds even then."""
        before = None
        while self.best != before and self.more():
            before = self.best
            for reduce in (tidied, without_steps, without_arguments, merged):
                at: int | None = 0
                while at is not None:
                    # What was tried before this place is tried again in the next round, when the rest is small.
                    at = await self.improve(reduce(self.best), at)
            if not self._ends_tried or self.best != before:
                await self.close_ends()

    def more(self) -> bool:
        """Whether there is anything left of time and heartbeats."""
        return self.left > 0 and time.monotonic() < self.deadline and not self.interrupted()

    async def close_ends(self) -> None:
        """All closing tactics are tried at once first: most ends need what they have."""
        found = True
        while found:
            found = False
            for closers, put in ends(self.best):
                probe = put(any_of(closers))
                if self._worthwhile(put(min(closers, key=len))) and await self.first([(0, probe)]) is not None:
                    found = await self.improve(put(one) for one in closers) is not None
                    if found:
                        break

    async def improve(self, scripts: Iterable[Body], begin: int = 0) -> int | None:
        """Takes the first of these, from the one numbered `begin` on, that is smaller and closes the goal; its
        number."""
        numbered = islice(enumerate(scripts), begin, None)
        better = await self.first((at, script) for at, script in numbered if self._worthwhile(script))
        if better is None:
            return None
        at, self.best = better
        self._length = length(self.best)
        return at

    def _worthwhile(self, script: Body) -> bool:
        return length(script) < self._length

    async def first(self, scripts: Iterable[tuple[int, Body]]) -> tuple[int, Body] | None:
        """The first of these that closes the goal, None when none does or the limits are reached."""
        waiting = self._new(scripts)
        while self.more() and (portion := dict(islice(waiting, _PORTION))):
            solved = await self._solved(list(portion))
            if solved is not None:
                return portion[solved]
        return None

    def _new(self, scripts: Iterable[tuple[int, Body]]) -> Iterator[tuple[str, tuple[int, Body]]]:
        """Scripts that were not tried yet, by their text."""
        for at, script in scripts:
            written = text(script)
            if written not in self._seen:
                self._seen.add(written)
                yield written, (at, script)

    async def _solved(self, scripts: list[str]) -> str | None:
        solved: str | None = None
        made: list[Handle] = []
        left = max(0.05, self.deadline - time.monotonic())
        async for index, outcome in self.runner.apply(
            self.root,
            scripts,
            heartbeats=self._limit,
            wall_seconds=min(_TRY_SECONDS, left),
            total_seconds=left,
        ):
            self.tried += 1
            if not isinstance(outcome, Rejected):
                self.left -= outcome.cost.heartbeats
            if isinstance(outcome, Progress):
                made.append(outcome.handle)
            if isinstance(outcome, Solved):
                solved = scripts[index]
        if made:
            await self.runner.release(made)
        return solved
