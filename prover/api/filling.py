"""The holes of a file filled in a workplace: by search, or by an agent, as it was asked for."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

from prover.agent import FileResult, Observer, Target
from prover.agent.fill import fill
from prover.agent.solver import SearchSolver
from prover.agent.workbench import read_header
from prover.api.frozen import require_frozen
from prover.api.lite import founded_on
from prover.api.models import NO_MODELS, Models
from prover.api.opening import Progress, silent
from prover.api.options import DEFAULT, ProveOptions
from prover.api.record import Record, RunRecord
from prover.api.workplace import Workplace
from prover.core.budget import Budget
from prover.core.errors import LeanProcessError
from prover.lean.source import SourceFile
from prover.retrieve import Index


def _unseen(_kind: str, _payload: dict[str, Any]) -> None:
    pass


async def fill_in(
    place: Workplace,
    source: SourceFile,
    target: Target,
    options: ProveOptions = DEFAULT,
    models: Models = NO_MODELS,
    *,
    show: Observer = _unseen,
    record: Record | None = None,
    stop: asyncio.Event | None = None,
    progress: Progress = silent,
) -> FileResult:
    """Fills the chosen holes of `source` and says of each target what is known, as `prover.agent.fill` does.

    `show` is told of every event, those inside searches too; `record` keeps the run's own, and what its searches
    learn. `stop`, once set, ends the work and keeps what was found. Raises `UserError` for a file or target that
    cannot be worked on, and for one whose frozen statements are others now (`statement_changed`).
    """
    stop = stop or asyncio.Event()

    def observe(kind: str, payload: dict[str, Any]) -> None:
        show(kind, payload)
        if record is not None:
            record.observe(kind, payload)

    await require_frozen(place.pool, source, readable=place.verifies)
    foundation = None if place.foundation is None else await founded_on(place.pool, source)
    solver = partial(
        SearchSolver,
        show,
        avoid=() if options.assume_open else place.unusable(),
        frontier=options.frontier,
        journal=None if record is None else record.journal,
        index=await _theorems(place, source, show, progress) if options.premises and place.verifies else None,
    )
    if models.plans and models.roles is not None:
        from prover.agent.leap.events import PLAN
        from prover.agent.leap.plan import Plan
        from prover.agent.leap.role_models import fill_with_agent

        plan = Plan(None if record is None else record.recorder(PLAN))
        plan.take([] if record is None else record.past(PLAN))
        solvers = solver(), solver(model=models.tactic)
        result = await fill_with_agent(
            models.roles, models.agent, source, target, place.pool, solvers, place.judge,
            options.budget, jobs=options.jobs, depth=options.depth, observe=observe, plan=plan,
            folder=record.folder.path if isinstance(record, RunRecord) else None, stop=stop,
        )  # fmt: skip
    else:
        solve = solver(model=models.tactic, budget=Budget(tokens=options.tokens, money=options.money))
        filling = options.filling(refutes=place.verifies)
        result = await fill(source, target, place.pool, solve, place.judge, filling, observe, stop)
    result.foundation = foundation
    return result


async def _theorems(place: Workplace, source: SourceFile, show: Observer, progress: Progress) -> Index | None:
    """The index of what a file imports; None where Lean is lost over it."""
    header = await read_header(place.pool, source)
    try:
        return await place.index(header.modules, progress=progress)
    except LeanProcessError as error:
        show("PremisesUnavailable", {"code": error.code, "message": error.message})
        return None
