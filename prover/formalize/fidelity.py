"""Whether a statement can be meant: what Lean shows of it, and what is read off it. No model is asked."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from prover.agent.judge import Judge
from prover.agent.leap.keys import Keys
from prover.agent.refutation import refutation_name
from prover.api.workplace import Workplace
from prover.bench.soundness import Finding, ValidationLimits
from prover.bench.soundness import examine as look_thoroughly
from prover.core.errors import LeanProcessError, UserError
from prover.core.verdict import Proved, Refuted
from prover.formalize.doubt import Concern, Doubt
from prover.formalize.draft import Draft
from prover.formalize.examined import Examined
from prover.formalize.expression import Expression
from prover.formalize.scope import TooLarge
from prover.formalize.shape import refusal
from prover.formalize.stated import Refused, Stated, state
from prover.formalize.trials import expression_of, free_names, problem_of, seen, thorough, unmet, unneeded
from prover.lean.header import HeaderInfo
from prover.verify.name import show

#: The kind of the message that Lean was lost, which says nothing about a draft.
LOST = "lost"
_SETTLED = frozenset({Concern.FALSE, Concern.VACUOUS, Concern.UNMET_HYPOTHESES})


@dataclass(frozen=True, slots=True)
class FidelityLimits:
    """`seconds`: wall limit for elaborating a draft; `refuting_seconds`: for the search for a counterexample, and for
    that for an instance that meets all hypotheses."""

    seconds: float = 60.0
    refuting_seconds: float = 10.0


async def examine(
    place: Workplace, draft: Draft, limits: FidelityLimits = FidelityLimits(), *, words: str = ""
) -> Examined:
    """What is known of a draft: errors where it does not state a proposition, else its key and what there is to doubt.

    `words`: what it is to say, where that is known: types of numbers and divisions are compared with it. What damns a
    draft (`Doubt.damning`) by a proof was judged by the verifier. Never raises for what a draft holds; `SetupError`
    where Lean cannot be started.
    """
    try:
        header = await place.pool.read_header(draft.text)
        if header.errors:
            return Examined(draft, errors=header.errors)
        return await _Examination(place, draft, limits, words, header).run()
    except Refused as refused:
        return Examined(draft, errors=refused.errors)
    except UserError as error:
        return Examined(draft, errors=(refusal(error.message, error.code),))
    except LeanProcessError as error:
        return Examined(draft, errors=(refusal(f"Lean was lost over it: {error.message}", LOST),))


@dataclass(slots=True)
class _Examination:
    place: Workplace
    draft: Draft
    limits: FidelityLimits
    words: str
    header: HeaderInfo
    key: str = ""
    name: str = ""
    expression: Expression | None = None
    doubts: list[Doubt] = field(default_factory=list[Doubt])
    unexamined: list[str] = field(default_factory=list[str])

    async def run(self) -> Examined:
        await self._read()
        limits = ValidationLimits(
            seconds=self.limits.seconds,
            tactic_seconds=10.0,
            total_seconds=60.0,
            refuting_seconds=self.limits.refuting_seconds,
        )
        found = await look_thoroughly(lambda: thorough(self._opened, limits))
        judged = [doubt for finding in found.findings if (doubt := await self._judged(finding))]
        await self._try(found.findings, {doubt.concern for doubt in judged})
        doubts = tuple(dict.fromkeys([*judged, *self.doubts]))
        return Examined(self.draft, (), self.key, doubts, found.instances, tuple(self.unexamined))

    @asynccontextmanager
    async def _opened(self) -> AsyncGenerator[Stated]:
        async with self.place.pool.lease(self.header.modules) as worker:
            yield await state(self.place.pool, worker, self.draft, self.header, seconds=self.limits.seconds)

    async def _read(self) -> None:
        async with self._opened() as stated:
            self.key = Keys(stated.tables).of(stated.name)
            self.name = show(stated.name)
            try:
                self.expression = await expression_of(stated)
                self.doubts += await seen(stated, self.expression, self.words)
                self.doubts += await free_names(stated, self.expression)
            except TooLarge:
                self.unexamined.append("the statement is too large to be read")
            except LeanProcessError:
                self.unexamined.append("Lean was lost while the statement was read")

    async def _judged(self, finding: Finding) -> Doubt | None:
        """What a finding gives cause to doubt; of what damns, only what the verifier accepts."""
        judge = self.place.judge
        match finding.what:
            case "trivial":
                return Doubt(Concern.TRIVIAL, f"one call proves it: {finding.detail}", finding.script)
            case "vacuous" if self.expression is not None and self.expression.claims_anything:
                return None  # from a contradiction follows anything: that is what it says
            case "vacuous" if await self._proved(judge, finding.script):
                detail = f"its hypotheses contradict each other: {finding.detail} proves `False` from them"
                # `1 = 2` is written for `False`: that they contradict each other may be what is claimed.
                open_claim = self.expression is not None and self.expression.claims_the_same_of_all
                return Doubt(Concern.UNMET_HYPOTHESES if open_claim else Concern.VACUOUS, detail, finding.script)
            case "false" if await self._refuted(judge, finding.script):
                return Doubt(Concern.FALSE, f"it is false: {finding.detail}", finding.script)
            case "unexamined":
                self.unexamined.append(f"Lean was lost over the question whether it is {finding.detail}")
            case _:
                self.unexamined.append(f"the verifier refused what shows that it is {finding.what}")
        return None

    async def _proved(self, judge: Judge, script: str) -> bool:
        submission = problem_of(self.draft).with_proof(script)
        found = await judge.proofs(submission, self.draft.text, [self.name])
        return all(isinstance(verdict, Proved) for verdict in found.values()) and bool(found)

    async def _refuted(self, judge: Judge, theorem: str) -> bool:
        submission = problem_of(self.draft).followed_by(theorem)
        verdict = await judge.refutation(submission, self.draft.text, self.name, refutation_name(self.name))
        return isinstance(verdict, Refuted)

    async def _try(self, findings: Sequence[Finding], known: set[Concern]) -> None:
        """Whether its hypotheses are needed, and met by anything small."""
        expression = self.expression
        if expression is None or not expression.hypotheses or expression.claims_anything or known & _SETTLED:
            return
        call = next((finding.script for finding in findings if finding.what == "trivial"), "")
        try:
            async with self._opened() as stated:
                if call:
                    self.doubts += await unneeded(stated, expression, call)
                self.doubts += await unmet(stated, expression, seconds=self.limits.refuting_seconds / 2)
        except (LeanProcessError, Refused, TooLarge):
            self.unexamined.append("Lean was lost over the hypotheses")
