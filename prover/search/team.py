"""Several runners at one goal: the tactics of different nodes run side by side."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic

from prover.core.cut import Cut
from prover.core.errors import ProtocolError
from prover.core.outcome import Progress, TacticOutcome
from prover.core.state import TacticState
from prover.search.recorded import do_again
from prover.search.runner import Handle, Runner


@dataclass(slots=True, eq=False)
class Shared(Generic[Handle]):
    """A state of a team: how it is reached, and its handle with each member that has been there."""

    state: TacticState
    parent: Shared[Handle] | None = None
    step: str | tuple[int, ...] = ""
    live: dict[int, Handle] = field(default_factory=dict[int, Handle])


class Team(Generic[Handle]):
    """A `Runner` made of others, each with a process of its own and the same goal; for `Settings.lanes` of as many.

    A tactic runs with a free member that has the state, else with a free one that makes it by the steps that lead
    there, else it waits. A member serves one call at a time.
    """

    def __init__(self, members: Sequence[Runner[Handle]]) -> None:
        self.members = tuple(members)
        #: Steps that were done a second time because another member had the state.
        self.repeated = 0
        self._locks = [asyncio.Lock() for _ in self.members]
        self._unused: list[list[Handle]] = [[] for _ in self.members]

    async def root(self) -> tuple[Shared[Handle], TacticState]:
        """The goal. Raises `ProtocolError` when the members do not have the same one."""
        roots = [await member.root() for member in self.members]
        state = roots[0][1]
        if any(other.fingerprint != state.fingerprint for _, other in roots):
            raise ProtocolError("the members of a team have different goals")
        return Shared(state, live={i: handle for i, (handle, _) in enumerate(roots)}), state

    def _choose(self, place: Shared[Handle]) -> int:
        """A member for the next call on a state: free and near it; where none is free, one that has it."""
        free = [i for i, lock in enumerate(self._locks) if not lock.locked()]
        return min(free or sorted(place.live) or range(len(self.members)), key=lambda i: (_missing(place, i), i))

    async def apply(
        self,
        handle: Shared[Handle],
        tactics: Sequence[str],
        *,
        heartbeats: int,
        wall_seconds: float,
        total_seconds: float | None = None,
        stop_at_solved: bool = True,
    ) -> AsyncIterator[tuple[int, TacticOutcome[Shared[Handle]]]]:
        who = self._choose(handle)
        async with self._locks[who]:
            live = await self._bring(handle, who)
            async for index, outcome in self.members[who].apply(
                live,
                tactics,
                heartbeats=heartbeats,
                wall_seconds=wall_seconds,
                total_seconds=total_seconds,
                stop_at_solved=stop_at_solved,
            ):
                if isinstance(outcome, Progress):
                    place = Shared(outcome.state, handle, tactics[index], {who: outcome.handle})
                    yield index, Progress(outcome.state, place, outcome.messages, outcome.cost, outcome.uses)
                else:
                    yield index, outcome

    async def focus(self, handle: Shared[Handle], goals: Sequence[int]) -> tuple[Shared[Handle], TacticState]:
        who = min(handle.live) if handle.live else self._choose(handle)
        async with self._locks[who]:
            live = await self._bring(handle, who)
            found, state = await self.members[who].focus(live, goals)
        return Shared(state, handle, tuple(goals), {who: found}), state

    async def cut(self, handle: Shared[Handle], script: str) -> Cut | None:
        who = min(handle.live) if handle.live else self._choose(handle)
        async with self._locks[who]:
            return await self.members[who].cut(await self._bring(handle, who), script)

    async def signatures(self, handle: Shared[Handle], names: Sequence[str]) -> Mapping[str, str]:
        who = min(handle.live) if handle.live else self._choose(handle)
        async with self._locks[who]:
            return await self.members[who].signatures(await self._bring(handle, who), names)

    async def release(self, handles: Sequence[Shared[Handle]]) -> None:
        """The states are given back when their member is next at work: nobody waits for one that is busy."""
        for place in handles:
            for who, live in place.live.items():
                self._unused[who].append(live)
            place.live = {}

    async def _bring(self, place: Shared[Handle], who: int) -> Handle:
        """The state's handle with a member, made there where need be."""
        unused, self._unused[who] = self._unused[who], []
        if unused:
            await self.members[who].release(unused)
        path: list[Shared[Handle]] = []
        at = place
        while who not in at.live:
            path.append(at)
            if at.parent is None:
                raise ProtocolError("the root of the search was given back")
            at = at.parent
        live = at.live[who]
        for step in reversed(path):
            self.repeated += 1
            live = step.live[who] = await do_again(self.members[who], live, step.step, step.state)
        return live


def _missing(place: Shared[Handle], who: int) -> int:
    """How many steps a member lacks to be at a state."""
    steps = 0
    at: Shared[Handle] | None = place
    while at is not None and who not in at.live:
        steps += 1
        at = at.parent
    return steps
