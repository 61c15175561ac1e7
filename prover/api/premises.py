"""Theorems that may help with a goal, or that some words describe, among those a file can use."""

from __future__ import annotations

from dataclasses import dataclass

from prover.api.opening import Progress, silent
from prover.api.statement import read_goal
from prover.api.workplace import Workplace
from prover.core.state import Goal
from prover.lean.source import SourceFile
from prover.lean.theorems import own_theorems
from prover.retrieve import Found, Query, Shelf

_ELABORATE_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class FoundPremises:
    """`goal`: the query as Lean read it; None where it was taken as words. `found`: best first. `statements`: as Lean
    prints them, by name; not all can be printed."""

    goal: Goal | None
    found: list[Found]
    statements: dict[str, str]


async def find_premises(
    place: Workplace, query: str, source: SourceFile, *, k: int = 16, progress: Progress = silent
) -> FoundPremises:
    """The `k` theorems that suit `query` best, of what `source` imports and proves; names are read as at its end.

    What Lean reads as a statement is compared by its constants, anything else by its words.
    """
    header = await place.pool.read_header(source.text)
    index = await place.index(header.modules, progress=progress)
    async with place.pool.lease(header.modules) as worker:
        worker.clean = False
        file = await worker.elaborate(
            worker.env, source.text, start=header.end, keep=True, wall_seconds=_ELABORATE_SECONDS
        )
        goal = await read_goal(worker, file.env, query)
        asked = Query.of_words(query) if goal is None else Query.of_goal(goal)
        found = Shelf(index, await own_theorems(worker, file.env)).find(asked, k, own=k)
        statements = await worker.signatures([f.premise.name for f in found], env=file.env, seconds=_ELABORATE_SECONDS)
        return FoundPremises(goal, found, dict(statements))
