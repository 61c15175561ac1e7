"""The search loop on the number game, without Lean."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from model_stand_ins import StandInModel, asking, tactics
from number_game import Game, always, state_of

from prover.core.budget import Budget
from prover.core.candidate import Candidate
from prover.core.errors import ModelError
from prover.core.outcome import Solved
from prover.core.state import TacticState
from prover.generate import Request, Scripted
from prover.model import Batcher
from prover.search import FRONTIERS, Node, ProofGraph, SearchResult, Settings, search
from prover.search.ticket import independent_parts


async def play(game: Game, generator: Any, **options: Any) -> SearchResult:
    options.setdefault("budget", Budget(expansions=500))
    options.setdefault("settings", Settings(debug=True, shorten_seconds=0))
    return await search(game, generator, **options)


async def replays(game: Game, result: SearchResult) -> bool:
    assert result.script is not None
    game.live.add(0)
    return [type(o) async for _, o in game.apply(0, [result.script], heartbeats=10**6, wall_seconds=1)] == [Solved]


@pytest.mark.parametrize("frontier", FRONTIERS)
async def test_a_proof_is_found_extracted_and_holds(frontier: str) -> None:
    game = Game(9)
    result = await play(game, always("zero", "half", "dec"), frontier=frontier)
    assert result.stop == "proved" and result.solved and result.checked
    assert await replays(game, result)


async def test_breadth_first_finds_a_shortest_proof() -> None:
    result = await play(Game(9), always("dec", "half", "zero"), frontier="breadth")
    assert result.script == "dec\nhalf\nhalf\nhalf\ndec\nzero" or (result.proof and result.proof.size == 6)


async def test_independent_goals_become_blocks() -> None:
    game = Game(4)
    result = await play(game, Scripted.by_target({"4": ["split"], "2": ["half"], "1": ["dec"], "0": ["zero"]}))
    assert result.script == "split\n· half\n  dec\n  zero\n· half\n  dec\n  zero"


async def test_coupled_goals_stay_in_one_node() -> None:
    game = Game(2)
    result = await play(game, Scripted.by_target({"2": ["pair"], "1": ["dec"], "0": ["zero"]}))
    assert result.script is not None and "·" not in result.script
    assert await replays(game, result)


async def test_a_root_of_several_goals_is_split() -> None:
    game = Game(1, 3)
    result = await play(game, always("zero", "dec"))
    assert result.solved and result.script == "· dec\n  zero\n· dec\n  dec\n  dec\n  zero"


async def test_equal_states_are_worked_once() -> None:
    game = Game(8)
    result = await play(game, Scripted(lambda r: ["split", "dec"] if r.focused.target != "0" else []))
    tried = [call for call in game.calls if call[1] == "dec"]
    assert result.stop == "exhausted" and len(tried) == len(set(tried))


async def test_exhausted_when_nothing_is_left() -> None:
    result = await play(Game(3), always("half", "nonsense"))
    assert result.stop == "exhausted" and not result.solved and result.script is None
    assert result.statistics.graph["dead"] == result.statistics.graph["nodes"]


@pytest.mark.parametrize(
    ("budget", "stop"),
    [
        (Budget(expansions=3), "budget_expansions"),
        (Budget(candidates=4), "budget_candidates"),
        (Budget(heartbeats=5), "budget_heartbeats"),
        (Budget(seconds=0.0), "budget_seconds"),
        (Budget(lean_seconds=0.005), "budget_lean_seconds"),
    ],
)
async def test_every_budget_stops_with_its_reason(budget: Budget, stop: str) -> None:
    seen: list[str] = []
    result = await play(Game(100), always("dec"), budget=budget, observer=lambda kind, _: seen.append(kind))
    assert result.stop == stop and not result.solved
    assert seen[-2:] == ["LimitHit", "SearchEnded"]


@pytest.mark.parametrize(
    ("budget", "limit", "counted"), [(Budget(tokens=20), "tokens", 21), (Budget(money=2.0), "money", 2.1)]
)
async def test_a_budget_of_tokens_or_money_counts_what_the_model_wrote(
    budget: Budget, limit: str, counted: float
) -> None:
    class Wordy:
        async def generate(self, requests: Sequence[Request]) -> list[list[Candidate]]:
            return [[Candidate("dec", -1.0, "test", tokens=7, money=0.7)] if r.draw == 0 else [] for r in requests]

    result = await play(Game(100), Wordy(), budget=budget)
    assert result.stop == f"budget_{limit}" and getattr(result.statistics, limit) == pytest.approx(counted)


async def test_interruption_gives_partial_results() -> None:
    game = Game(100)
    result = await play(game, always("dec"), interrupted=lambda: len(game.calls) >= 5)
    assert result.stop == "interrupted" and result.statistics.graph["nodes"] > 3


async def test_a_slow_tactic_comes_back_with_a_larger_limit() -> None:
    game = Game(0)
    levels: list[int] = []

    def note(kind: str, payload: dict[str, Any]) -> None:
        if kind == "TacticTried":
            levels.append(payload["level"])

    result = await play(game, always("slow"), observer=note)
    assert result.solved and levels == [0, 1] and result.statistics.timed_out == 1


async def test_cheap_tactics_on_all_goals_come_before_slow_ones_again() -> None:
    game = Game(3)
    await play(game, always("slow", "dec", "zero"))
    slow = [i for i, (numbers, tactic) in enumerate(game.calls) if tactic == "slow" and numbers == (0,)]
    assert len(slow) <= 1, "the cheap tactic closed the goal first"


async def test_effort_starts_at_a_larger_limit() -> None:
    class Heavy:
        async def generate(self, requests: Sequence[Request]) -> list[list[Candidate]]:
            return [[Candidate("slow", -0.1, "test", effort=1)] if r.draw == 0 else [] for r in requests]

    result = await play(Game(0), Heavy())
    assert result.solved and result.statistics.timed_out == 0


async def test_a_lost_worker_is_an_outcome() -> None:
    result = await play(Game(2), always("die", "half", "dec", "zero"))
    assert result.solved and result.statistics.lost >= 1


async def test_a_broken_engine_ends_with_what_was_found() -> None:
    game = Game(9)
    game.broken = True
    result = await play(game, always("dec"))
    assert result.stop == "engine_lost" and "crashed" in result.detail and not result.solved


async def test_a_model_that_fails_ends_the_search() -> None:
    class Broken:
        async def generate(self, requests: Sequence[Request]) -> list[list[Candidate]]:
            raise ModelError("no answer")

    assert (await play(Game(1), Broken())).stop == "model_failed"


async def test_truncated_candidates_are_not_tried() -> None:
    class Truncated:
        async def generate(self, requests: Sequence[Request]) -> list[list[Candidate]]:
            return [[Candidate("zero", -0.1, "test", finish="length")] if r.draw == 0 else [] for r in requests]

    game = Game(0)
    result = await play(game, Truncated())
    assert result.stop == "exhausted" and result.statistics.rejected == 1 and not game.calls


async def test_a_generator_is_asked_again_until_it_is_dry() -> None:
    class Drops:
        async def generate(self, requests: Sequence[Request]) -> list[list[Candidate]]:
            return [
                [Candidate(["nonsense", "dec", "zero"][r.draw], -1.0, "test")] if r.draw < 3 else [] for r in requests
            ]

    assert (await play(Game(2), Drops())).solved


async def test_many_nodes_feed_the_generator_in_one_batch() -> None:
    model = StandInModel(tactics("split", "dec", "zero"))
    generator = asking(Batcher(model).client())
    result = await play(Game(12), generator, settings=Settings(in_flight=4, debug=True))
    assert result.solved and max(map(len, model.batches)) > 1


async def test_history_is_the_path() -> None:
    generator = always("dec", "zero")
    await play(Game(3), generator)
    assert generator.requests[-1].history == ("dec", "dec", "dec")


async def test_shortening_uses_a_closing_tactic_higher_up() -> None:
    class Jumps(Game):
        def move(self, numbers: Any, coupled: bool, step: str, heartbeats: int) -> Any:
            return (
                ((), False)
                if step == "sledge" and len(numbers) == 1
                else super().move(numbers, coupled, step, heartbeats)
            )

    answers: Callable[[Request], Sequence[str]] = lambda r: ["sledge"] if r.focused.target == "1" else ["dec"]  # noqa: E731
    result = await play(Jumps(4), Scripted(answers), settings=Settings(debug=True))
    assert result.script == "sledge" and result.checked


async def test_a_critic_orders_the_nodes() -> None:
    class Small:
        async def score(self, states: Sequence[TacticState]) -> list[float]:
            return [-10.0 * int(s.goals[0].target) for s in states]

    game = Game(64)
    result = await play(game, always("dec", "half", "zero"), critic=Small())
    assert result.solved and len(game.calls) < 60


async def test_states_nobody_needs_are_released() -> None:
    game = Game(12)
    await play(game, always("half", "dec", "zero"))
    assert len(game.live) <= len({str(place) for place in game.places.values()})


async def test_the_same_game_twice_is_the_same_search() -> None:
    logs: list[list[Any]] = []
    for _ in range(2):
        game = Game(23)
        await play(game, always("split", "half", "dec", "zero"))
        logs.append(game.calls)
    assert logs[0] == logs[1]


def test_goals_fall_apart_by_shared_metavariables() -> None:
    assert independent_parts(state_of((1, 2, 3))) == [(0,), (1,), (2,)]
    assert independent_parts(state_of((1, 2), coupled=True)) == [(0, 1)]


def test_graph_type_is_exported() -> None:
    graph: ProofGraph[int] = ProofGraph(state_of((1,)), 0)
    assert isinstance(graph.root, Node)
