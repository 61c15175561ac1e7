"""Many problems in words: drafted, examined, disproved where they are false, compared, and kept or not, each with the
reason (the pipeline of FormalMATH, Yu et al. 2025: several drafts, filters, disproof by negation)."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from prover.api.workplace import Workplace
from prover.core.errors import LeanProcessError, ModelError
from prover.core.together import together, unless
from prover.formalize.agreement import Agreement
from prover.formalize.draft import Draft
from prover.formalize.equivalence import compare
from prover.formalize.fidelity import FidelityLimits, examine
from prover.formalize.informal import InformalProblem
from prover.formalize.ledger import Ledger
from prover.formalize.outcome import DraftOutcome, Outcome, Stage, draft_outcome

#: Asked for words, a context and a number; gives drafts that begin with that context.
Drafting = Callable[[str, str, int], Awaitable[Sequence[Draft]]]


@dataclass(frozen=True, slots=True)
class Opinion:
    """What somebody who reads a statement back says of it beside the words."""

    faithful: bool
    why: str = ""


#: Asked for words and a statement that was examined.
Judging = Callable[[str, Draft], Awaitable[Opinion]]


@dataclass(frozen=True, slots=True)
class BatchOptions:
    """`drafts`: asked for each problem that brings none. `agreeing`: so many drafts have to say the same. `jobs`:
    problems at once. `keep_doubtful`: what damns a statement still counts, other doubts do not. `seconds`: of Lean for
    comparing the drafts of one problem."""

    drafts: int = 4
    agreeing: int = 1
    jobs: int = 1
    keep_doubtful: bool = False
    seconds: float = 20.0
    limits: FidelityLimits = field(default_factory=FidelityLimits)

    @property
    def stamp(self) -> str:
        """What of these decides an outcome."""
        return repr(replace(self, jobs=1))


@dataclass(frozen=True, slots=True)
class Filtered:
    """`outcomes`: of the problems that are done, in their order; `resumed`: how many were done before."""

    outcomes: tuple[Outcome, ...]
    resumed: int
    interrupted: bool
    seconds: float


class Batch:
    """One run. `stamp`: who looks (the engine, the model that drafts); part of every key. `observe` is told of each
    outcome as it is written."""

    def __init__(
        self,
        place: Workplace,
        ledger: Ledger,
        stamp: str,
        options: BatchOptions = BatchOptions(),
        *,
        drafting: Drafting | None = None,
        judging: Judging | None = None,
        observe: Callable[[Outcome], None] = lambda outcome: None,
    ) -> None:
        self._place = place
        self._ledger = ledger
        self._stamp = f"{stamp}\n{options.stamp}"
        self._options = options
        self._drafting = drafting
        self._judging = judging
        self._observe = observe

    async def run(self, problems: Sequence[InformalProblem], stop: asyncio.Event | None = None) -> Filtered:
        """Looks at what is not done yet. `stop`: when set, what is under way is given up and the rest is kept.

        Raises `SetupError` where no Lean can run at all, `UserError` where the model cannot be asked, `OSError` where
        results cannot be written.
        """
        began = time.monotonic()
        keys = [problem.key(self._stamp) for problem in problems]
        todo = deque((k, p) for k, p in zip(keys, problems, strict=True) if not self._ledger.is_done(k))
        resumed = len(problems) - len(todo)
        ended = await unless(stop, self._all(todo))
        outcomes = tuple(self._ledger.latest[key] for key in keys if key in self._ledger.latest)
        return Filtered(outcomes, resumed, not ended, time.monotonic() - began)

    async def _all(self, todo: deque[tuple[str, InformalProblem]]) -> None:
        async def work() -> None:
            while todo:
                key, problem = todo.popleft()
                began = time.monotonic()
                outcome = replace(await self._outcome(key, problem), seconds=round(time.monotonic() - began, 3))
                self._ledger.record(outcome)
                self._observe(outcome)

        await together([work() for _ in range(self._options.jobs)])

    async def _outcome(self, key: str, problem: InformalProblem) -> Outcome:
        begun = Outcome(problem.id, key, problem.words, Stage.DRAFTED)
        try:
            drafts = problem.drafts or await self._drafted(problem)
        except ModelError as error:
            return replace(begun, reason=f"the model failed: {error.message}", broken=True)
        if not drafts:
            return replace(begun, reason="there is no statement, and none was drafted")
        found = [await self._examined(draft, problem.words) for draft in _distinct(drafts)]
        begun = replace(begun, drafts=tuple(found))
        standing = [number for number, one in enumerate(found) if one.survives]
        if not standing:
            last = max(found, key=lambda one: list(Stage).index(one.stage))
            return replace(begun, stage=last.stage, reason=last.reason, broken=all(one.lost for one in found))
        agreement = await self._compared([found[number] for number in standing])
        classes = tuple(tuple(standing[place] for place in one) for one in agreement.classes)
        return await self._chosen(replace(begun, classes=classes, shown=agreement.text), problem)

    async def _drafted(self, problem: InformalProblem) -> Sequence[Draft]:
        if self._drafting is None or not problem.words:
            return ()
        return await self._drafting(problem.words, problem.context, self._options.drafts)

    async def _examined(self, draft: Draft, words: str) -> DraftOutcome:
        examined = await examine(self._place, draft, self._options.limits, words=words)
        return draft_outcome(examined, keep_doubtful=self._options.keep_doubtful)

    async def _compared(self, standing: Sequence[DraftOutcome]) -> Agreement:
        if len(standing) == 1:
            return Agreement(((0,),))
        drafts = [one.examined for one in standing]
        try:
            return await compare(self._place, drafts, seconds=self._options.seconds)
        except LeanProcessError:
            return Agreement(tuple((number,) for number in range(len(standing))))

    async def _chosen(self, outcome: Outcome, problem: InformalProblem) -> Outcome:
        """The first draft of the largest class that passes what is left to pass."""
        agreeing = [one for one in outcome.classes if len(one) >= self._options.agreeing]
        if not agreeing:
            most = len(outcome.classes[0])
            reason = f"{self._options.agreeing} drafts were to say the same, {most} were shown to"
            return replace(outcome, stage=Stage.AGREED, reason=reason)
        said = ""
        for one in agreeing:
            number = min(one, key=lambda n: (len(outcome.drafts[n].doubts), n))
            if self._judging is None or not problem.words:
                return replace(outcome, stage=Stage.KEPT, chosen=number)
            try:
                opinion = await self._judging(problem.words, outcome.drafts[number].draft)
            except ModelError as error:
                reason = f"the model that reads it back failed: {error.message}"
                return replace(outcome, stage=Stage.FAITHFUL, reason=reason, broken=True)
            said = said or opinion.why
            if opinion.faithful:
                return replace(outcome, stage=Stage.KEPT, chosen=number, opinion=opinion.why)
        return replace(outcome, stage=Stage.FAITHFUL, reason=said or "read back, it says something else", opinion=said)


def _distinct(drafts: Sequence[Draft]) -> list[Draft]:
    """Drafts that differ in more than their author's remarks."""
    found: Mapping[object, Draft] = {
        (d.name, " ".join(d.statement.split()), d.definitions.strip(), d.context): d for d in reversed(drafts)
    }
    kept = {id(draft) for draft in found.values()}
    return [draft for draft in drafts if id(draft) in kept]
