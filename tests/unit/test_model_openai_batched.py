"""A troubled server behind the `Batcher`: every question is answered, and each is answered once."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from model_server import Asked, Cut, Fault, Gone, Large, ModelServer, Says, Silent, until

from prover.core.errors import ModelError
from prover.model import Answer, Batcher, Query, Sampling
from prover.model.cassette import Recording, Replay
from prover.model.openai import OpenAIModel
from prover.model.price import Price


@contextlib.asynccontextmanager
async def batched(server: ModelServer, calls: int = 64, tries: int = 6, **options: Any) -> AsyncIterator[Batcher]:
    model = OpenAIModel("tiny", base_url=server.url, calls=calls, **options)
    batcher = Batcher(model, pause_seconds=0.001, tries=tries)
    try:
        yield batcher
    finally:
        await batcher.close()


def queries(count: int, n: int = 1) -> list[Query]:
    return [Query(prompt=f"goal{i}", sampling=Sampling(n=n)) for i in range(count)]


TROUBLES: list[Fault] = [
    Gone(), Cut(10), Says(500), Says(429, headers={"Retry-After": "0"}), Says(503), Says(200, "{]"),
    Says(200, {"choices": []}),
]  # fmt: skip


@pytest.mark.parametrize("trouble", TROUBLES, ids=str)
async def test_passing_trouble_is_not_seen_outside(server: ModelServer, trouble: Fault) -> None:
    server.faults += [trouble] * 2
    async with batched(server) as batcher:
        (answer,) = await batcher.client().answer(queries(1))
    assert isinstance(answer, Answer)
    assert batcher.statistics.retried == 2
    assert server.answered == {"goal0": 1}


async def test_many_searches_on_a_server_with_every_fault(server: ModelServer) -> None:
    """Each question meets three faults first, in an order of its own; two of them never get an answer."""
    met: dict[str, int] = {}

    def fault_of(asked: Asked) -> Fault | None:
        number = int(asked.text.removeprefix("goal"))
        met[asked.text] = met.get(asked.text, 0) + 1
        if number == 7:
            return Large(None)
        if number == 8:
            return Says(400, "no")
        return TROUBLES[(number + met[asked.text]) % len(TROUBLES)] if met[asked.text] <= 3 else None

    server.fault_of = fault_of
    asked = queries(30)
    async with batched(server, reply_bytes=1 << 16) as batcher:
        clients = [batcher.client() for _ in range(3)]
        answers = await asyncio.gather(*(client.answer(asked) for client in clients))
    assert answers[0] == answers[1] == answers[2]
    wrong = {i: answer.code for i, answer in enumerate(answers[0]) if isinstance(answer, ModelError)}
    assert wrong == {7: "model_reply", 8: "model_request"}
    assert server.answered == {f"goal{i}": 1 for i in range(30) if i not in (7, 8)}
    assert batcher.statistics.answered == 28


async def test_trouble_that_does_not_pass_ends(server: ModelServer) -> None:
    server.fault_of = lambda asked: Says(500)
    async with batched(server, tries=3) as batcher:
        (answer,) = await batcher.client().answer(queries(1))
    assert isinstance(answer, ModelError)
    assert (answer.code, len(server.asked)) == ("model_failed", 3)


async def test_a_server_that_goes_away_for_good(server: ModelServer) -> None:
    async with batched(server, tries=3) as batcher:
        client = batcher.client()
        assert isinstance((await client.answer(queries(1)))[0], Answer)
        server.close()
        (answer,) = await client.answer([Query(prompt="later")])
    assert isinstance(answer, ModelError)
    assert answer.code == "model_unreachable"


async def test_a_model_that_never_stops_holds_up_nobody(server: ModelServer) -> None:
    server.fault_of = lambda asked: Silent() if asked.text == "goal0" else None
    async with batched(server) as batcher:
        stuck, *rest = queries(6)
        waiting = asyncio.create_task(batcher.client().answer([stuck]))
        assert all(isinstance(answer, Answer) for answer in await batcher.client().answer(rest))
        assert not waiting.done()
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
    assert batcher.statistics.cancelled == 1


async def test_what_took_all_of_its_time_is_not_asked_again(server: ModelServer) -> None:
    server.fault_of = lambda asked: Silent()
    async with batched(server, deadline_seconds=0.2) as batcher:
        (answer,) = await batcher.client().answer(queries(1))
    assert isinstance(answer, ModelError)
    assert answer.code == "model_timeout"
    assert batcher.statistics.retried == 0


async def test_the_window_follows_what_the_server_bears(server: ModelServer) -> None:
    server.busy_above = 3
    server.gate.clear()
    asked = queries(60)
    async with batched(server, calls=16, tries=50) as batcher:
        window = batcher._window
        first = window.size
        asking = asyncio.create_task(batcher.client().answer(asked))
        # Three are being answered, the others are turned away.
        await until(lambda: window.size != first)
        assert window.size < first
        server.busy_above = None
        server.gate.set()
        answers = await asking
        assert window.size > first
    assert all(isinstance(answer, Answer) for answer in answers)
    assert server.answered == {f"goal{i}": 1 for i in range(60)}
    assert batcher.statistics.retried > 0


async def test_equal_questions_of_many_clients_are_one_request(server: ModelServer) -> None:
    async with batched(server) as batcher:
        answers = await asyncio.gather(*(batcher.client().answer(queries(3, n=2)) for _ in range(8)))
    assert len({tuple(map(str, answer)) for answer in answers}) == 1
    assert len(server.asked) == 3


async def test_a_run_against_a_troubled_server_is_repeated_without_it(server: ModelServer, tmp_path: Path) -> None:
    path, asked = tmp_path / "answers.jsonl", queries(12, n=3)
    server.most = 2
    server.faults += TROUBLES * 2
    recording = Recording(OpenAIModel("tiny", base_url=server.url, price=Price(prompt=1.0)), path)
    batcher = Batcher(recording, pause_seconds=0.001, tries=20)
    first = await batcher.client().answer(asked)
    await batcher.close()
    server.close()
    again = Batcher(Replay(path))
    second = await again.client().answer(asked)
    await again.close()
    assert batcher.statistics.money > again.statistics.money == 0
    for recorded, replayed in zip(first, second, strict=True):
        assert isinstance(recorded, Answer)
        assert len(recorded.samples) == 3
        assert replayed == replace(recorded, money=0.0)
