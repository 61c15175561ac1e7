"""Scripts that fail in one piece: their good parts become paths in the graph."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from number_game import Game

from prover.core.budget import Budget, Spent
from prover.core.candidate import Candidate
from prover.core.outcome import TacticOutcome
from prover.events import Memory
from prover.generate import Request
from prover.search import Journal, SearchResult, Settings, search, search_on_record
from prover.search.agenda import Agenda
from prover.search.flight import Flight
from prover.search.graph import ProofGraph
from prover.search.settings import nothing
from prover.search.ticket import Ticket, Workshop
from prover.search.walk import MAX_STEPS

AS_FOUND = Settings(debug=True, shorten_heartbeats=0)


class Written:
    """Answers once for each goal: a text of several lines is a script."""

    def __init__(self, answers: Mapping[str, Sequence[str]], belief: float = -0.5) -> None:
        self.answers = answers
        self.belief = belief

    async def generate(self, requests: Sequence[Request]) -> list[list[Candidate]]:
        return [self._answer(request) for request in requests]

    def _answer(self, request: Request) -> list[Candidate]:
        found = self.answers.get(request.focused.target, ()) if request.draw == 0 else ()
        return [Candidate(text, self.belief * (i + 1), "written", script="\n" in text) for i, text in enumerate(found)]


def lines(*steps: str) -> str:
    return "\n".join(steps)


async def play(
    game: Game, answers: Mapping[str, Sequence[str]], belief: float = -0.5, **options: Any
) -> tuple[SearchResult, list[tuple[str, dict[str, Any]]]]:
    seen: list[tuple[str, dict[str, Any]]] = []
    options.setdefault("settings", AS_FOUND)
    result = await search(
        game,
        Written(answers, belief),
        budget=Budget(expansions=50),
        observer=lambda kind, payload: seen.append((kind, payload)),
        **options,
    )
    return result, seen


def edges(seen: Sequence[tuple[str, dict[str, Any]]]) -> list[tuple[int, str]]:
    """Tactics in the graph, with the node they were run on; those that closed it are marked."""
    marks = {"EdgeAdded": "", "Solved": "!"}
    return [(told["node"], told["tactic"] + marks[kind]) for kind, told in seen if kind in marks]


def told(seen: Sequence[tuple[str, dict[str, Any]]], kind: str) -> list[dict[str, Any]]:
    return [payload for k, payload in seen if k == kind]


async def test_a_script_that_closes_the_goal_is_one_edge() -> None:
    game = Game(6)
    result, seen = await play(game, {"6": [lines("half", "third", "dec", "zero")]})
    assert result.solved and edges(seen) == [(0, "half\nthird\ndec\nzero!")] and not game.cuts


@pytest.mark.parametrize("good", range(4))
async def test_what_comes_before_the_wrong_step_stays(good: int) -> None:
    steps = ["half", "dec", "half", "dec"]  # 6, 3, 2, 1, 0
    script = lines(*steps[:good], "nonsense", *steps[good:], "zero")
    result, seen = await play(Game(6), {"6": [script]})
    assert result.stop == "exhausted" and edges(seen) == list(enumerate(steps[:good]))
    tried = [(t["node"], t["tactic"], t["outcome"]) for t in told(seen, "TacticTried")]
    expected = [(0, script, "Failed"), *((i, s, "Progress") for i, s in enumerate(steps[:good]))]
    assert tried == [*expected, (good, "nonsense", "Failed")]


async def test_somebody_else_ends_what_a_script_began() -> None:
    script = lines("half", "dec", "half", "half", "zero")
    result, _ = await play(Game(6), {"6": [script], "1": ["dec"], "0": ["zero"]})
    assert result.script == lines("half", "dec", "half", "dec", "zero") and result.checked


async def test_a_block_that_fails_stops_no_other() -> None:
    script = lines("split", "· dec", "  half", "  zero", "· third", "  dec", "  zero")  # 5: 2 and 3
    result, seen = await play(Game(5), {"5": [script], "1": ["dec"]})
    assert edges(seen)[:5] == [(0, "split"), (1, "dec"), (2, "third"), (3, "dec"), (4, "zero!")]
    assert [t["tactic"] for t in told(seen, "TacticTried") if t["outcome"] == "Failed"] == [script, "half"]
    assert result.solved and result.script == lines("split", "· dec", "  dec", "  zero", "· third", "  dec", "  zero")


async def test_the_second_alternative_fails() -> None:
    script = lines("split with", "  half; dec; zero", "  dec; nonsense; zero", "dec")
    result, seen = await play(Game(5), {"5": [script], "2": ["dec"], "1": ["dec"]})
    tried = [t["tactic"] for t in told(seen, "TacticTried")]
    assert tried[:3] == [script, script.removesuffix("\ndec"), "split"] and "nonsense" in tried
    assert result.solved and result.script and result.script.startswith("split\n")


async def test_blocks_for_another_number_of_goals_are_not_gone_into() -> None:
    result, seen = await play(Game(5), {"5": [lines("split with", "  half; dec; zero")]})
    assert not result.solved and edges(seen) == [(0, "split")]


async def test_a_step_that_cannot_be_parsed_ends_the_script() -> None:
    result, seen = await play(Game(6), {"6": [lines("half", "dec", "???", "half")]})
    assert result.stop == "exhausted" and edges(seen) == [(0, "half"), (1, "dec")]


async def test_where_scripts_cannot_be_cut_the_search_goes_on() -> None:
    game = Game(2)
    game.cannot_cut = True
    result, _ = await play(game, {"2": [lines("half", "half"), "dec"], "1": ["dec"], "0": ["zero"]})
    assert result.solved and len(game.cuts) == 1


async def test_what_two_scripts_begin_with_is_run_once() -> None:
    game = Game(12)
    scripts = [
        lines("half", "half", "nonsense"),
        lines("half", "third", "nonsense"),
        lines("half", "half", "dec", "half", "half"),
    ]
    result, seen = await play(game, {"12": scripts})
    assert not result.solved
    assert edges(seen) == [(0, "half"), (1, "half"), (1, "third"), (2, "dec"), (3, "half")]  # 6 / 3 and 3 - 1
    ran = [t["tactic"] for t in told(seen, "TacticTried")]
    assert ran.count("half") == 4 and ran.count("nonsense") == 2  # on 12, 6, 2 and 1, on 3 and 2


async def test_a_path_goes_on_from_a_state_that_is_known() -> None:
    first, second = lines("half", "dec", "nonsense"), lines("dec", "dec", "dec", "dec", "third")  # both reach 2
    result, seen = await play(Game(6), {"6": [first, second, lines("dec", "dec", "dec", "dec", "half", "half")]})
    assert not result.solved
    numbers = {goal["goal"].removeprefix("⊢ "): goal["node"] for goal in told(seen, "NodeOpened")}
    assert sorted(map(int, numbers)) == [1, 2, 3, 4, 5, 6]
    assert (numbers["3"], "dec") in edges(seen) and (numbers["2"], "half") in edges(seen)


@pytest.mark.parametrize("merge", [True, False])
async def test_a_path_goes_on_after_a_step_that_leads_nowhere(merge: bool) -> None:
    settings = Settings(debug=True, shorten_heartbeats=0, merge=merge)
    script = lines("half", "rotate_left", "dec", "nonsense")
    _, seen = await play(Game(6), {"6": [script]}, settings=settings)
    assert [t["tactic"] for t in told(seen, "EdgeRefused")] == ["rotate_left"]
    assert edges(seen) == [(0, "half"), (1, "dec")][: 2 if merge else 1]


async def test_goals_that_share_something_are_one_after_the_other() -> None:
    script = lines("pair", "· half", "  dec", "  zero", "· dec", "  nonsense")
    result, seen = await play(Game(5), {"5": [script], "2": ["dec"], "1": ["dec"], "0": ["zero"]})
    assert [e[1] for e in edges(seen)][:5] == ["pair", "half", "dec", "zero", "dec"]
    assert result.solved


async def test_a_block_that_does_not_end_its_goal_ends_those_it_shares_something_with() -> None:
    _, seen = await play(Game(5), {"5": [lines("pair", "· half", "dec", "nonsense")]})
    assert [e[1] for e in edges(seen)] == ["pair", "half"]


async def test_belief_is_shared_by_length() -> None:
    script = lines("half", "third", "dec", "dec")
    _, seen = await play(Game(6), {"6": [script]}, belief=-3.0)
    beliefs = [node["log_probability"] for node in told(seen, "NodeOpened")]
    assert beliefs == pytest.approx([0.0, -3 * 4 / 15, -3 * 9 / 15, -3 * 12 / 15])


async def test_a_script_has_a_number_of_steps() -> None:
    game = Game(500)
    _, seen = await play(game, {"500": [lines(*["dec"] * 100, "nonsense")]})
    assert len(edges(seen)) == MAX_STEPS


async def test_a_script_has_a_number_of_heartbeats() -> None:
    settings = Settings(width=1, shorten_heartbeats=0)
    result, seen = await play(Game(9), {"9": [lines("dec", *["slow"] * 9)]}, settings=settings)
    assert not result.solved and [e[1] for e in edges(seen)] == ["dec"]


async def test_a_script_that_ran_out_of_time_is_run_again_in_one_piece() -> None:
    result, seen = await play(Game(1), {"1": [lines("dec", "slow")]})
    tried = [(t["node"], t["tactic"], t["level"], t["outcome"]) for t in told(seen, "TacticTried")]
    assert tried[:3] == [(0, "dec\nslow", 0, "TimedOut"), (0, "dec", 0, "Progress"), (1, "slow", 0, "TimedOut")]
    assert result.solved and result.script == "dec\nslow"


async def test_steps_after_the_end_of_a_proof_do_no_harm() -> None:
    result, _ = await play(Game(2), {"2": [lines("half", "dec", "zero", "nonsense")]})
    assert result.script == lines("half", "dec", "zero")


async def test_it_is_answered_from_the_record() -> None:
    answers = {"6": [lines("half", "dec", "half", "half", "zero")], "1": ["dec"], "0": ["zero"]}
    memory = Memory()

    async def record(game: Game, *events: Any) -> SearchResult:
        return await search_on_record(
            Journal(memory, events).chapter("six"),
            game,
            Written(answers),
            budget=Budget(expansions=50),
            settings=AS_FOUND,
        )

    first = await record(Game(6))
    kept = [event for event in memory.events if event.kind != "SearchResult"]
    again = Game(6)
    second = await record(again, *kept)
    assert first.script == second.script and first.solved
    assert not again.cuts and not again.calls


class Leaving(Game):
    """Has a ticket given up while a tactic runs."""

    def __init__(self, start: int, after: int) -> None:
        super().__init__(start)
        self.after = after
        self.flight: Flight[int]

    async def apply(
        self, handle: int, tactics: Sequence[str], **options: Any
    ) -> AsyncIterator[tuple[int, TacticOutcome[int]]]:
        self.after -= 1
        if self.after == 0:
            for ticket in self.flight:
                self.flight.give_up(ticket)
        async for answer in super().apply(handle, tactics, **options):
            yield answer


@pytest.mark.parametrize("after", [1, 2, 4])
async def test_a_script_is_left_between_two_steps(after: int) -> None:
    game = Leaving(40, after)
    generator = Written({"40": [lines("half", "half", "half", "dec", "half", "dec", "nonsense")]})
    shop = Workshop(game, generator, Spent(Budget()), AS_FOUND, None, nothing)
    game.flight = Flight(shop, AS_FOUND)
    root, state = await game.root()
    ticket = Ticket(ProofGraph(state, root).root, Agenda())
    game.flight.begin(ticket, {})
    await ticket.task
    await asyncio.sleep(0)
    assert len(ticket.replies) == after
    await shop.release()
    assert game.live == {0}


@examples(max_examples=100)
@given(
    start=st.integers(1, 30),
    scripts=st.lists(
        st.lists(
            st.sampled_from(["half", "dec", "third", "split", "pair", "zero", "· dec", "· half", "die", "???"]),
            max_size=8,
        ),
        max_size=4,
    ),
    merge=st.booleans(),
    frontier=st.sampled_from(["best", "mcts", "particles", "beam", "depth"]),
)
def test_the_graph_stays_sound(start: int, scripts: list[list[str]], merge: bool, frontier: str) -> None:
    game = Game(start)
    answers = {str(n): [lines(*script) for script in scripts if script] for n in range(start + 1)}

    settings = Settings(debug=True, shorten_heartbeats=0, merge=merge, in_flight=3)
    result, _ = asyncio.run(play(game, answers, settings=settings, frontier=frontier))
    assert len(game.live) <= result.statistics.graph["nodes"] + 1
