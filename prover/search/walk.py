"""A script that does not close a goal in one piece, gone through step by step: its good part is worth keeping.

After the truncate-and-resume of DeepSeek-Prover-V1.5 (arXiv 2408.08152, section 3), which cuts a script at the first
tactic that fails. Here a failure ends the goal it is about, and the rest of the script goes on with the other goals.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic

from prover.core.candidate import Candidate
from prover.core.cut import ScriptStep
from prover.core.outcome import Progress, Rejected, Solved
from prover.core.state import TacticState
from prover.search.arrangement import Arrangement, arrangement, of_case
from prover.search.node import Node
from prover.search.reply import Origin, Reply
from prover.search.runner import Handle, Runner

#: Steps of one script that are run.
MAX_STEPS = 64

#: Runs a candidate on a state; None when there is no time for it.
Attempt = Callable[[Candidate, Handle, Origin], Awaitable[Reply[Handle] | None]]


@dataclass(frozen=True, slots=True)
class Spot(Generic[Handle]):
    """Where a script stands: a state whose first goal it is about next."""

    state: TacticState
    handle: Handle
    origin: Origin


class Walk(Generic[Handle]):
    """Goes through scripts for `node`. Every step that is run becomes a reply in `replies`.

    A step is run as it is written. Where it fails and has blocks, they are left open, and each is gone through on its
    own goal. The steps that two scripts begin with are run once. At most `MAX_STEPS` steps of a script are run, and no
    more once they took `heartbeats` (unit of `maxHeartbeats`).
    """

    def __init__(
        self,
        runner: Runner[Handle],
        node: Node[Handle],
        replies: list[Reply[Handle]],
        attempt: Attempt[Handle],
        heartbeats: int,
    ) -> None:
        self._runner = runner
        self._start = Spot(node.state, node.handle, Origin())
        self._replies = replies
        self._attempt = attempt
        self._heartbeats = heartbeats
        self._known = {(node.state.fingerprint, reply.candidate.text): i for i, reply in enumerate(replies)}
        self._script: Candidate
        self._characters = 1
        self._steps = 0
        self._left = 0
        self._closed = True

    async def script(self, script: Candidate) -> bool:
        """Goes through one script; whether its steps closed every goal."""
        cut = await self._runner.cut(self._start.handle, script.text)
        if cut is None:
            return False
        self._script, self._characters = script, max(1, _visible(script.text))
        self._steps, self._left, self._closed = MAX_STEPS, self._heartbeats, True
        left = await self._sequence(cut.steps, [self._start])
        return self._closed and not left and not cut.problem

    async def _sequence(
        self, steps: Sequence[ScriptStep], spots: list[Spot[Handle]], others: int = 0
    ) -> list[Spot[Handle]]:
        """Runs steps in turn until one fails; gives the spots that are left. `others`: goals among these that the steps
        are not about."""
        for step in steps:
            if _goals(spots) <= others:
                return spots
            after = await self._step(step, spots)
            if after is None:
                self._closed = False
                return []
            spots = after
        if _goals(spots) > others:
            self._closed = False
        return spots

    async def _step(self, step: ScriptStep, spots: list[Spot[Handle]]) -> list[Spot[Handle]] | None:
        """The spots after a step, None where it fails."""
        if step.kind in ("focus", "case"):
            return await self._focused(step, spots)
        if step.kind in ("every", "any"):
            after: list[Spot[Handle]] = []
            for spot in spots:
                left = await self._run(step.text, spot)
                if left is None and step.kind == "every":
                    self._closed = False
                after += ([spot] if step.kind == "any" else []) if left is None else left
            return after
        first, *others = spots
        left = await self._run(step.text, first)
        if left is None and step.blocks:
            left = await self._opened(step, first)
        return None if left is None else [*left, *others]

    async def _focused(self, step: ScriptStep, spots: list[Spot[Handle]]) -> list[Spot[Handle]] | None:
        """A block about one of the goals. When it fails, the others go on."""
        (block,) = step.blocks
        at = of_case(block.case, [spot.state.goals[0] for spot in spots]) if step.kind == "case" else 0
        if at is None:
            return None
        spot = spots[at]
        coupled = len(spot.state.goals) - 1
        inside = [spot] if not step.head else await self._run(step.head, spot)
        left = [] if inside is None else await self._sequence(block.steps, inside, coupled)
        if inside is None or _goals(left) > coupled:
            self._closed, left = False, []
        return [*spots[:at], *left, *spots[at + 1 :]]

    async def _opened(self, step: ScriptStep, spot: Spot[Handle]) -> list[Spot[Handle]] | None:
        """A step whose blocks do not all work: each is gone through on its own; gives where the script goes on."""
        number = await self._reply(step.head, spot)
        if number is None:
            return None
        outcome = self._replies[number].outcome
        if not isinstance(outcome, Progress):
            return None
        places = arrangement(step, spot.state, outcome.state)
        if places is None:
            return None
        for block, goal in zip(step.blocks, places.blocks, strict=True):
            found = self._child(number, goal)
            if found is None:
                self._closed = False
            else:
                await self._sequence(block.steps, [found], len(found.state.goals) - 1)
        return self._going_on(number, places)

    def _child(self, number: int, goal: int) -> Spot[Handle] | None:
        """Where a goal stands that a reply left, if a tactic there is about it."""
        for i, child in enumerate(self._replies[number].children):
            if child.part[0] == goal:
                return Spot(child.state, child.handle, Origin(number, i))
        return None

    def _going_on(self, number: int, places: Arrangement) -> list[Spot[Handle]]:
        return [spot for goal in places.rest if (spot := self._child(number, goal)) is not None]

    async def _run(self, text: str, spot: Spot[Handle]) -> list[Spot[Handle]] | None:
        """The goals that a step leaves, None where it fails or has no text."""
        number = await self._reply(text, spot) if text else None
        if number is None:
            return None
        reply = self._replies[number]
        if isinstance(reply.outcome, Solved):
            return []
        if not isinstance(reply.outcome, Progress):
            return None
        return [Spot(child.state, child.handle, Origin(number, i)) for i, child in enumerate(reply.children)]

    async def _reply(self, text: str, spot: Spot[Handle]) -> int | None:
        """The number of the reply to a step; None when there is no more of time, steps or heartbeats."""
        key = spot.state.fingerprint, text
        if key not in self._known:
            if self._steps <= 0 or self._left <= 0:
                return None
            share = self._script.log_probability * min(1.0, _visible(text) / self._characters)
            step = Candidate(text, share, self._script.source)
            reply = await self._attempt(step, spot.handle, spot.origin)
            if reply is None:
                self._steps = 0
                return None
            self._steps -= 1
            if not isinstance(reply.outcome, Rejected):
                self._left -= reply.outcome.cost.heartbeats
            self._known[key] = len(self._replies)
            self._replies.append(reply)
        return self._known[key]


def _goals(spots: Sequence[Spot[Handle]]) -> int:
    return sum(len(spot.state.goals) for spot in spots)


def _visible(text: str) -> int:
    """Characters, blanks left out."""
    return len("".join(text.split()))
