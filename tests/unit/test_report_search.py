"""A search put together again from its events: compared with the graph of the search that sent them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from number_game import Game

from prover.core.budget import Budget
from prover.events import Event, Memory, Opaque, from_line, to_line
from prover.generate import Scripted
from prover.report.data import page_data
from prover.report.search import DEAD, OPEN, SOLVED, Search
from prover.report.story import Story
from prover.search import FRONTIERS, Journal, SearchResult, Settings, search_on_record

MOVES = ("dec", "half", "split", "zero", "third", "nonsense")


async def played(
    *start: int,
    moves: Sequence[str] = MOVES,
    frontier: str = "best",
    budget: int = 60,
    shorten: float = 0,
    in_flight: int = 1,
) -> tuple[SearchResult, Search]:
    """A search's own result, and what its events, written and read again, say of it."""
    memory = Memory()
    result = await search_on_record(
        Journal(memory).chapter("t"),
        Game(*start),
        Scripted(lambda _: tuple(moves)),
        budget=Budget(expansions=budget),
        settings=Settings(debug=True, shorten_seconds=shorten, in_flight=in_flight, lanes=2),
        frontier=frontier,
    )
    story = Story.of(from_line(to_line(event)) for event in memory.events)
    return result, story.targets[0].searches[0]


@given(
    start=st.lists(st.integers(0, 40), min_size=1, max_size=3),
    moves=st.permutations(MOVES).flatmap(lambda p: st.integers(1, len(p)).map(lambda k: p[:k])),
    frontier=st.sampled_from(sorted(FRONTIERS)),
    budget=st.integers(0, 60),
    in_flight=st.integers(1, 4),
)
@settings(max_examples=60)
async def test_events_say_everything_the_graph_knows(
    start: list[int], moves: list[str], frontier: str, budget: int, in_flight: int
) -> None:
    result, told = await played(*start, moves=moves, frontier=frontier, budget=budget, in_flight=in_flight)
    counts = result.statistics.graph
    assert len(told.states) == counts["nodes"] and len(told.edges) == counts["edges"]
    for status in (OPEN, SOLVED, DEAD):
        assert sum(s.status == status for s in told.states.values()) == counts[status], status
    assert told.stop == result.stop and told.checked == result.checked
    assert sum(told.tallies.values()) == result.statistics.candidates
    assert told.heartbeats == result.statistics.heartbeats
    assert sum(s.expansions for s in told.states.values()) == result.statistics.expansions
    # Every try is shown once: as the edge it led to, or among those without success.
    shown = sum(len(s.tries) for s in told.states.values()) + sum(e.ran is not None for e in told.edges)
    assert shown == result.statistics.candidates
    assert proof_size(told) == (result.proof.size if result.proof else None)


def proof_size(told: Search) -> int | None:
    """Tactics in the proof that the marked edges make, a shared part counted as often as it is used."""
    best = {e.parent: e for e in told.edges if e.in_proof}
    assert len(best) == sum(e.in_proof for e in told.edges), "one tactic a state"

    def size(number: int) -> int:
        return 1 + sum(size(child) for child in best[number].children)

    return size(0) if best else None


@pytest.mark.parametrize("frontier", FRONTIERS)
async def test_the_tree_has_every_state_once_and_the_proof_in_one_piece(frontier: str) -> None:
    _, told = await played(24, frontier=frontier)
    for state in told.states.values():
        if state.number == 0:
            assert (state.home, state.depth) == (-1, 0)
            continue
        home = told.edges[state.home]
        assert state.number in home.children and state.depth == told.states[home.parent].depth + 1
        if state.in_proof:
            assert home.in_proof
    assert any(len(s.needed_by) > 1 for s in told.states.values()), "the game has transpositions"


async def test_a_proof_found_while_shortening_is_shown() -> None:
    result, told = await played(8, moves=("half", "dec", "zero"), shorten=5.0)
    assert result.proof is not None and proof_size(told) == result.proof.size


