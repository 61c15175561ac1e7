"""Runs that were killed go on: at any byte of their log, and by a real SIGKILL."""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from number_game import Game, always
from recorded_play import Fickle, play

from prover.core.budget import Budget
from prover.core.errors import LeanProcessError
from prover.core.outcome import Progress, Solved, TimedOut
from prover.events import Event, Memory, Opaque, RunFolder
from prover.search import (
    FRONTIERS,
    Journal,
    LeanCall,
    ModelCall,
    Replies,
    SearchOutcome,
    Settings,
    StateSeen,
    search_on_record,
)
from prover.search.recorded import RecordedRunner
from prover.search.replies import as_call

PROGRAM = Path(__file__).parent / "recorded_play.py"


def timeless(events: list[Event]) -> list[Any]:
    """Events without what depends on the clock."""
    found: list[Any] = []
    for event in events:
        told = event.payload
        if isinstance(told, Opaque):
            told = {name: value for name, value in told.fields.items() if name != "seconds"}
        elif isinstance(told, ModelCall):
            told = (told.state, told.draw, told.candidates)
        elif isinstance(told, SearchOutcome):
            told = (told.stop, told.script, told.statistics["expansions"])
        found.append((event.search, event.kind, told))
    return found


def grouped(events: list[Any]) -> dict[str, list[Any]]:
    """By kind: with several nodes in flight the replies to one and the events of another come in either order."""
    found: dict[str, list[Any]] = {}
    for search, kind, told in events:
        found.setdefault(f"{search} {kind}", []).append(told)
    return found


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, SearchOutcome]:
    folder = tmp_path_factory.mktemp("whole")
    outcome, _, _ = asyncio.run(play(folder, 29, "best", seed=5))
    return folder, outcome


