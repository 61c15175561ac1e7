"""Many nodes in flight: what is found does not depend on the order in which replies arrive."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from number_game import Game, always

from prover.core.budget import Budget
from prover.core.candidate import Candidate
from prover.core.errors import Crashed, ModelError
from prover.generate import Request, TacticGenerator
from prover.search import FRONTIERS, SearchResult, Settings, Team, search

TACTICS = ("split", "half", "dec", "zero", "slow", "nonsense")


class Turns:
    """Answers after as many turns of the event loop as the next number says: any order of arrival is possible."""

    def __init__(self, delays: Sequence[int]) -> None:
        self.delays = delays
        self.at = 0

    async def wait(self) -> None:
        self.at += 1
        for _ in range(self.delays[self.at % len(self.delays)]):
            await asyncio.sleep(0)


class LateGame(Game):
    """The number game on several lanes; watches how many are in use and that no running call is broken off."""

    def __init__(self, start: int, delays: Sequence[int] = (0,)) -> None:
        super().__init__(start)
        self.turns = Turns(delays)
        self.busy = 0
        self.most = 0
        self.broken_off = 0

    async def apply(self, handle: int, tactics: Sequence[str], **limits: Any) -> AsyncIterator[Any]:
        self.busy += 1
        self.most = max(self.most, self.busy)
        try:
            async for index, outcome in super().apply(handle, tactics, **limits):
                await self.turns.wait()
                yield index, outcome
        except (asyncio.CancelledError, GeneratorExit):
            self.broken_off += 1
            raise
        finally:
            self.busy -= 1


class Late:
    """A generator that takes its time."""

    def __init__(self, delays: Sequence[int], inner: TacticGenerator | None = None) -> None:
        self.inner = inner or always(*TACTICS)
        self.turns = Turns(delays)

    async def generate(self, requests: Sequence[Request]) -> list[list[Candidate]]:
        await self.turns.wait()
        return await self.inner.generate(requests)


def counts(result: SearchResult) -> dict[str, Any]:
    """What must not depend on time."""
    statistics = result.statistics
    return {
        "stop": result.stop,
        "script": result.script,
        "graph": statistics.graph,
        **{name: getattr(statistics, name) for name in ("expansions", "candidates", "heartbeats", "withdrawn")},
    }


async def play(start: int, delays: Sequence[int], frontier: str, **options: Any) -> tuple[Any, list[Any], LateGame]:
    game = LateGame(start, delays)
    log: list[Any] = []

    def note(kind: str, payload: dict[str, Any]) -> None:
        log.append((kind, {name: value for name, value in payload.items() if name != "seconds"}))

    config = Settings(in_flight=4, lanes=3, debug=True, shorten_seconds=0, seed=3, **options)
    budget = Budget(expansions=40)
    result = await search(game, Late(delays[::-1]), budget=budget, settings=config, frontier=frontier, observer=note)
    return counts(result), log, game


@pytest.mark.parametrize("frontier", FRONTIERS)
@settings(max_examples=25)
@given(start=st.integers(1, 40), delays=st.lists(st.integers(0, 9), min_size=1, max_size=12))
def test_the_order_of_replies_does_not_matter(frontier: str, start: int, delays: list[int]) -> None:
    prompt = asyncio.run(play(start, [0], frontier))
    late = asyncio.run(play(start, delays, frontier))
    assert late[0] == prompt[0]
    assert late[1] == prompt[1]
    assert late[2].most <= 3 and late[2].broken_off == 0


@pytest.mark.parametrize("frontier", FRONTIERS)
@settings(max_examples=15)
@given(start=st.integers(1, 40), delays=st.lists(st.integers(0, 9), min_size=1, max_size=12))
def test_out_of_order_still_proves(frontier: str, start: int, delays: list[int]) -> None:
    game = LateGame(start, delays)
    config = Settings(in_flight=4, lanes=2, in_order=False, debug=True, shorten_seconds=0)
    run = search(game, Late(delays), budget=Budget(expansions=600), settings=config, frontier=frontier)
    result = asyncio.run(run)
    assert result.solved


async def test_generation_and_lean_overlap() -> None:
    """While one node's tactics run, candidates for another are generated."""
    together: list[bool] = []
    game = LateGame(40, [6])
    inner = Late([6])

    class Watching:
        async def generate(self, requests: Sequence[Request]) -> list[list[Candidate]]:
            answer = asyncio.ensure_future(inner.generate(requests))
            while not answer.done():
                together.append(game.busy > 0)
                await asyncio.sleep(0)
            return answer.result()

    config = Settings(in_flight=3, shorten_seconds=0)
    result = await search(game, Watching(), budget=Budget(expansions=60), settings=config)
    assert result.statistics.expansions > 3 and any(together)


