"""A found proof is made shorter, never longer, never lost; from recorded replies in the same way again."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from number_game import Game, always

from prover.core.budget import Budget
from prover.core.errors import Crashed
from prover.core.outcome import Solved
from prover.events import Event, Memory
from prover.search import Journal, LeanCall, SearchResult, Settings, search, search_on_record
from prover.search.minimise import Minimiser
from prover.search.script import Body, Tactic, length, text

UNHURRIED = Settings(debug=True, shorten_seconds=1e6)


class Idle(Game):
    """The game with a move that does nothing, and one that closes any goal below 4."""

    def move(self, numbers: Any, coupled: bool, step: str, heartbeats: int) -> Any:
        if step == "idle":
            return numbers, coupled
        if step.startswith("first | "):
            tries = [
                self.move(numbers, coupled, t.strip(" ()").removesuffix("; done"), heartbeats)
                for t in step[8:].split("|")
            ]
            return next((t for t in tries if isinstance(t, tuple)), tries[0])
        if step.removeprefix("· ") == "omega" and numbers[0] < 4:
            return numbers[1:], coupled and len(numbers) > 2
        return super().move(numbers, coupled, "split" if step == "· split" else step, heartbeats)


def body(*tactics: str) -> Body:
    return tuple(map(Tactic, tactics))


def minimiser(game: Game, script: Body, **options: Any) -> Minimiser[int]:
    limits: dict[str, Any] = {"cost": 1, "heartbeats": 10_000, "deadline": time.monotonic() + 1e6}
    limits["interrupted"] = lambda: False
    return Minimiser(game, 0, script, **(limits | options))


async def test_idle_steps_are_dropped() -> None:
    work = minimiser(Idle(9), body("idle", "dec", "idle", "idle", "half", "half", "idle", "half", "dec", "zero"))
    await work.run()
    assert text(work.best) == "dec\nhalf\nhalf\nomega"
    assert isinstance(Idle(9).run(0, text(work.best), 1000), Solved)


@pytest.mark.parametrize(
    "limits", [{"heartbeats": 0}, {"deadline": 0.0}, {"interrupted": lambda: True}], ids=["heartbeats", "time", "end"]
)
async def test_without_means_nothing_is_tried(limits: dict[str, Any]) -> None:
    game = Idle(1)
    work = minimiser(game, body("idle", "dec", "zero"), **limits)
    await work.run()
    assert text(work.best) == "idle\ndec\nzero" and not game.calls


async def test_heartbeats_bound_the_tries() -> None:
    game = Idle(1)
    await minimiser(game, body(*["idle"] * 40, "dec", "zero"), heartbeats=20).run()
    assert 0 < len(game.calls) < 40


async def test_states_of_tries_are_given_back() -> None:
    game = Idle(5)
    await minimiser(game, body("dec", "half", "half", "dec", "zero")).run()
    assert game.live == {0}


async def play(game: Game, *moves: str, **options: Any) -> SearchResult:
    budget = Budget(expansions=60)
    return await search(game, always(*moves), **({"budget": budget, "settings": UNHURRIED} | options))


@given(
    start=st.integers(0, 40),
    moves=st.permutations(("split", "half", "dec", "zero")).map(lambda m: [*m, "idle"]),
    frontier=st.sampled_from(("best", "depth", "mcts")),
)
@settings(max_examples=60)
async def test_the_result_checks_and_is_never_longer(start: int, moves: list[str], frontier: str) -> None:
    result = await play(Idle(start), *moves, frontier=frontier)
    if result.proof is None:
        assert result.script is None and result.first_script is None
        return
    assert result.checked and result.script is not None and result.first_script is not None
    assert isinstance(Idle(start).run(0, result.script, 1_000_000), Solved)
    assert isinstance(Idle(start).run(0, result.first_script, 1_000_000), Solved)
    sizes = result.statistics.proof
    after, before = body(*result.script.split("\n")), body(*result.first_script.split("\n"))
    assert length(after) <= length(before)
    assert (sizes["tactics_found"], sizes["characters_found"]) == (length(before).tactics, length(before).characters)
    assert (sizes["tactics"], sizes["characters"]) == (length(after).tactics, length(after).characters)


async def test_the_same_replies_give_the_same_script() -> None:
    logs: list[Any] = []
    for _ in range(2):
        game = Idle(37)
        result = await play(game, "split", "half", "dec", "zero")
        logs.append((result.script, result.statistics.proof, game.calls))
    assert logs[0] == logs[1]


async def recorded(past: Sequence[Event], game: Game) -> tuple[Memory, SearchResult]:
    memory = Memory()
    memory.events += past
    chapter = Journal(memory, past).chapter("t")
    moves = always("split", "half", "dec", "zero")
    return memory, await search_on_record(chapter, game, moves, budget=Budget(expansions=60), settings=UNHURRIED)


async def test_a_run_cut_off_while_it_shortens_goes_on_there() -> None:
    memory, whole = await recorded((), Idle(37))
    assert whole.script != whole.first_script and whole.statistics.proof["tried"] > 5
    kinds = [event.kind for event in memory.events]
    assert "ProofShortened" in kinds
    calls = [at for at, event in enumerate(memory.events) if isinstance(event.payload, LeanCall)]
    for cut in calls[-whole.statistics.proof["tried"] :: 3]:
        game = Idle(37)
        again, result = await recorded(memory.events[:cut], game)
        assert (result.script, result.statistics.proof) == (whole.script, whole.statistics.proof)
        assert [event.kind for event in again.events] == kinds
        asked = [(c.state, c.tactic, c.heartbeats) for e in again.events if isinstance(c := e.payload, LeanCall)]
        assert len(set(asked)) == len(asked), "nothing is asked twice"


class Failing(Idle):
    """Loses its engine, or waits for ever, once several lines are tried at a time and `after` such tries are over."""

    def __init__(self, start: int, after: int, *, wait: bool) -> None:
        super().__init__(start)
        self.after = after
        self.wait = wait
        self.reached = asyncio.Event()

    async def apply(self, handle: int, tactics: Sequence[str], **options: Any) -> AsyncIterator[tuple[int, Any]]:
        if any("\n" in tactic for tactic in tactics):
            self.after -= 1
            if self.after < 0 and not self.wait:
                raise Crashed("gone")
            if self.after < 0:
                self.reached.set()
                await asyncio.Event().wait()
        async for item in super().apply(handle, tactics, **options):
            yield item


@pytest.mark.parametrize("after", range(2))
async def test_an_engine_lost_while_shortening_costs_no_proof(after: int) -> None:
    result = await play(Failing(37, after, wait=False), "half", "dec", "zero")
    assert result.stop == "proved" and result.script is not None and result.checked == (after > 0)
    assert isinstance(Idle(37).run(0, result.script, 1000), Solved)


@pytest.mark.parametrize("after", range(2))
async def test_a_search_cancelled_while_it_shortens_hands_over_its_proof(after: int) -> None:
    game = Failing(37, after, wait=True)
    task = asyncio.create_task(play(game, "half", "dec", "zero"))
    await game.reached.wait()
    task.cancel()
    result = await task
    assert result.stop == "proved" and result.script is not None and result.checked == (after > 0)
    assert isinstance(Idle(37).run(0, result.script, 1000), Solved)


async def test_no_time_leaves_the_first_path() -> None:
    result = await play(Idle(37), "half", "dec", "zero", settings=Settings(shorten_heartbeats=0))
    assert result.checked and result.script == result.first_script and result.statistics.proof["tried"] == 0
