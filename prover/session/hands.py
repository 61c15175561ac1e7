"""The states of a session as Lean has them: made when they are needed, again after a process was lost."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import TypeAlias

from prover.api import AsyncProver, OpenProof, OpenState
from prover.core.errors import Crashed, UserError
from prover.core.outcome import Lost, Progress, TacticOutcome
from prover.session.document import Document
from prover.session.proof_tree import Location, Move, moves_to, node_at
from prover.session.snapshot import Snapshot

#: Of a tactic that ran once within its limits; a fresh process may be slower.
_AGAIN_SECONDS = 120.0
_AGAIN_HEARTBEATS = 1_000_000
_TRIES = 2

#: What decides the environment of a part: the lemmas before it, and its own statement.
_Setting: TypeAlias = tuple[tuple[str, str, str], ...]


class Hands:
    """One Lean process at work on a session's document. `close` it in the end."""

    def __init__(self, prover: AsyncProver, document: Document) -> None:
        self._prover = prover
        self._document = document
        self._stack = AsyncExitStack()
        self._setting: _Setting | None = None
        self._proof: OpenProof | None = None
        self._states: dict[tuple[Move, ...], OpenState] = {}
        self._opening = asyncio.Lock()

    async def proof(self, snapshot: Snapshot) -> OpenProof:
        """The part that is worked on, open. Raises `UserError` where Lean does not take the text any more."""
        async with self._opening:
            return await self._opened(snapshot)

    async def state(self, snapshot: Snapshot, location: Location) -> OpenState:
        """The state of a node of the part that is worked on.

        Raises `UserError` (`replay_differs`) where a tactic that led there does something else than it did, and
        `LeanProcessError` where Lean is lost over it again and again.
        """
        async with self._opening:
            proof = await self._opened(snapshot)
            moves = moves_to(snapshot.part.tree, location)
            known = next(n for n in range(len(moves), -1, -1) if moves[:n] in self._states)
            state = self._states[moves[:known]]
            for number in range(known, len(moves)):
                state = await self._moved(proof, state, moves[number])
                self._states[moves[: number + 1]] = state
        wanted = node_at(snapshot.part.tree, location).state
        if [goal.target for goal in state.goals] != [goal.target for goal in wanted.goals]:
            raise UserError(
                "the tactics above leave other goals than they did", code="replay_differs", hint="undo, and go on there"
            )
        return state

    async def apply(
        self, snapshot: Snapshot, location: Location, tactic: str, *, seconds: float, heartbeats: int = 200_000
    ) -> TacticOutcome[OpenState]:
        """What becomes of a tactic at a node. Raises what `state` raises."""
        while True:
            state = await self.state(snapshot, location)
            try:
                (outcome,) = await state.apply(tactic, seconds=seconds, heartbeats=heartbeats)
            except Crashed as error:
                # Somebody who shares the process has turned to another part meanwhile.
                if error.code != "closed" or self._proof is state.proof:
                    raise
                continue
            if isinstance(outcome, Progress):
                self._keep(snapshot, location, tactic, outcome.handle)
            return outcome

    def _keep(self, snapshot: Snapshot, location: Location, tactic: str, left: OpenState) -> None:
        if left.proof is self._proof:
            self._states[(*moves_to(snapshot.part.tree, location), tactic)] = left

    async def close(self) -> None:
        """Gives the process back, once it has done what it is at."""
        proof, self._setting, self._proof = self._proof, None, None
        self._states.clear()
        if proof is not None:
            async with proof.lock:
                proof.closed = True
        await self._stack.aclose()

    async def _opened(self, snapshot: Snapshot) -> OpenProof:
        before = snapshot.parts[: snapshot.active]
        parts = snapshot.parts[: snapshot.active + 1]
        setting = tuple((part.name, part.signature, part.preface) for part in parts)
        if self._proof is not None and setting == self._setting:
            return self._proof
        await self.close()
        source, target = self._document.stating(before, snapshot.part)
        opened = self._prover.open(source, target, assume=[part.full for part in before])
        self._proof = await self._stack.enter_async_context(opened)
        self._states = {(): self._proof.root}
        self._setting = setting
        return self._proof

    async def _moved(self, proof: OpenProof, state: OpenState, move: Move) -> OpenState:
        if isinstance(move, tuple):
            return await state.focus(move)
        outcome = None
        for _ in range(_TRIES):
            (outcome,) = await state.apply(move, seconds=_AGAIN_SECONDS, heartbeats=_AGAIN_HEARTBEATS)
            if isinstance(outcome, Progress):
                return outcome.handle
            if not isinstance(outcome, Lost):
                break
        raise UserError(
            f"the tactic `{move}` worked before and does not now", code="replay_differs", hint="undo, and go on there"
        )