@settings(max_examples=60)
@given(data=st.data())
def test_a_log_cut_at_any_byte_goes_on_to_the_same_end(
    whole: tuple[Path, SearchOutcome], tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder, outcome = whole
    log = (folder / "events.jsonl").read_bytes()
    cut = data.draw(st.integers(0, len(log)))
    other = tmp_path_factory.mktemp("cut")
    shutil.copy(folder / "run.json", other)
    (other / "events.jsonl").write_bytes(log[:cut])
    kept = list(RunFolder.open(other).events())
    asked_before = sum(isinstance(e.payload, LeanCall) for e in kept)
    # A model that goes on where the first one was: what it said is not asked again.
    said = sum(isinstance(e.payload, ModelCall) for e in kept)
    again, _, model = asyncio.run(play(other, 29, "best", seed=5 + said))
    assert (again.stop, again.script) == (outcome.stop, outcome.script)
    events = list(RunFolder.open(other).events())
    assert events[: len(kept)] == kept
    assert [e.sequence for e in events] == list(range(len(events)))
    everything = list(RunFolder.open(folder).events())
    assert grouped(timeless(events)) == grouped(timeless(everything))
    assert model.asked == sum(isinstance(e.payload, ModelCall) for e in everything) - said
    tried = {(c.state, c.tactic, c.heartbeats) for e in events if isinstance(c := e.payload, LeanCall)}
    assert len(tried) == sum(isinstance(e.payload, LeanCall) for e in events), "no question was asked twice"
    assert asked_before <= len(tried)


def test_a_finished_search_is_not_done_again(whole: tuple[Path, SearchOutcome]) -> None:
    folder, outcome = whole
    before = (folder / "events.jsonl").read_bytes()
    again, game, model = asyncio.run(play(folder, 29, "best"))
    assert (again.stop, again.script) == (outcome.stop, outcome.script)
    assert not game.calls and not model.asked and (folder / "events.jsonl").read_bytes() == before


@pytest.mark.parametrize("frontier", FRONTIERS)
def test_killed_runs_go_on(frontier: str, tmp_path: Path) -> None:
    """SIGKILL at random moments, again and again, until a run gets through."""
    chance = random.Random(frontier)
    kills = 0
    while True:
        process = subprocess.Popen(
            [sys.executable, str(PROGRAM), str(tmp_path), "29", frontier, "0.002"],
            env=os.environ | {"PYTHONPATH": os.pathsep.join(p for p in sys.path if p)},
        )
        log = tmp_path / "events.jsonl"
        size = log.stat().st_size if log.exists() else 0
        # Killed by what it has written, not by the clock: a slow machine gets as far as a fast one.
        goal = size + chance.randrange(1, 12_000)
        while process.poll() is None and (not log.exists() or log.stat().st_size < goal or kills >= 4):
            time.sleep(0.001)
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            process.wait()
            kills += 1
            continue
        assert process.returncode == 0
        break
    events = list(RunFolder.open(tmp_path).events())
    assert kills >= 1 and [e.sequence for e in events] == list(range(len(events)))
    outcomes = [e.payload for e in events if isinstance(e.payload, SearchOutcome)]
    assert len(outcomes) == 1
    tried = [(c.state, c.tactic, c.heartbeats) for e in events if isinstance(c := e.payload, LeanCall)]
    assert len(set(tried)) == len(tried), "no tactic was run twice on a state"
    # The same search in one piece, with what the model said in the pieces.
    sink = Memory()
    candidates = [e for e in events if isinstance(e.payload, ModelCall | StateSeen)]
    started = [e for e in events if e.kind == "SearchStarted"]
    journal = Journal(sink, [*started, *candidates])
    result = asyncio.run(
        search_on_record(
            journal.chapter("number"),
            Game(29),
            Fickle(0),
            budget=Budget(expansions=60),
            settings=Settings(in_flight=2, shorten_seconds=0, seed=1),
            frontier=frontier,
        )
    )
    assert (result.stop, result.script) == (outcomes[0].stop, outcomes[0].script)


async def test_a_second_search_at_a_goal_repeats_no_tactic() -> None:
    journal = Journal()
    game = Game(29)
    for expansions in (5, 300):
        chapter = journal.chapter("number")
        result = await search_on_record(
            chapter, game, always("split", "half", "dec", "zero"), budget=Budget(expansions=expansions)
        )
    assert result.stop == "proved"
    single = [call for call in game.calls if "\n" not in call[1]]
    assert single and result.statistics.candidates > 0
    # States are made again by their tactics where the second search goes on; apart from that nothing is.
    assert len(single) <= len(set(single)) + 20


async def test_other_things_to_avoid_are_another_question() -> None:
    journal = Journal()
    for avoid in ((), ("open_lemma",)):
        game = Game(3)
        await search_on_record(
            journal.chapter("number"), game, always("dec", "zero"), avoid=avoid, budget=Budget(expansions=50)
        )
        assert game.calls


async def test_a_record_that_does_not_fit_is_said() -> None:
    replies = Replies()
    game = Game(8)
    runner = RecordedRunner(game, replies, lambda event: None)
    root, _ = await runner.root()
    (found,) = [o async for _, o in runner.apply(root, ["half"], heartbeats=9, wall_seconds=1)]
    assert isinstance(found, Progress)
    other = RecordedRunner(Game(9), replies, lambda event: None)
    start, _ = await other.root()
    start.state = root.state
    (again,) = [o async for _, o in other.apply(start, ["half"], heartbeats=9, wall_seconds=1)]
    assert isinstance(again, Progress) and other.asked == 0
    with pytest.raises(LeanProcessError, match="another state"):
        [o async for _, o in other.apply(again.handle, ["dec"], heartbeats=9, wall_seconds=1)]


def test_more_wall_time_is_another_try() -> None:
    replies = Replies()
    replies.take(as_call("s", "simp", 10, 2.0, TimedOut("wall")))
    replies.take(as_call("s", "omega", 10, 2.0, TimedOut("heartbeats")))
    assert isinstance(replies.outcome("s", "simp", 10, 2.0), TimedOut)
    assert replies.outcome("s", "simp", 10, 3.0) is None
    assert isinstance(replies.outcome("s", "omega", 10, 3.0), TimedOut)
    assert replies.outcome("s", "omega", 20, 3.0) is None


async def test_a_known_closing_tactic_ends_the_batch() -> None:
    game = Game(0)
    runner = RecordedRunner(game, Replies(), lambda event: None)
    root, _ = await runner.root()
    for _ in range(2):
        seen = [o async for _, o in runner.apply(root, ["dec", "zero", "half"], heartbeats=9, wall_seconds=1)]
        assert len(seen) == 2 and isinstance(seen[-1], Solved)
    assert runner.asked == 2
