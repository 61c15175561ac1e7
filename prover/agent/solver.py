"""Tactic search as what closes a goal."""

from __future__ import annotations

import dataclasses
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

from prover.agent.attempt import Attempt, Solution
from prover.agent.judging import Observer
from prover.agent.tactic_model import TacticModel
from prover.core.budget import Budget
from prover.core.errors import ModelError
from prover.generate import Member, Mixture, Portfolio, TacticGenerator, imports_mathlib
from prover.lean import Worker
from prover.lean.theorems import own_theorems
from prover.retrieve import Index, Shelf
from prover.search import Journal, Settings, WorkerRunner, search_on_record
from prover.search.settings import Retrieve, nothing

#: How a search goes that only the portfolio feeds: it has said everything the first time.
PORTFOLIO = Settings(draws=1)


def _silent(_kind: str, _payload: dict[str, Any]) -> None:
    pass


class SearchSolver:
    """Search over the portfolio's candidates, with Mathlib's tactics for files that import Mathlib, and over those of a
    `model` where there is one; or over those of `generator` alone.

    `budget`: what a search may use beside its time.
    `frontier`: a name in `FRONTIERS`. `journal`: what searches learn, and how far they had come; by default one in
    memory, so that a second search at a goal goes on where the first one ended.
    `avoid`: constants that no proof may use, beside those an attempt names. `index`: the theorems of the file's
    imports, offered to the generator together with the file's own that stand before the goal; None: none are offered.
    """

    def __init__(
        self,
        observer: Observer = _silent,
        generator: TacticGenerator | None = None,
        *,
        frontier: str = "best",
        journal: Journal | None = None,
        avoid: Sequence[str] = (),
        index: Index | None = None,
        model: TacticModel | None = None,
        budget: Budget | None = None,
    ) -> None:
        self._model = model
        self._budget = budget or Budget()
        self._index = index
        self._avoid = tuple(avoid)
        self._observer = observer
        self._generator = generator
        self._frontier = frontier
        self._journal = journal or Journal()

    async def __call__(self, attempt: Attempt) -> Solution:
        """Searches at one hole until it is closed, its time is over or nothing is left to try."""
        chapter = self._journal.chapter(attempt.name)
        if chapter.outcome is not None:
            known = chapter.outcome
            return Solution(known.script, known.stop, _rounded(known.statistics), known.first_script)

        async def renew() -> tuple[Worker, int]:
            worker = await attempt.bench.renew()
            number, _ = await worker.focus(attempt.reopen(), [0])
            return worker, number

        root, state = await attempt.bench.worker.focus(attempt.reopen(), [0])
        avoid = (*attempt.avoid, *self._avoid)
        shelf = await self._shelf(attempt, avoid)
        runner = WorkerRunner(attempt.bench.worker, root, state, renew, avoid=avoid)
        with self._proposers(attempt) as generator:
            result = await search_on_record(
                chapter,
                runner,
                generator,
                avoid=avoid,
                refuting=attempt.refuting,
                record_candidates=not isinstance(generator, Portfolio),
                budget=dataclasses.replace(self._budget, seconds=attempt.seconds),
                settings=PORTFOLIO if self._model is None else self._model.settings,
                theorem=attempt.theorem,
                frontier=self._frontier,
                retrieve=shelf,
                observer=self._observer,
            )
        counts = dataclasses.asdict(result.statistics) | {"seconds": result.seconds}
        first = None if result.first_script == result.script else result.first_script
        return Solution(result.script, result.stop, _rounded(counts), first)

    @contextmanager
    def _proposers(self, attempt: Attempt) -> Generator[TacticGenerator]:
        """Who proposes tactics at this goal."""
        portfolio = Portfolio(mathlib=imports_mathlib(attempt.bench.worker.header))
        if self._generator is not None:
            yield self._generator
        elif self._model is None:
            yield portfolio
        else:
            with self._model.generator() as asked:
                trouble = partial(self._model_failed, attempt)
                only = self._model.choice.only
                yield asked if only else Mixture([Member(portfolio), Member(asked)], trouble=trouble)

    def _model_failed(self, attempt: Attempt, error: ModelError) -> None:
        self._observer("ModelFailed", {"name": attempt.name, "code": error.code, "message": error.message})

    async def _shelf(self, attempt: Attempt, avoid: Sequence[str]) -> Retrieve:
        if self._index is None:
            return nothing
        own = await own_theorems(attempt.bench.worker, attempt.before())
        return Shelf(self._index, own, avoid=avoid)


def _rounded(counts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: round(value, 3) if isinstance(value, float) else value for name, value in counts.items()}
