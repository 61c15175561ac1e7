"""Runner and generator that answer from a record as far as it goes, and go on live from there."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic

from prover.core.candidate import Candidate
from prover.core.cut import Cut
from prover.core.outcome import Progress, Solved, TacticOutcome
from prover.core.state import TacticState
from prover.generate import Request, TacticGenerator, reads_premises
from prover.search.replies import Focused, ModelCall, Replies, ScriptCut, Signatures, StateSeen, as_call
from prover.search.runner import Handle, Runner
from prover.search.worker_runner import ReplayDiffers

#: Limits for doing a recorded step again: what ran within its limits once may be slower now.
_AGAIN_HEARTBEATS = 1_000_000
_AGAIN_SECONDS = 60.0

#: Takes an event to be written down.
Record = Callable[[object], None]


@dataclass(slots=True, eq=False)
class Place(Generic[Handle]):
    """A state and the way to it. `live`: its handle with the live runner, None while nobody needed it there."""

    state: TacticState
    parent: Place[Handle] | None
    step: str | tuple[int, ...]
    live: Handle | None


class RecordedRunner(Generic[Handle]):
    """A `Runner` in front of another. What `replies` knows is answered without it, the rest is asked and recorded.

    A state known only from the record is brought to life, by its tactics, when something new is to be tried on it.
    Raises `ReplayDiffers` (a `LeanProcessError`) when they lead elsewhere now.
    """

    def __init__(self, inner: Runner[Handle], replies: Replies, record: Record) -> None:
        self.inner = inner
        self.replies = replies
        self.record = record
        #: Tactics that were really run.
        self.asked = 0

    async def root(self) -> tuple[Place[Handle], TacticState]:
        handle, state = await self.inner.root()
        self._saw(state)
        return Place(state, None, "", handle), state

    def _saw(self, state: TacticState) -> None:
        if not self.replies.knows(state):
            self._note(StateSeen(state))

    def _note(self, event: object) -> None:
        self.replies.take(event)
        self.record(event)

    async def apply(
        self,
        handle: Place[Handle],
        tactics: Sequence[str],
        *,
        heartbeats: int,
        wall_seconds: float,
        total_seconds: float | None = None,
        stop_at_solved: bool = True,
    ) -> AsyncIterator[tuple[int, TacticOutcome[Place[Handle]]]]:
        began = time.monotonic()
        at = 0
        while at < len(tactics):
            outcome = self._known(handle, tactics[at], heartbeats, wall_seconds)
            if outcome is not None:
                yield at, outcome
                at += 1
                if stop_at_solved and isinstance(outcome, Solved):
                    return
                continue
            end = at + 1
            while end < len(tactics) and self._known(handle, tactics[end], heartbeats, wall_seconds) is None:
                end += 1
            left = None if total_seconds is None else total_seconds - (time.monotonic() - began)
            if left is not None and at and left <= 0:
                return
            live = await self._live(handle)
            reached = at
            async for index, answer in self.inner.apply(
                live,
                tactics[at:end],
                heartbeats=heartbeats,
                wall_seconds=wall_seconds,
                total_seconds=left,
                stop_at_solved=stop_at_solved,
            ):
                reached += 1
                yield at + index, self._heard(handle, tactics[at + index], heartbeats, wall_seconds, answer)
                if stop_at_solved and isinstance(answer, Solved):
                    end = len(tactics)
            if reached < end:
                # Solved, or out of time.
                return
            at = end

    def _heard(
        self,
        handle: Place[Handle],
        tactic: str,
        heartbeats: int,
        wall_seconds: float,
        outcome: TacticOutcome[Handle],
    ) -> TacticOutcome[Place[Handle]]:
        """Notes a new answer, and gives it with a handle of this runner."""
        self.asked += 1
        if isinstance(outcome, Progress):
            self._saw(outcome.state)
        call = as_call(handle.state.fingerprint, tactic, heartbeats, wall_seconds, outcome)
        if call is not None:
            self._note(call)
        return _placed(handle, tactic, outcome)

    def _known(
        self, place: Place[Handle], tactic: str, heartbeats: int, wall_seconds: float
    ) -> TacticOutcome[Place[Handle]] | None:
        fingerprint = place.state.fingerprint
        found = self.replies.outcome(fingerprint, tactic, heartbeats, wall_seconds)
        if isinstance(found, TacticState):
            cost = self.replies.cost(fingerprint, tactic, heartbeats)
            uses = self.replies.uses(fingerprint, tactic, heartbeats)
            return Progress(found, Place[Handle](found, place, tactic, None), (), cost, uses)
        return found

    async def focus(self, handle: Place[Handle], goals: Sequence[int]) -> tuple[Place[Handle], TacticState]:
        chosen = tuple(goals)
        state = self.replies.focused(handle.state.fingerprint, chosen)
        live: Handle | None = None
        if state is None:
            live, state = await self.inner.focus(await self._live(handle), chosen)
            self._saw(state)
            self._note(Focused(handle.state.fingerprint, chosen, state.fingerprint))
        return Place(state, handle, chosen, live), state

    async def cut(self, handle: Place[Handle], script: str) -> Cut | None:
        fingerprint = handle.state.fingerprint
        known = self.replies.cut(fingerprint, script)
        if known is None:
            known = ScriptCut(fingerprint, script, await self.inner.cut(await self._live(handle), script))
            self._note(known)
        return known.cut

    async def signatures(self, handle: Place[Handle], names: Sequence[str]) -> Mapping[str, str]:
        new = [name for name in names if name not in self.replies.signatures]
        if new:
            found = await self.inner.signatures(await self._live(handle), new)
            self._note(Signatures({name: found.get(name, "") for name in new}))
        known = {name: self.replies.signatures[name] for name in names}
        return {name: statement for name, statement in known.items() if statement}

    async def release(self, handles: Sequence[Place[Handle]]) -> None:
        live = [place.live for place in handles if place.live is not None]
        for place in handles:
            place.live = None
        if live:
            await self.inner.release(live)

    async def _live(self, place: Place[Handle]) -> Handle:
        """The state's handle with the live runner, made by the steps that led to it where there is none."""
        path: list[Place[Handle]] = []
        at: Place[Handle] | None = place
        while at is not None and at.live is None:
            path.append(at)
            at = at.parent
        if at is None or at.live is None:
            raise ReplayDiffers("the root of the search was given back")
        live = at.live
        for step in reversed(path):
            live = step.live = await do_again(self.inner, live, step.step, step.state)
        return live


