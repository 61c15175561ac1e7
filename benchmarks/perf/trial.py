"""One search at one statement, for the benchmarks that compare searches; and what such comparisons are judged by."""

from __future__ import annotations

import random
from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import Any

from prover.core.budget import Budget
from prover.generate import TacticGenerator
from prover.lean import Pool, Worker
from prover.search import (
    BreadthFirst,
    Expansion,
    Journal,
    SearchResult,
    Settings,
    WorkerRunner,
    search_on_record,
)


class RootOnly(BreadthFirst[Any]):
    """A frontier on which nothing but the statement itself is ever worked on."""

    def observe(self, expansion: Expansion[Any]) -> None:
        if expansion.node is self.graph.root and expansion.again:
            super().observe(Expansion(expansion.node, again=True))


async def trial(
    pool: Pool,
    text: str,
    generator: TacticGenerator,
    budget: Budget,
    settings: Settings,
    *,
    journal: Journal | None = None,
    record_candidates: bool = False,
    **others: Any,
) -> SearchResult:
    """A search at the one hole of a file without imports; `others` as for `search`. `journal`: else one in memory.

    Raises `ValueError` where the file has not one hole, `LeanProcessError` where Lean cannot be had.
    """
    lease = AsyncExitStack()

    async def opened() -> tuple[Worker, Any]:
        await lease.aclose()
        worker = await lease.enter_async_context(pool.lease(["Init"]))
        elaborated = await worker.elaborate(worker.env, text, holes=True, wall_seconds=120)
        if len(elaborated.holes) != 1:
            raise ValueError(f"no statement: {[m.text for m in elaborated.messages][:2]}")
        return worker, elaborated.holes[0]

    async def renew() -> tuple[Worker, int]:
        worker, hole = await opened()
        return worker, hole.state

    async with lease:
        worker, hole = await opened()
        runner = WorkerRunner(worker, hole.state, hole.goals, renew)
        # On record: what was tried is not run again when the proof is made shorter.
        return await search_on_record(
            (journal or Journal()).chapter("trial"),
            runner,
            generator,
            budget=budget,
            settings=settings,
            record_candidates=record_candidates,
            **others,
        )


def interval(values: Sequence[int], draws: int = 10_000) -> tuple[int, int]:
    """95 % bootstrap interval of a sum over statements."""
    chance = random.Random(0)
    sums = sorted(sum(chance.choices(values, k=len(values))) for _ in range(draws))
    return sums[int(0.025 * draws)], sums[int(0.975 * draws)]
