"""An attempt at a lemma whose prover says nothing that can be used, without Lean."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest
from scripted_cast import NoSearch

from prover.agent.hunt import INSTANCES_TRIED
from prover.agent.leap import Statement, closing
from prover.agent.leap.brief import Brief
from prover.agent.leap.cast import CutOff, Said, Unanswered
from prover.agent.leap.effort import Effort
from prover.agent.leap.lemma_attempt import LemmaAttempt
from prover.agent.leap.plan import Plan
from prover.agent.leap.policy import Action
from prover.agent.leap.replies import NoReply
from prover.core.errors import ModelError, UserError

PROSE = NoReply("prose", "It is well known.")


class Talker:
    """A prover that answers in words alone; of each answer there are so many samples."""

    def __init__(self, samples: int) -> None:
        self.samples = samples
        self.briefs: list[Brief] = []

    async def prove(self, brief: Brief, draw: int = 0) -> Said[Any]:
        self.briefs.append(brief)
        spare = (len(self.briefs) - 1) % self.samples > 0
        return Said(PROSE, tokens=0 if spare else 10, calls=0 if spare else 1, spare=spare)

    async def diagnose(self, brief: Brief, draw: int = 0) -> Said[Any]:
        return Said(NoReply("no_json"), tokens=1)


async def tried(samples: int, revisions: int) -> tuple[Talker, LemmaAttempt]:
    plan, talker = Plan(), Talker(samples)
    lemma = plan.target(Statement("k", "t", "theorem t : 1 = 1"))
    stage: Any = SimpleNamespace(plain="")
    cast: Any = talker
    attempt = LemmaAttempt(plan, stage, cast, NoSearch(), Effort(revisions=revisions), lemma, Action.PROVE)
    assert not await attempt.run()
    return talker, attempt


async def test_it_is_asked_once_more_and_told_why() -> None:
    talker, attempt = await tried(samples=1, revisions=9)
    assert [brief.unusable for brief in talker.briefs] == ["", str(PROSE)]
    assert attempt.faults == str(PROSE) and attempt.bill.calls == 3, "two questions and a diagnosis"


async def test_samples_that_are_there_are_all_tried() -> None:
    talker, attempt = await tried(samples=5, revisions=9)
    assert len(talker.briefs) == 6 and attempt.bill.calls == 3
    talker, attempt = await tried(samples=32, revisions=31)
    assert len(talker.briefs) == 32 and attempt.bill.calls == 2


@pytest.mark.parametrize(
    "end", [Unanswered(ModelError("gone", code="model_down"), Said(None, 70, 0.5, 2, lean_seconds=3.0)), None]
)
async def test_what_was_paid_before_a_model_failed_is_on_the_bill(end: BaseException | None) -> None:
    """So it is where the attempt is cut off."""
    ending = end or CutOff(Said(None, 70, 0.5, 2, lean_seconds=3.0))

    class Failing(Talker):
        async def prove(self, brief: Brief, draw: int = 0) -> Said[Any]:
            if self.briefs:
                raise ending
            return await super().prove(brief, draw)

    plan, cast = Plan(), Failing(1)
    lemma = plan.target(Statement("k", "t", "theorem t : 1 = 1"))
    stage: Any = SimpleNamespace(plain="")
    scripted: Any = cast
    attempt = LemmaAttempt(plan, stage, scripted, NoSearch(), Effort(revisions=9), lemma, Action.PROVE)
    with pytest.raises(type(ending)):
        await attempt.run()
    tally = plan.tally
    assert (tally.tokens, tally.money, tally.calls, tally.lean_seconds) == (80, 0.5, 3, 3.0)


async def test_only_hunts_are_told_of_from_inside_the_search_for_a_lemma(monkeypatch: pytest.MonkeyPatch) -> None:
    async def fill(*given: Any) -> None:
        observe = given[6]
        observe("FileOpened", {"file": "lemma.lean"})
        observe(INSTANCES_TRIED, {"name": "step"})
        raise UserError("no", code="no")

    monkeypatch.setattr(closing, "fill", fill)
    told: list[tuple[str, Any]] = []
    closer = closing.SearchCloser(cast(Any, None), cast(Any, None), observe=lambda *event: told.append(event))
    stage = cast(Any, SimpleNamespace(text=lambda *_, **__: "", pool=None))  # pyright: ignore[reportUnknownLambdaType]
    await closer.search(stage, Statement("key", "step", "theorem step : True"), "", seconds=1.0, deep=False)
    assert told == [(INSTANCES_TRIED, {"name": "step"})]