async def do_again(runner: Runner[Handle], before: Handle, step: str | tuple[int, ...], state: TacticState) -> Handle:
    """Does a step (a tactic, or a choice of goals) again on `before`; it must lead to `state`."""
    if isinstance(step, tuple):
        found, reached = await runner.focus(before, step)
        if reached.fingerprint == state.fingerprint:
            return found
        raise ReplayDiffers("a choice of goals gave another state when it was made again")
    left: Handle | None = None
    async for _, outcome in runner.apply(before, [step], heartbeats=_AGAIN_HEARTBEATS, wall_seconds=_AGAIN_SECONDS):
        if isinstance(outcome, Progress) and outcome.state.fingerprint == state.fingerprint:
            left = outcome.handle
    if left is None:
        raise ReplayDiffers("a tactic gave another state when it was run again")
    return left


def _placed(parent: Place[Handle], tactic: str, outcome: TacticOutcome[Handle]) -> TacticOutcome[Place[Handle]]:
    if not isinstance(outcome, Progress):
        return outcome
    place = Place(outcome.state, parent, tactic, outcome.handle)
    return Progress(outcome.state, place, outcome.messages, outcome.cost, outcome.uses)


class RecordedGenerator:
    """A generator in front of another: a request that was answered before gets the same answer."""

    def __init__(self, inner: TacticGenerator, replies: Replies, record: Record) -> None:
        self.inner = inner
        self.replies = replies
        self.record = record

    @property
    def reads_premises(self) -> bool:
        return reads_premises(self.inner)

    async def generate(self, requests: Sequence[Request]) -> list[list[Candidate]]:
        known = [self.replies.candidates(r.state.fingerprint, r.draw) for r in requests]
        new = [r for r, answer in zip(requests, known, strict=True) if answer is None]
        began = time.monotonic()
        answers = iter(await self.inner.generate(new) if new else [])
        seconds = time.monotonic() - began
        found: list[list[Candidate]] = []
        for request, answer in zip(requests, known, strict=True):
            if answer is None:
                answer = next(answers)
                event = ModelCall(request.state.fingerprint, request.draw, tuple(answer), seconds)
                self.replies.take(event)
                self.record(event)
            found.append(answer)
        return found
