"""Drafts of many problems by one model: mended, said in words again, judged, counted against one budget."""

from __future__ import annotations

from collections import Counter

import pytest
from model_server import Asked, ModelServer

from prover.agent.leap.choice import AgentChoice
from prover.agent.leap.role_models import role_models
from prover.api.workplace import Workplace
from prover.core.budget import Budget
from prover.core.errors import ModelError, UserError
from prover.formalize.batch import Opinion
from prover.formalize.by_model import by_model
from prover.formalize.draft import Draft
from prover.formalize.formalizing import STRICT
from prover.lean import Pool

MODEL = "openai-api/local/tiny"
BACK = "It says that one is one."


async def test_drafts_for_many(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: Counter[str] = Counter()

    def writes(question: Asked) -> list[str]:
        if "Do they say the same?" in question.text:
            asked["judge"] += 1
            assert BACK in question.text
            same = "the first problem" in question.text
            return [f'```json\n{{"verdict": "{"accept" if same else "reject"}", "reasons": ["about {same}"]}}\n```']
        if "Say in words what it states" in question.text:
            assert "problem" not in question.text, "the translator does not see the words"
            return [BACK]
        problem = "first" if "the first problem" in question.text else "second"
        asked[problem] += 1
        mended = "What is wrong with it" in question.text and problem == "first"
        return [f"```lean lemma\ntheorem statement : {'1 = 1' if mended else 'Foo'}\n```"]

    place = Workplace(pool)
    one = Draft("statement", "theorem statement : 1 = 1")
    with ModelServer(writes) as server:
        monkeypatch.setenv("LOCAL_BASE_URL", server.url)
        choice = AgentChoice.checked("repair", MODEL, None, None, "", None, {})
        async with role_models(choice) as models:
            assert models is not None
            with pytest.raises(UserError) as caught, by_model(place, models, Budget(), 1, MODEL):
                pass
            assert caught.value.code == "no_formaliser"
        choice = AgentChoice.checked("leap", MODEL, None, None, "", None, {})
        async with role_models(choice) as models:
            assert models is not None
            with by_model(place, models, Budget(calls=7), 1, MODEL) as work:
                first = await work.draft("the first problem", "", 2)
                assert [d.statement for d in first] == ["theorem statement : 1 = 1"] * 2 and asked["first"] == 4
                assert all(d.context == STRICT and d.author == MODEL for d in first)
                assert not await work.draft("the second problem", STRICT, 1) and asked["second"] == 2
                with pytest.raises(ModelError) as spent:
                    await work.draft("the first problem", STRICT, 1)
                assert spent.value.code == "model_budget"
            with by_model(place, models, Budget(), 1, MODEL) as work:
                assert await work.judge("the first problem", one) == Opinion(True, "about True")
                assert await work.judge("the second problem", one) == Opinion(False, "about False")
                server.close()
                with pytest.raises(ModelError):
                    await work.draft("the third problem", STRICT, 1)
                with pytest.raises(ModelError):
                    await work.judge("the third problem", one)
