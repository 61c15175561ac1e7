"""A whole search on a server that fails: it goes on or ends with a clear outcome, and nothing is lost."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from model_server import Asked, Cut, Fault, Gone, Large, ModelServer, Says, Silent
from model_stand_ins import Lines
from number_game import Game, always

from prover.core.budget import Budget
from prover.generate import Member, Mixture, ModelGenerator
from prover.model import Batcher
from prover.model.openai import OpenAIModel
from prover.search import SearchResult, Settings, search

FAULTS: dict[str, Fault] = {
    "gone": Gone(),
    "cut": Cut(),
    "429": Says(429, {"error": {"message": "slow down"}}, {"Retry-After": "0"}),
    "500": Says(500, "Internal Server Error"),
    "503": Says(503, "", {"Retry-After": "0"}),
    "malformed": Says(200, '{"choices": [{"text": "de'),
    "no choices": Says(200, {"choices": []}),
}
#: These are not worth a second try; the search has to do without the answer.
LASTING: dict[str, Fault] = {
    "wrong shape": Says(200, {"choices": [{"index": 0, "text": 5}]}),
    "400": Says(400, {"error": {"message": "maximum context length is 10 tokens", "code": "context_length_exceeded"}}),
    "never ends": Large(None),
    "never begins": Silent(),
    "begins and stops": Silent(begun=True),
}


def writes(asked: Asked) -> Sequence[str]:
    return ["dec", "zero", "nonsense", "more of it"]


async def play(
    server: ModelServer, start: int, *, portfolio: bool, seconds: float = 30, **options: Any
) -> SearchResult:
    """`seconds`: how long one question may take; little for a server that does not answer at all."""
    model = OpenAIModel("tiny", base_url=server.url, deadline_seconds=seconds)
    batcher = Batcher(model, pause_seconds=0.01, deadline_seconds=60)
    asked = ModelGenerator(Lines(), batcher.client())
    generator = Mixture([Member(always("dec", "zero")), Member(asked)]) if portfolio else asked
    try:
        return await search(
            Game(start),
            generator,
            budget=Budget(expansions=60, seconds=200),
            settings=Settings(in_flight=2, shorten_seconds=0, debug=True),
            **options,
        )
    finally:
        await batcher.close()


@pytest.mark.parametrize("name", FAULTS)
async def test_passing_trouble_costs_no_candidate(name: str) -> None:
    with ModelServer(writes) as server:
        quiet = await play(server, 8, portfolio=False)
        server.faults += [FAULTS[name]] * 3
        found = await play(server, 8, portfolio=False)
        assert found.stop == "proved" and found.script == quiet.script
        assert found.statistics.candidates == quiet.statistics.candidates, "nothing is lost"
        assert not server.faults


@pytest.mark.parametrize("name", LASTING)
async def test_lasting_trouble_is_an_outcome(name: str) -> None:
    with ModelServer(writes) as server:
        server.fault_of = lambda asked: LASTING[name] if asked.text == "5" else None
        found = await play(server, 8, portfolio=False, seconds=1.5)
        assert found.stop == "model_failed" and found.detail.startswith("model_"), found.detail
        assert found.statistics.graph["nodes"] >= 3, "what was found before is kept"
        with_others = await play(server, 8, portfolio=True, seconds=1.5)
        assert with_others.stop == "proved", "and others go on without it"


async def test_a_large_reply_is_read_and_an_endless_model_is_cut() -> None:
    with ModelServer(writes) as server:
        server.fault_of = lambda asked: Large(1_000_000) if asked.text == "5" else None
        found = await play(server, 8, portfolio=True)
        assert found.stop == "proved"
    endless = lambda asked: ["dec " * 10_000, "dec", "a", "b"]  # noqa: E731
    with ModelServer(endless) as server:
        found = await play(server, 3, portfolio=True)
        assert found.stop == "proved" and found.statistics.rejected > 0, "what was cut off is not tried"


async def test_no_log_probabilities() -> None:
    with ModelServer(writes) as server:
        server.logprobs = False
        assert (await play(server, 8, portfolio=False)).stop == "proved"


async def test_a_server_that_dies_midway() -> None:
    with ModelServer(writes) as server:
        task = asyncio.ensure_future(play(server, 30, portfolio=True))
        while len(server.asked) < 4:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        await asyncio.to_thread(server.close)
        found = await task
        assert found.stop == "proved" and found.statistics.expansions > 4


async def test_many_searches_on_a_busy_server() -> None:
    """Twelve searches, and a server that now and then takes no more: each question is answered once."""
    with ModelServer(writes) as server:
        server.busy_above = 3
        server.faults += [FAULTS["429"]] * 5
        model = OpenAIModel("tiny", base_url=server.url, deadline_seconds=5)
        batcher = Batcher(model, pause_seconds=0.005, tries=200)
        config = Settings(in_flight=3, shorten_seconds=0)
        found = await asyncio.gather(
            *(
                search(
                    Game(start),
                    ModelGenerator(Lines(), batcher.client()),
                    budget=Budget(expansions=100),
                    settings=config,
                )
                for start in range(3, 15)
            )
        )
        await batcher.close()
    assert all(result.stop == "proved" for result in found)
    counts = batcher.statistics
    # A call given up may already have been answered by the server: it counts as cancelled here.
    at_the_server = sum(server.answered.values())
    assert counts.answered <= at_the_server <= counts.answered + counts.cancelled
    assert counts.failed == 0 and counts.retried > 0 and counts.repeated > 0
