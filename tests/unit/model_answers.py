"""A model asked by hand, every question of which must be answered."""

from __future__ import annotations

from prover.model import Answer, LanguageModel, Query


async def ask(model: LanguageModel, *queries: Query) -> list[Answer]:
    answers = await model.answer(queries)
    assert len(answers) == len(queries)
    for answer in answers:
        assert isinstance(answer, Answer), answer
    return [answer for answer in answers if isinstance(answer, Answer)]


async def one(model: LanguageModel, query: Query) -> Answer:
    (answer,) = await ask(model, query)
    return answer
