"""Statements of theorems, for generators that read them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
from number_game import Game, always

from prover.core.budget import Budget
from prover.core.candidate import Candidate
from prover.core.outcome import TacticOutcome
from prover.core.premise import Premise
from prover.core.state import Goal
from prover.events import Memory
from prover.generate import Member, Mixture, Request
from prover.search import Journal, Settings, search, search_on_record
from prover.search.statements import LONGEST

AS_FOUND = Settings(debug=True, shorten_heartbeats=0)


class Reader:
    """A generator that reads what it is told; `told` is what it was told with each request."""

    def __init__(self, reads: bool = True) -> None:
        self.reads_premises = reads
        self.told: list[dict[str, str]] = []

    async def generate(self, requests: Sequence[Request]) -> list[list[Candidate]]:
        self.told += [{p.name: p.signature for p in request.premises} for request in requests]
        return await always("dec", "zero").generate(requests)


def offered(goal: Goal) -> Sequence[Premise]:
    return [Premise("common"), Premise(f"about_{goal.target}"), Premise("silent")]


async def test_each_is_asked_for_once() -> None:
    game, reader = Game(2), Reader()
    await search(game, reader, budget=Budget(expansions=9), settings=AS_FOUND, retrieve=offered)
    assert game.read == [("common", "about_2", "silent"), ("about_1",), ("about_0",)]
    assert reader.told[1] == {"common": "common : theorem", "about_1": "about_1 : theorem", "silent": ""}


async def test_nobody_asks_for_who_does_not_read() -> None:
    game, reader = Game(2), Reader(reads=False)
    await search(game, reader, budget=Budget(expansions=9), settings=AS_FOUND, retrieve=offered)
    assert not game.read and reader.told[0]["common"] == ""


async def test_what_is_too_long_to_read_is_left_out() -> None:
    class Wordy(Game):
        async def signatures(self, handle: int, names: Sequence[str]) -> dict[str, str]:
            return {"common": "x" * (LONGEST + 1), "silent": "two\n  lines"}

    reader = Reader()
    await search(Wordy(0), reader, budget=Budget(expansions=9), settings=AS_FOUND, retrieve=offered)
    assert reader.told[0] == {"common": "", "about_0": "", "silent": "two lines"}


async def test_a_member_of_a_mixture_is_told_too() -> None:
    reader = Reader()
    await search(Game(1), Mixture([Member(reader)]), budget=Budget(expansions=9), settings=AS_FOUND, retrieve=offered)
    assert reader.told[0]["common"] == "common : theorem"


class OneAtATime(Game):
    """What a worker is: a second call during the first is an error."""

    def __init__(self, start: int) -> None:
        super().__init__(start)
        self.busy = False

    async def apply(
        self, handle: int, tactics: Sequence[str], **options: Any
    ) -> AsyncIterator[tuple[int, TacticOutcome[int]]]:
        assert not self.busy
        self.busy = True
        async for answer in super().apply(handle, tactics, **options):
            await asyncio.sleep(0)
            yield answer
        self.busy = False

    async def signatures(self, handle: int, names: Sequence[str]) -> dict[str, str]:
        assert not self.busy
        self.busy = True
        await asyncio.sleep(0)
        self.busy = False
        return await super().signatures(handle, names)


@pytest.mark.parametrize("in_flight", [2, 5])
async def test_lean_is_asked_between_tactics(in_flight: int) -> None:
    settings = Settings(debug=True, shorten_heartbeats=0, in_flight=in_flight)

    class Splitting(Reader):
        async def generate(self, requests: Sequence[Request]) -> list[list[Candidate]]:
            await super().generate(requests)
            return await always("split", "half", "dec", "zero").generate(requests)

    game = OneAtATime(9)
    result = await search(game, Splitting(), budget=Budget(expansions=60), settings=settings, retrieve=offered)
    assert result.solved and len({name for names in game.read for name in names}) == sum(map(len, game.read))


async def test_they_are_answered_from_the_record() -> None:
    memory = Memory()

    async def play(game: Game, *events: Any) -> list[dict[str, str]]:
        reader = Reader()
        await search_on_record(
            Journal(memory, events).chapter("n"),
            game,
            reader,
            budget=Budget(expansions=9),
            settings=AS_FOUND,
            retrieve=offered,
            record_candidates=False,
        )
        return reader.told

    first = await play(Game(2))
    again = Game(2)
    assert await play(again, *(e for e in memory.events if e.kind != "SearchResult")) == first and first
    assert not again.read