async def test_failures_keep_their_reason_and_repetitions_are_named() -> None:
    _, told = await played(6, moves=("nonsense", "dec", "third", "half"), budget=40)
    tries = [t for s in told.states.values() for t in s.tries]
    failed = next(t for t in tries if t.tactic == "nonsense")
    assert (failed.outcome, failed.reason, failed.text) == ("Failed", "error", "nonsense does nothing to 6")
    assert failed.heartbeats == 3 and failed.seconds == 0.01 and failed.source
    _, told = await played(4, moves=("dec", "third", "half", "zero"), budget=40)
    assert not [t for s in told.states.values() for t in s.tries if t.outcome == "Progress"]


async def recorded(past: Sequence[Event] = ()) -> list[Event]:
    """The events of a search, begun or gone on with behind those of its past."""
    memory = Memory()
    memory.events += past
    chapter = Journal(memory, past).chapter("t")
    if chapter.outcome is None:
        generator = Scripted(lambda _: MOVES)
        options = Settings(shorten_seconds=0, in_flight=3)
        await search_on_record(chapter, Game(23), generator, budget=Budget(expansions=30), settings=options)
    return memory.events


def timeless(events: list[Event]) -> Any:
    """A search as its page has it, without what depends on the clock."""
    (search,) = page_data(Story.of(events))["targets"][0]["searches"]
    states = [[*state[:6], *state[7:]] for state in search["states"]]
    edges = [[*edge[:7], *edge[8:]] for edge in search["edges"]]
    return {**search, "seconds": None, "states": states, "edges": edges}


async def test_a_search_cut_off_anywhere_and_resumed_is_told_as_if_in_one_piece() -> None:
    whole = await recorded()
    assert len(whole) > 200
    for cut in range(1, len(whole) + 1, 7):
        assert timeless(await recorded(whole[:cut])) == timeless(whole), cut


def test_a_resumed_run_is_told_without_the_pause() -> None:
    def event(kind: str, search: str, time: float, **fields: Any) -> Event:
        return Event(search, 0, time, None, kind, 1, Opaque(kind, 1, fields))

    story = Story.of(
        [
            event("RunStarted", "run", 9.0),
            event("SearchStarted", "t#1", 10.0, name="t"),
            event("NodeOpened", "t#1", 11.0, node=0, goal="⊢ p"),
            event("SearchStarted", "u#1", 12.0, name="u"),
            event("NodeOpened", "u#1", 13.0, node=0, goal="⊢ q"),
            event("RunResumed", "run", 1013.0),
            event("NodeOpened", "t#1", 1014.0, node=1, goal="⊢ r"),
            event("SearchStarted", "u#1", 1015.0, name="u"),
            event("NodeOpened", "u#1", 1016.0, node=0, goal="⊢ s"),
        ]
    )
    first, second = (target.searches for target in story.targets)
    assert [state.at for state in first[0].states.values()] == [1.0, 4.0]
    # A search that began anew, at another goal, stands for the one that was cut off.
    assert [[state.goal for state in search.states.values()] for search in second] == [["⊢ s"]]


def test_a_log_that_was_cut_or_makes_no_sense_still_tells_what_it_can() -> None:
    def event(kind: str, **fields: Any) -> Event:
        return Event("1", 0, 5.0, None, kind, 1, Opaque(kind, 1, fields))

    events = [
        event("NodeOpened", node=3, goal="before its search"),
        event("SearchStarted"),
        event("TacticTried", node="x", tactic=7),
        event("TacticTried", node=0, tactic=None, heartbeats=10**400, seconds="inf"),
        event("EdgeAdded", node=0, children=[1, -4, "b", None, 2**70], log_probability=float("nan")),
        event("EdgeAdded", node=1, tactic="round", children=[0]),
        event("Unheard", of=1),
        event("SearchEnded", proof=[{"node": 9}, "x", {"node": 1, "children": [0], "tactic": "round"}]),
    ]
    for length in range(len(events)):
        page_data(Story.of(events[:length]))
    (told,) = Story.of(events).targets[0].searches
    assert told.edges[0].children == (1,) and told.states[1].home == 0 and told.heartbeats == 0
