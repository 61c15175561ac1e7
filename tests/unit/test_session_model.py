"""A session's words with a language model."""

from __future__ import annotations

import pytest
from model_stand_ins import StandInModel

from prover.agent.tactic_model import ModelChoice, TacticModel
from prover.core.errors import ModelError
from prover.generate import find_recipe
from prover.model import Batcher
from prover.session.model_talk import talk


def model(stand_in: StandInModel) -> TacticModel:
    return TacticModel(ModelChoice("replay/x"), find_recipe("bfs-prover-v2"), Batcher(stand_in))


async def test_the_model_is_asked_about_the_goal() -> None:
    asked: list[str] = []

    def answer(query) -> list[str]:
        asked.append(query.turns[-1].content)
        return ["  Try induction on n.  "]

    used = model(StandInModel(answer))
    assert await talk(used, "What next?", (("Goal", "⊢ p"), ("Tactic", ""))) == "Try induction on n."
    assert "⊢ p" in asked[0] and "Tactic" not in asked[0] and asked[0].endswith("What next?")
    await used.batcher.close()


@pytest.mark.parametrize("said", [[], ["  "]])
async def test_nothing_said_is_an_error(said: list[str]) -> None:
    used = model(StandInModel(lambda query: said))
    with pytest.raises(ModelError):
        await talk(used, "What next?", ())
    await used.batcher.close()
