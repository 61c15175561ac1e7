"""Drafts for many problems by one model: mended, counted against one budget."""

from __future__ import annotations

from collections import Counter

import pytest
from model_server import Asked, ModelServer

from prover.agent.leap.choice import AgentChoice
from prover.api.workplace import Workplace
from prover.core.budget import Budget
from prover.core.errors import ModelError, UserError
from prover.formalize.face import drafting
from prover.formalize.formalizing import STRICT, Limits
from prover.lean import Pool

MODEL = "openai-api/local/tiny"


async def test_drafts_for_many(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: Counter[str] = Counter()

    def writes(question: Asked) -> list[str]:
        problem = "first" if "the first problem" in question.text else "second"
        asked[problem] += 1
        wrong = (
            "theorem statement : Foo" if "What is wrong with it" not in question.text else "theorem statement : 1 = 1"
        )
        return [f"```lean lemma\n{wrong if problem == 'first' else 'theorem statement : Foo'}\n```"]

    place = Workplace(pool)
    with ModelServer(writes) as server:
        monkeypatch.setenv("LOCAL_BASE_URL", server.url)
        choice = AgentChoice.checked("leap", MODEL, None, None, "", None, {})
        async with drafting(place, choice, Limits(mends=1, budget=Budget(calls=6))) as drafts:
            first = await drafts("the first problem", STRICT, 2)
            assert [d.statement for d in first] == ["theorem statement : 1 = 1"] * 2 and asked["first"] == 4
            assert all(d.context == STRICT and d.author == MODEL for d in first)
            assert not await drafts("the second problem", STRICT, 1) and asked["second"] == 2
            assert not await drafts("the first problem", STRICT, 1) and asked["first"] == 4, "the budget is used up"
        async with drafting(place, choice, Limits()) as drafts:
            server.close()
            with pytest.raises(ModelError):
                await drafts("the second problem", STRICT, 1)
    with pytest.raises(UserError) as caught:
        async with drafting(place, AgentChoice(), Limits()):
            pass
    assert caught.value.code == "no_model"
