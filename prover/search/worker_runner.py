"""Tactics on a worker, with every state's tactic path kept, so that a lost worker costs one tactic and no state."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from prover.core.cut import Cut
from prover.core.errors import LeanProcessError
from prover.core.outcome import Lost, Progress, Rejected, TacticOutcome
from prover.core.state import TacticState

#: Limits of a replay: what ran once within its limits may be slower on a fresh process.
_REPLAY_HEARTBEATS = 1_000_000
_REPLAY_SECONDS = 60.0


class Tactics(Protocol):
    """The part of `prover.lean.Worker` that is used here."""

    def apply(
        self,
        state: int,
        tactics: Sequence[str],
        *,
        heartbeats: int,
        wall_seconds: float,
        total_seconds: float | None = None,
        stop_at_solved: bool = True,
        avoid: Sequence[str] = (),
    ) -> AsyncIterator[tuple[int, TacticOutcome[int]]]: ...

    async def focus(self, state: int, goals: Sequence[int]) -> tuple[int, TacticState]: ...

    async def cut(self, state: int, script: str) -> Cut | None: ...

    async def signatures(self, names: Sequence[str], *, state: int = 0) -> Mapping[str, str]: ...

    async def release(self, states: Sequence[int] = ()) -> object: ...


Renew = Callable[[], Awaitable[tuple[Tactics, int]]]


@dataclass(slots=True)
class _Place:
    """How a state is reached: from another by a tactic or by a choice of goals. `live`: its number on the worker."""

    parent: int | None
    step: str | tuple[int, ...]
    fingerprint: str
    live: int | None
    depth: int
    used: int = 0


class WorkerRunner:
    """A `Runner` over one worker and its successors; handles are numbers of its own.

    `renew` gives a fresh worker and the number of the root state there, after the old one died. The tactic that was
    running then is `Lost`; it is never run again on that state or below it, and after a second loss nowhere in this
    search. At most `max_losses` workers are spent on one search and at most `max_live` states kept on the worker;
    those not used for longest are dropped and replayed when they are needed.
    """

    def __init__(
        self,
        worker: Tactics,
        root: int,
        state: TacticState,
        renew: Renew,
        *,
        avoid: Sequence[str] = (),
        max_losses: int = 8,
        max_live: int = 4000,
    ) -> None:
        self.worker = worker
        self.renew = renew
        self.avoid = tuple(avoid)
        self.max_losses = max_losses
        self.max_live = max_live
        self.losses = 0
        self.replayed = 0
        self._root_state = state
        self._places: dict[int, _Place] = {0: _Place(None, "", state.fingerprint, root, 0)}
        self._next = 1
        self._poison: dict[str, set[str]] = {}
        self._clock = 0
        self._live = 1
        self._abandoned = False
        self._reads = True

    async def root(self) -> tuple[int, TacticState]:
        return 0, self._root_state

    async def apply(
        self,
        handle: int,
        tactics: Sequence[str],
        *,
        heartbeats: int,
        wall_seconds: float,
        total_seconds: float | None = None,
        stop_at_solved: bool = True,
    ) -> AsyncIterator[tuple[int, TacticOutcome[int]]]:
        place = self._places[handle]
        waiting = list(range(len(tactics)))
        while waiting:
            for index in [i for i in waiting if self._is_poison(handle, tactics[i])]:
                waiting.remove(index)
                yield index, Rejected("killed_worker")
            if not waiting:
                return
            state = await self._state(handle)
            batch = list(waiting)
            try:
                async for at, outcome in self.worker.apply(
                    state,
                    [tactics[i] for i in batch],
                    heartbeats=heartbeats,
                    wall_seconds=wall_seconds,
                    total_seconds=total_seconds,
                    stop_at_solved=stop_at_solved,
                    avoid=self.avoid,
                ):
                    waiting.remove(batch[at])
                    yield batch[at], self._adopt(handle, tactics[batch[at]], outcome)
                break
            except (asyncio.CancelledError, GeneratorExit):
                # A call that is left in the middle ends the process. No tactic is to blame.
                self._abandoned = True
                raise
            except LeanProcessError as error:
                await self._lost(error)
                if waiting:
                    killer = waiting.pop(0)
                    self._poison.setdefault(tactics[killer], set()).add(place.fingerprint)
                    yield killer, Lost(error.code, error.message)
        await self._trim()

    def _is_poison(self, handle: int, tactic: str) -> bool:
        """Whether the tactic killed a worker on this state or one before it, or on two states of this search."""
        killed = self._poison.get(tactic)
        if killed is None:
            return False
        if len(killed) >= 2:
            return True
        at: int | None = handle
        while at is not None:
            if self._places[at].fingerprint in killed:
                return True
            at = self._places[at].parent
        return False

    def _adopt(self, parent: int, tactic: str, outcome: TacticOutcome[int]) -> TacticOutcome[int]:
        """Gives a state of the worker a handle of ours."""
        if not isinstance(outcome, Progress):
            return outcome
        handle = self._keep(parent, tactic, outcome.state, outcome.handle)
        return dataclasses.replace(outcome, handle=handle)

    def _keep(self, parent: int, step: str | tuple[int, ...], state: TacticState, live: int) -> int:
        handle = self._next
        self._next += 1
        self._clock += 1
        self._live += 1
        depth = self._places[parent].depth + 1
        self._places[handle] = _Place(parent, step, state.fingerprint, live, depth, self._clock)
        return handle

    async def focus(self, handle: int, goals: Sequence[int]) -> tuple[int, TacticState]:
        while True:
            state = await self._state(handle)
            try:
                live, focused = await self.worker.focus(state, goals)
            except asyncio.CancelledError:
                self._abandoned = True
                raise
            except LeanProcessError as error:
                await self._lost(error)
                continue
            return self._keep(handle, tuple(goals), focused, live), focused

    async def cut(self, handle: int, script: str) -> Cut | None:
        """None too for a script that costs a worker."""
        state = await self._state(handle)
        try:
            return await self.worker.cut(state, script)
        except asyncio.CancelledError:
            self._abandoned = True
            raise
        except LeanProcessError as error:
            await self._lost(error)
            return None

    async def signatures(self, handle: int, names: Sequence[str]) -> Mapping[str, str]:
        """None any more once that has cost a worker."""
        if not self._reads:
            return {}
        state = await self._state(handle)
        try:
            return await self.worker.signatures(names, state=state)
        except asyncio.CancelledError:
            self._abandoned = True
            raise
        except LeanProcessError as error:
            self._reads = False
            await self._lost(error)
            return {}

    async def start_again(self) -> None:
        """Goes on with a fresh worker: for whoever knows that the old one died while nothing ran on it."""
        await self._replace()

    async def live(self, handle: int) -> int:
        """The number on the worker of a state, which is made again there where it has to be."""
        return await self._state(handle)

    async def release(self, handles: Sequence[int]) -> None:
        """Frees the states on the worker; the paths stay, since other states are reached through them."""
        await self._drop([self._places[h] for h in handles if h])

    async def _drop(self, places: Sequence[_Place]) -> None:
        live = [p.live for p in places if p.live is not None]
        for place in places:
            place.live = None
        self._live -= len(live)
        if live and not self._abandoned:
            try:
                await self.worker.release(live)
            except LeanProcessError as error:
                await self._lost(error)

    async def _trim(self) -> None:
        if self._live <= self.max_live:
            return
        alive = sorted((p for h, p in self._places.items() if h and p.live is not None), key=lambda p: p.used)
        await self._drop(alive[: len(alive) // 2])

    async def _lost(self, error: LeanProcessError) -> None:
        """Replaces the worker; every live state is gone."""
        self.losses += 1
        if self.losses > self.max_losses:
            raise error
        await self._replace()

    async def _replace(self) -> None:
        for place in self._places.values():
            place.live = None
        self._abandoned = False
        self.worker, root = await self.renew()
        self._places[0].live = root
        self._live = 1

    async def _state(self, handle: int) -> int:
        """The state's number on the worker, replayed from the nearest live state where need be."""
        while True:
            try:
                if self._abandoned:
                    await self._replace()
                return await self._replayed(handle)
            except LeanProcessError as error:
                if isinstance(error, ReplayDiffers):
                    raise
                await self._lost(error)

    async def _replayed(self, handle: int) -> int:
        path: list[int] = []
        at: int | None = handle
        while at is not None and self._places[at].live is None:
            path.append(at)
            at = self._places[at].parent
        for step in reversed(path):
            await self._replay(self._places[step])
        place = self._places[handle]
        self._clock += 1
        place.used = self._clock
        assert place.live is not None
        return place.live

    async def _replay(self, place: _Place) -> None:
        assert place.parent is not None
        before = self._places[place.parent].live
        assert before is not None
        self.replayed += 1
        fingerprint = ""
        if isinstance(place.step, str):
            outcomes = self.worker.apply(
                before, [place.step], heartbeats=_REPLAY_HEARTBEATS, wall_seconds=_REPLAY_SECONDS, avoid=self.avoid
            )
            async for _, outcome in outcomes:
                if isinstance(outcome, Progress):
                    place.live, fingerprint = outcome.handle, outcome.state.fingerprint
        else:
            place.live, state = await self.worker.focus(before, place.step)
            fingerprint = state.fingerprint
        if place.live is None or fingerprint != place.fingerprint:
            place.live = None
            raise ReplayDiffers("a tactic gave another state when it was run again")
        self._live += 1


class ReplayDiffers(LeanProcessError):
    """A tactic path did not lead to the same state again."""

    default_code = "replay_differs"
