"""The place of a lemma, for a model to try things out: texts looked at, goals shown, tactics run. Nothing counts."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from prover.agent.leap.brief import Brief
from prover.agent.leap.draft import Draft, Piece
from prover.agent.leap.look import Complaint, Look, complaints_in, look
from prover.agent.leap.naming import mentions
from prover.agent.leap.stage import closed, strictly
from prover.core.errors import LeanProcessError
from prover.core.outcome import Lost, Progress, TacticOutcome
from prover.core.state import TacticState
from prover.generate.commands import commands, without_imports
from prover.lean import Pool, Worker
from prover.lean.elaboration import Elaboration
from prover.verify.policy import Allowance, runs_code

_CODE = "code"


@dataclass(frozen=True, slots=True)
class Opened:
    """A proof of the statement, elaborated: the goals at its `sorry`s, each with its live state; complaints about the
    proof."""

    worker: Worker
    holes: tuple[tuple[int, TacticState], ...]
    complaints: tuple[Complaint, ...]


class Bench:
    """A lemma's place, with what the brief offers. `seconds`: limit of one look. `allowed`: what the user's own file
    contains."""

    def __init__(
        self,
        pool: Pool,
        brief: Brief,
        *,
        seconds: float = 30.0,
        allowed: Allowance | None = None,
        strict_names: bool = True,
    ) -> None:
        self.pool = pool
        self.brief = brief
        self.seconds = seconds
        self._allowed = allowed
        self._before = strictly(brief.before) if strict_names else brief.before

    async def look(self, code: str) -> Look:
        """What Lean says of declarations; tactic lines alone are taken for a proof of the statement. Raises
        `LeanProcessError`."""
        code = without_imports(code)
        text = code if commands(code) else self._proof(code)
        return await look(self.pool, self._draft(text), seconds=self.seconds, allowed=self._allowed)

    @asynccontextmanager
    async def opened(self, proof: str) -> AsyncGenerator[Opened]:
        """A proof with `sorry` in some places, its goals there live while the context lasts. Raises
        `LeanProcessError`."""
        draft = self._draft(self._proof(proof))
        text = draft.text
        header = await self.pool.read_header(text)
        async with self.pool.lease(header.modules) as worker:
            worker.clean = False
            found = await worker.elaborate(
                worker.env, text, start=header.end, holes=True, constructs=True, wall_seconds=self.seconds
            )
            if runs_code(found.commands, text):
                worker.discard()
            states = [hole.state for hole in found.holes if hole.state is not None]
            environments = sorted({hole.before for hole in found.holes if hole.before})
            try:
                yield Opened(worker, _holes(found, draft), complaints_in(found, draft))
            finally:
                if worker.alive:
                    await worker.release(states, environments)

    async def run(
        self, opened: Opened, tactics: Sequence[str], *, seconds: float, heartbeats: int = 200_000
    ) -> list[TacticOutcome[int] | None]:
        """What becomes of tactics on the first goal; None for those that there was no time for. One that costs the
        process is `Lost`, and those after it are not tried."""
        outcomes: list[TacticOutcome[int] | None] = [None] * len(tactics)
        try:
            async for index, outcome in opened.worker.apply(
                opened.holes[0][0],
                tactics,
                heartbeats=heartbeats,
                wall_seconds=seconds,
                total_seconds=self.seconds,
                stop_at_solved=False,
            ):
                outcomes[index] = outcome
        except LeanProcessError as error:
            if error.index is not None:
                outcomes[error.index] = Lost(error.code)
        left = [outcome.handle for outcome in outcomes if isinstance(outcome, Progress)]
        if left and opened.worker.alive:
            await opened.worker.release(left)
        return outcomes

    def _proof(self, proof: str) -> str:
        return closed(self.brief.statement.text, proof)

    def _draft(self, code: str) -> Draft:
        """With those lemmas before the code that it mentions and does not state itself."""
        stated = {command.name for command in commands(code)}
        lemmas = [
            Piece(known.name, closed(known.text, "sorry"))
            for known in self.brief.lemmas
            if known.name not in stated and mentions(code, known.name)
        ]
        return Draft.of(self._before, [Piece("definitions", self.brief.definitions), *lemmas, Piece(_CODE, code)])


def _holes(found: Elaboration, draft: Draft) -> tuple[tuple[int, TacticState], ...]:
    data = draft.text.encode()
    kept: list[tuple[int, TacticState]] = []
    for hole in found.holes:
        if hole.span is None or hole.state is None or hole.goals is None:
            continue
        piece, _ = draft.place(data[: hole.span.start].count(b"\n") + 1)
        if piece == _CODE:
            kept.append((hole.state, hole.goals))
    return tuple(kept)
