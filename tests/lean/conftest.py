"""One warm pool for every test with a real Lean: a cold start costs seconds and most of a gigabyte."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any

import pytest

from prover.agent import Attempt, FileResult, FillOptions, Solution, Target
from prover.agent.fill import fill
from prover.agent.ladder_judge import LadderJudge
from prover.core.outcome import Progress, Solved, TacticOutcome
from prover.lean import LeanEngine, Pool, PoolLimits
from prover.lean.embedded import EmbeddedEngine
from prover.lean.source import SourceFile


@pytest.fixture(scope="session")
def engine(embedded: EmbeddedEngine) -> LeanEngine:
    return embedded


@pytest.fixture(scope="session")
async def pool(engine: LeanEngine) -> AsyncIterator[Pool]:
    async with Pool(engine, PoolLimits(size=3, spares=0)) as shared:
        yield shared


class Scripted:
    """A solver that tries fixed tactics on each goal, and remembers what it tried on which target."""

    def __init__(self, tactics: Sequence[str]) -> None:
        self.tactics = list(tactics)
        self.outcomes: list[tuple[str, str, TacticOutcome[int]]] = []

    async def __call__(self, attempt: Attempt) -> Solution:
        states: list[int] = []
        found: str | None = None
        worker = attempt.bench.worker
        async for index, outcome in worker.apply(
            attempt.reopen(), self.tactics, avoid=attempt.avoid, wall_seconds=20, total_seconds=attempt.seconds
        ):
            self.outcomes.append((attempt.name, self.tactics[index], outcome))
            if isinstance(outcome, Progress):
                states.append(outcome.handle)
            if isinstance(outcome, Solved):
                found = self.tactics[index]
        await worker.release(states)
        return Solution(found, "found" if found else "exhausted")


class Filling:
    """Fills the holes of a text with scripted tactics and the real ladder; keeps what the last run gave."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        self.judge = LadderJudge(pool)
        self.solver = Scripted(())
        self.result: FileResult

    async def __call__(self, text: str | bytes, *tactics: str, target: str = "", **options: Any) -> FileResult:
        data = text if isinstance(text, bytes) else text.encode()
        self.solver = Scripted(tactics)
        self.result = await fill(
            SourceFile("t.lean", data),
            Target.parse(f"t.lean{target}"),
            self.pool,
            self.solver,
            self.judge,
            FillOptions(**{"seconds": 30.0, **options}),
        )
        return self.result

    @property
    def codes(self) -> dict[str, str]:
        """Each target's verdict code; of a bad target, what is bad about it."""
        return {t.name: getattr(t.verdict, "what", "") or t.verdict.code for t in self.result.targets}

    @property
    def text(self) -> str:
        return self.result.filled.text


@pytest.fixture
def filling(pool: Pool) -> Filling:
    return Filling(pool)


@pytest.fixture
async def opened(pool: Pool) -> AsyncIterator[Callable[[str], Awaitable[list[str]]]]:
    """The holes of a text as `NAME: HYPOTHESES ⊢ TARGET`, in the order Lean met them."""

    async def holes(text: str) -> list[str]:
        async with pool.lease(["Init"]) as worker:
            header = await worker.read_header(text)
            found = await worker.elaborate(worker.env, text, start=header.end, holes=True)
            shown: list[str] = []
            for hole in found.holes:
                assert hole.goals is not None, hole.problem
                for goal in hole.goals.goals:
                    hypotheses = "".join(f"{h.name} " for h in goal.hypotheses)
                    shown.append(f"{hole.declaration}: {hypotheses}⊢ {goal.target}")
            await worker.release([h.state for h in found.holes if h.state is not None])
            return shown

    yield holes
