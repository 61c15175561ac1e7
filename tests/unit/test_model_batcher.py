"""Many clients, one model: batches, fair turns, equal questions, deadlines, retries, and nothing left behind."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from model_stand_ins import StandInModel, asking, tactics
from number_game import Game, always

from prover.core.budget import Budget
from prover.core.errors import ModelBusy, ModelError
from prover.model import Answer, Batcher, Capacity, Query, Sampling
from prover.search import Settings, search


def queries(*prompts: object, **fields: Any) -> list[Query]:
    return [Query(str(prompt), **fields) for prompt in prompts]


async def settled() -> None:
    """Lets everybody who can go on do so."""
    for _ in range(50):
        await asyncio.sleep(0)


def said(answers: Sequence[Answer | ModelError]) -> list[str]:
    return [a.samples[0].text if isinstance(a, Answer) else a.code for a in answers]


async def test_batches_take_from_every_client_in_turn() -> None:
    model = StandInModel(shut=True)
    batcher = Batcher(model)
    greedy, modest = batcher.client(), batcher.client()
    first = asyncio.ensure_future(greedy.answer(queries(*range(8))))
    second = asyncio.ensure_future(modest.answer(queries(100, 101)))
    await settled()
    assert model.batches == [["0", "100", "1", "101"]], "one call at a time, one of each client in turn"
    model.open.set()
    assert said(await first) == [str(n) for n in range(8)]
    assert said(await second) == ["100", "101"]
    assert [len(b) for b in model.batches] == [4, 4, 2]
    assert batcher.statistics.fill == pytest.approx(10 / 12)


async def test_a_batch_waits_for_more_and_no_longer_than_it_may() -> None:
    model = StandInModel(capacity=Capacity(batch=3, calls=1, wait_seconds=30))
    client = Batcher(model).client()
    asked = asyncio.ensure_future(client.answer(queries(1, 2)))
    await settled()
    assert model.batches == []
    late = asyncio.ensure_future(client.answer(queries(3)))
    await asyncio.gather(asked, late)
    assert model.batches == [["1", "2", "3"]]

    model = StandInModel(capacity=Capacity(batch=3, calls=1, wait_seconds=0.01))
    await Batcher(model).client().answer(queries(1, 2))
    assert model.batches == [["1", "2"]]


async def test_a_batch_keeps_to_its_tokens() -> None:
    model = StandInModel(capacity=Capacity(batch=10, calls=1, tokens=100))
    sampling = Sampling(n=2, max_tokens=20)
    await Batcher(model).client().answer(queries(*range(5), sampling=sampling))
    assert [len(b) for b in model.batches] == [2, 2, 1]
    too_long = queries("x" * 1000, sampling=sampling)
    assert said(await Batcher(model).client().answer(too_long)) == ["x" * 1000], "alone it is asked all the same"


async def test_equal_questions_are_asked_once() -> None:
    model = StandInModel(shut=True)
    batcher = Batcher(model)
    asked = [asyncio.ensure_future(batcher.client().answer(queries("same"))) for _ in range(5)]
    other = asyncio.ensure_future(batcher.client().answer(queries("same", draw=1)))
    await settled()
    model.open.set()
    answers = await asyncio.gather(*asked, other)
    assert [said(a) for a in answers] == [["same"]] * 6
    assert await batcher.client().answer(queries("same")) == answers[0], "and remembered"
    assert sum(map(len, model.batches)) == 2, "another draw is another question"
    assert batcher.statistics.repeated == 5 and batcher.statistics.tokens == 6


async def test_what_nobody_waits_for_is_not_asked() -> None:
    model = StandInModel(shut=True, capacity=Capacity(batch=1, calls=1))
    batcher = Batcher(model)
    client, other = batcher.client(), batcher.client()
    asked = [asyncio.ensure_future(client.answer(queries(n))) for n in range(4)]
    shared = asyncio.ensure_future(other.answer(queries(3)))
    await settled()
    asked[0].cancel()
    asked[1].cancel()
    asked[3].cancel()
    await settled()
    model.open.set()
    assert said(await asked[2]) == ["2"] and said(await shared) == ["3"], "somebody else waits for 3"
    assert model.batches == [["0"], ["2"], ["3"]] and model.cancelled == [["0"]], "what was sent is stopped"
    assert batcher.statistics.cancelled == 2


async def test_in_a_batch_the_others_are_answered() -> None:
    model = StandInModel(shut=True)
    client = Batcher(model).client()
    asked = [asyncio.ensure_future(client.answer(queries(n))) for n in range(2)]
    await settled()
    asked[0].cancel()
    await settled()
    model.open.set()
    assert said(await asked[1]) == ["1"] and model.cancelled == []


async def test_a_deadline_ends_one_question_and_no_other() -> None:
    slow = asyncio.Event()

    class Slow(StandInModel):
        async def answer(self, queries: Sequence[Query]) -> list[Answer | ModelError]:
            if queries[0].prompt == "slow":
                await slow.wait()
            return await super().answer(queries)

    model = Slow(capacity=Capacity(batch=1, calls=2))
    batcher = Batcher(model, deadline_seconds=0.05)
    answers = await batcher.client().answer(queries("slow", "quick"))
    assert said(answers) == ["model_timeout", "quick"]
    await settled()
    assert batcher.statistics.cancelled == 1


async def test_a_client_waits_for_room() -> None:
    model = StandInModel(shut=True, capacity=Capacity(batch=1, calls=1))
    batcher = Batcher(model, waiting=3)
    client = batcher.client()
    asked = asyncio.ensure_future(client.answer(queries(*range(9))))
    await settled()
    assert len(client.queue) + model.in_flight == 3
    model.open.set()
    assert len(await asked) == 9


async def test_passing_trouble_is_asked_again_and_lasting_trouble_told() -> None:
    times: Counter[str] = Counter()

    def trouble(query: Query) -> ModelError | None:
        times[query.prompt] += 1
        if query.prompt == "passing" and times["passing"] < 3:
            return ModelError("later", transient=True)
        if query.prompt == "lasting":
            return ModelError("never", code="model_too_long")
        if query.prompt == "hopeless":
            return ModelError("no", code="model_failed", transient=True)
        return None

    batcher = Batcher(StandInModel(trouble=trouble), tries=4, pause_seconds=0.001)
    answers = await batcher.client().answer(queries("passing", "lasting", "hopeless", "fine"))
    assert said(answers) == ["passing", "model_too_long", "model_failed", "fine"]
    assert times == {"passing": 3, "lasting": 1, "hopeless": 4, "fine": 1}
    assert batcher.statistics.retried == 5 and batcher.statistics.failed == 2


async def test_a_model_that_raises_fails_its_call_and_no_other() -> None:
    class Breaks(StandInModel):
        async def answer(self, queries: Sequence[Query]) -> list[Answer | ModelError]:
            if queries[0].prompt == "0":
                raise RuntimeError("out of memory")
            return await super().answer(queries)

    batcher = Batcher(Breaks(capacity=Capacity(batch=1)))
    answers = await batcher.client().answer(queries(0, 1))
    assert said(answers) == ["model_broken", "1"]


async def test_a_busy_server_is_asked_less_at_a_time_and_then_more_again() -> None:
    class Server(StandInModel):
        """Bears three calls at a time."""

        most = refused = 0

        async def answer(self, queries: Sequence[Query]) -> list[Answer | ModelError]:
            if self.in_flight >= 3:
                self.refused += 1
                raise ModelBusy("too many", retry_after=0.002)
            self.most = max(self.most, self.in_flight + 1)
            return await super().answer(queries)

    model = Server(capacity=Capacity(batch=1, calls=64, adaptive=True), seconds=0.001)
    batcher = Batcher(model, pause_seconds=0.001, tries=50)
    answers = await asyncio.gather(*(batcher.client().answer(queries(n)) for n in range(200)))
    assert [said(a)[0] for a in answers] == [str(n) for n in range(200)], "nothing is lost"
    assert model.most == 3, "and what it bears is used"
    assert model.refused < 1000, "with 64 at a time it would be thousands"
    assert Counter(prompt for batch in model.batches for prompt in batch).most_common(1)[0][1] == 1


async def test_closing_ends_everything() -> None:
    before = asyncio.all_tasks()
    model = StandInModel(shut=True, capacity=Capacity(batch=1, calls=2))
    batcher = Batcher(model)
    asked = asyncio.ensure_future(batcher.client().answer(queries(*range(5))))
    await settled()
    await batcher.close()
    assert said(await asked) == ["model_closed"] * 5
    assert model.closed == 1 and asyncio.all_tasks() == before
    assert said(await batcher.client().answer(queries(1))) == ["model_closed"]


async def test_who_leaves_takes_nothing_away() -> None:
    model = StandInModel(shut=True, capacity=Capacity(batch=1, calls=1))
    batcher = Batcher(model)
    first, second = batcher.client(), batcher.client()
    blocker = asyncio.ensure_future(second.answer(queries("x")))
    await settled()
    own = asyncio.ensure_future(first.answer(queries("shared")))
    await settled()
    other = asyncio.ensure_future(second.answer(queries("shared")))
    await settled()
    own.cancel()
    batcher.leave(first)
    model.open.set()
    assert said(await other) == ["shared"] and said(await blocker) == ["x"]


async def test_many_searches_share_a_model() -> None:
    words = ("split", "half", "dec", "zero", "nonsense")
    batcher = Batcher(StandInModel(tactics(*words), capacity=Capacity(batch=8, calls=1)))
    options: dict[str, Any] = {"budget": Budget(expansions=400), "settings": Settings(in_flight=2, debug=True)}
    results = await asyncio.gather(*(search(Game(n), asking(batcher.client()), **options) for n in range(5, 25)))
    assert all(r.solved for r in results)
    alone = await asyncio.gather(*(search(Game(n), always(*words), **options) for n in range(5, 25)))
    assert [r.script for r in results] == [r.script for r in alone]
    assert batcher.statistics.repeated > 0, "different searches met the same goals"
    assert batcher.statistics.fill > 0.2


@settings(max_examples=40, deadline=None)
@given(
    plan=st.lists(st.tuples(st.integers(0, 4), st.integers(0, 6), st.booleans()), min_size=1, max_size=40),
    batch=st.integers(1, 5),
    calls=st.integers(1, 3),
)
def test_every_question_is_answered_once_whatever_is_cancelled(
    plan: list[tuple[int, int, bool]], batch: int, calls: int
) -> None:
    """`plan`: client, prompt, whether to give up after a while."""

    async def play() -> None:
        before = asyncio.all_tasks()
        model = StandInModel(capacity=Capacity(batch=batch, calls=calls), shut=True)
        batcher = Batcher(model)
        clients = [batcher.client() for _ in range(5)]
        asked = [asyncio.ensure_future(clients[c].answer(queries(p))) for c, p, _ in plan]
        await settled()
        for task, (_, _, gives_up) in zip(asked, plan, strict=True):
            if gives_up:
                task.cancel()
        await settled()
        model.open.set()
        answers = await asyncio.gather(*asked, return_exceptions=True)
        for answer, (_, prompt, gives_up) in zip(answers, plan, strict=True):
            if gives_up:
                assert isinstance(answer, asyncio.CancelledError)
            else:
                assert not isinstance(answer, BaseException) and said(answer) == [str(prompt)]
        sent = Counter(prompt for b in model.batches for prompt in b)
        stopped = Counter(prompt for b in model.cancelled for prompt in b)
        assert all(sent[prompt] - stopped[prompt] <= 1 for prompt in sent)
        await batcher.close()
        assert asyncio.all_tasks() == before

    asyncio.run(play())
