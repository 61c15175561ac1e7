"""What the command gives the filler: the search at each hole, the ladder behind each verdict."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Sequence
from typing import Any

from prover.agent import Attempt, Observer, Solution
from prover.core.budget import Budget
from prover.core.verdict import Verdict
from prover.generate import Portfolio, TacticGenerator
from prover.lean import Pool, Worker
from prover.search import Statistics, WorkerRunner, search
from prover.verify import Ladder, Limits


def _silent(_kind: str, _payload: dict[str, Any]) -> None:
    pass


class SearchSolver:
    """Best-first search over a generator's candidates, by default the portfolio (no model)."""

    def __init__(self, observer: Observer = _silent, generator: TacticGenerator | None = None) -> None:
        self._observer = observer
        self._generator = generator or Portfolio()

    async def __call__(self, attempt: Attempt) -> Solution:
        """Searches at one hole until it is closed, its time is over or nothing is left to try."""

        async def renew() -> tuple[Worker, int]:
            worker = await attempt.bench.renew()
            number, _ = await worker.focus(attempt.reopen(), [0])
            return worker, number

        root, state = await attempt.bench.worker.focus(attempt.reopen(), [0])
        runner = WorkerRunner(attempt.bench.worker, root, state, renew, avoid=attempt.avoid)
        result = await search(runner, self._generator, budget=Budget(seconds=attempt.seconds), observer=self._observer)
        return Solution(result.script, result.stop, _counts(result.statistics, result.seconds))


def _counts(statistics: Statistics, seconds: float) -> dict[str, Any]:
    counts = dataclasses.asdict(statistics)
    rounded = {name: round(value, 3) if isinstance(value, float) else value for name, value in counts.items()}
    return {**rounded, "seconds": round(seconds, 3)}


class LadderJudge:
    """The verification ladder as the filler's judge. `seconds`: limit of one check, starts included."""

    def __init__(
        self, pool: Pool, *, seconds: float = 120.0, strict: bool = False, allowed_axioms: Collection[str] = ()
    ) -> None:
        self._ladder = Ladder(pool, foundation=pool.foundation)
        self._limits = Limits(seconds=seconds)
        self._strict = strict
        self._allowed = tuple(allowed_axioms)

    async def proofs(
        self, submission: str, reference: str, names: Sequence[str], filled: Sequence[str] = ()
    ) -> dict[str, Verdict]:
        return await self._ladder.check(
            submission,
            reference=reference,
            targets=names,
            strict=self._strict,
            preserve=True,
            filled=filled,
            allowed_axioms=self._allowed,
            limits=self._limits,
        )

    async def refutation(self, submission: str, reference: str, name: str, refutation: str) -> Verdict:
        return await self._ladder.check_refutation(
            submission,
            reference=reference,
            target=name,
            refutation=refutation,
            strict=self._strict,
            allowed_axioms=self._allowed,
            limits=self._limits,
        )