async def test_work_nobody_needs_is_withdrawn() -> None:
    """`zero` closes one goal while the nodes below it, opened by other tactics, are in flight."""

    class Slow(LateGame):
        async def apply(self, handle: int, tactics: Sequence[str], **limits: Any) -> AsyncIterator[Any]:
            async for found in super().apply(handle, tactics, **limits):
                yield found

    game = Slow(12, [3])
    config = Settings(in_flight=6, lanes=6, width=1, debug=True, shorten_seconds=0)
    result = await search(game, always(*TACTICS), budget=Budget(expansions=300), settings=config)
    assert result.solved and result.statistics.withdrawn > 0
    assert game.broken_off == 0, "what was running ended by itself"
    assert result.statistics.expansions <= 300


async def test_a_generator_that_hangs_does_not_outlast_the_budget() -> None:
    class Hangs:
        cancelled = 0

        async def generate(self, requests: Sequence[Request]) -> list[list[Candidate]]:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                Hangs.cancelled += 1
                raise
            return []

    result = await search(Game(3), Hangs(), budget=Budget(seconds=0.1), settings=Settings(in_flight=2))
    assert result.stop == "budget_seconds" and Hangs.cancelled == 1


async def test_what_runs_when_time_is_up_still_counts() -> None:
    class Closing(Game):
        async def apply(self, handle: int, tactics: Sequence[str], **limits: Any) -> AsyncIterator[Any]:
            if handle == 0 and "\n" not in tactics[0]:
                await asyncio.sleep(0.5)
            async for found in super().apply(handle, tactics, **limits):
                yield found

    options = Settings(grace_seconds=30, shorten_seconds=0)
    result = await search(Closing(0), always("zero"), budget=Budget(seconds=0.2), settings=options)
    assert result.stop == "proved" and result.script == "zero"


@pytest.mark.parametrize(("error", "stop"), [(Crashed("gone"), "engine_lost"), (ModelError("none"), "model_failed")])
async def test_a_failure_ends_all_that_is_in_flight(error: Exception, stop: str) -> None:
    class Breaks(Late):
        async def generate(self, requests: Sequence[Request]) -> list[list[Candidate]]:
            found = await super().generate(requests)
            if requests[0].history:
                raise error
            return found

    before = asyncio.all_tasks()
    result = await search(LateGame(40, [2]), Breaks([1]), budget=Budget(), settings=Settings(in_flight=4))
    assert result.stop == stop and asyncio.all_tasks() == before


async def test_a_cancelled_search_leaves_nothing_behind() -> None:
    before = asyncio.all_tasks()
    game = LateGame(400, [50])
    running = asyncio.ensure_future(
        search(game, Late([3]), budget=Budget(), settings=Settings(in_flight=4, lanes=2, grace_seconds=0.01))
    )
    while game.busy < 2:  # noqa: ASYNC110 - the game has no event for it
        await asyncio.sleep(0)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert asyncio.all_tasks() == before and game.busy == 0


@settings(max_examples=40)
@given(start=st.integers(1, 40), delays=st.lists(st.integers(0, 9), min_size=1, max_size=12))
def test_a_team_finds_what_one_finds(start: int, delays: list[int]) -> None:
    """Three processes at one goal: the same search as with one, and each call with one that is free."""

    async def teamwork() -> tuple[Any, list[LateGame]]:
        games = [LateGame(start, delays[i:] + delays[:i]) for i in range(3)]
        config = Settings(in_flight=4, lanes=3, debug=True, shorten_seconds=0, seed=3)
        result = await search(Team(games), always(*TACTICS), budget=Budget(expansions=40), settings=config)
        return counts(result), games

    found, games = asyncio.run(teamwork())
    alone, _, _ = asyncio.run(play(start, [0], "best"))
    assert found == alone
    assert all(game.most <= 1 and game.broken_off == 0 for game in games)


async def test_every_member_of_a_team_works() -> None:
    games = [LateGame(40, [4]) for _ in range(3)]
    team = Team(games)
    config = Settings(in_flight=3, lanes=3, shorten_seconds=0)
    result = await search(team, always(*TACTICS), budget=Budget(expansions=60), settings=config)
    assert result.statistics.expansions > 3 and all(game.calls for game in games) and team.repeated > 0


async def test_a_team_has_one_goal() -> None:
    result = await search(Team([Game(3), Game(4)]), always(*TACTICS), budget=Budget(expansions=5))
    assert result.stop == "engine_lost" and "different goals" in result.detail
