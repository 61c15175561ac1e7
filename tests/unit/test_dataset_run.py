"""The records of a run: compared with its log, with the graph of its search, and with what was proved."""

from __future__ import annotations

import json
import tempfile
import tracemalloc
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from number_game import state_of
from training_runs import MOVES, finish, payloads, play, write_events

from prover.core.errors import UserError
from prover.dataset import Distinct, Records, RunLog, TacticRecord, is_found_step, is_step
from prover.events import RunFolder
from prover.events.codec import encode
from prover.report.search import DEAD, SOLVED, Search
from prover.report.story import Story
from prover.search import FRONTIERS


@contextmanager
def new_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as made:
        yield Path(made) / "run"


def told_by(folder: Path) -> Search:
    """The search as the page of the run shows it: put together by other code, from the same events."""
    return Story.of(RunFolder.open(folder).events()).targets[0].searches[0]


@given(
    start=st.lists(st.integers(0, 40), min_size=1, max_size=3),
    moves=st.permutations(MOVES).flatmap(lambda p: st.integers(1, len(p)).map(lambda k: p[:k])),
    frontier=st.sampled_from(sorted(FRONTIERS)),
    budget=st.integers(0, 60),
)
@settings(max_examples=40)
async def test_records_say_what_the_log_and_the_graph_say(
    start: list[int], moves: list[str], frontier: str, budget: int
) -> None:
    with new_folder() as folder:
        result = await play(folder, *start, moves=moves, frontier=frontier, budget=budget)
        records = list(RunLog(folder))
        goals = {opened["node"]: opened["goal"] for opened in payloads(folder, "NodeOpened")}
        tried = payloads(folder, "TacticTried")
        # Each try is there once, in order; nothing else is but steps that are no proposals.
        assert [(r.state, r.tactic) for r in records if r.source != "shorten"] == [
            (goals[t["node"]], t["tactic"]) for t in tried
        ]
        search = told_by(folder)
        check_standing(records, search)
        steps = [r for r in records if r.on_proof]
        assert bool(steps) == bool(result.proof and search.proof)
        assert all(r.verified == (result.script is not None) for r in records)
        for record in records:
            check_places(record)


def check_standing(records: list[TacticRecord], search: Search) -> None:
    """What the records say of proofs is what the tree says."""
    edges = {(search.states[e.parent].goal, e.tactic): e for e in search.edges if e.tactic}
    proof = {key for key, edge in edges.items() if edge.in_proof}
    assert {(r.state, r.tactic) for r in records if r.on_proof} == proof
    for record in records:
        edge = edges.get((record.state, record.tactic))
        if record.outcome == "solved":
            assert record.led_to == "proved" and record.remaining == 1 and record.after == ""
        elif record.outcome != "progress":
            assert (record.led_to, record.remaining, record.after) == ("", None, None)
        elif edge is None:
            assert record.led_to in ("known", "unexplored") and record.remaining is None
        else:
            assert (record.led_to == "proved") == (edge.status == SOLVED) == (record.remaining is not None)
            assert (record.led_to == "dead") == (edge.status == DEAD)


def check_places(record: TacticRecord) -> None:
    """State, parts, fingerprint and what is left belong together."""
    assert "\n\n".join(goal.text for goal in record.goals) == record.state
    numbers = tuple(int(goal.target) for goal in record.goals)
    assert record.fingerprint in (state_of(numbers).fingerprint, state_of(numbers, True).fingerprint)
    if record.outcome == "progress" and record.tactic == "dec":
        assert record.after == str(state_of((numbers[0] - 1, *numbers[1:])))


@pytest.mark.parametrize("start", [(24,), (7, 12), (1,), (0, 0, 3)])
async def test_the_steps_of_a_proof_prove_the_root(tmp_path: Path, start: tuple[int, ...]) -> None:
    result = await play(tmp_path / "run", *start)
    steps = {r.state: r for r in RunLog(tmp_path / "run") if r.on_proof}
    assert result.proof is not None

    def follow(number: int) -> int:
        """Closes a number by the recorded steps; gives how many it took."""
        step = steps[str(state_of((number,)))]
        if step.after == "":
            assert step.tactic == "zero" and number == 0
            return 1
        assert step.after is not None
        left = [int(goal.removeprefix("⊢ ")) for goal in step.after.split("\n\n")]
        taken = 1 + sum(follow(n) for n in left)
        assert step.remaining == taken, "the distance counts the tactics that follow"
        return taken

    total = sum(follow(number) for number in start)
    assert total == result.proof.size - (len(start) > 1), "taking the root apart is no tactic"
    assert all(r.depth is not None and r.verified and r.verdict == "proved" for r in steps.values())


async def test_a_step_found_when_the_proof_was_shortened_is_told(tmp_path: Path) -> None:
    moves = ("half", "dec", "zero")
    result = await play(tmp_path / "run", 8, moves=moves, shorten=5.0)
    records = list(RunLog(tmp_path / "run"))
    check_standing(records, told_by(tmp_path / "run"))
    assert result.proof is not None
    assert max(r.remaining or 0 for r in records if r.on_proof) == result.proof.size


async def test_only_what_was_verified_is_a_pair(tmp_path: Path) -> None:
    for verdict in ("proved", "elaboration_error", None):
        await play(tmp_path / str(verdict), 6, verdict=verdict)
        records = list(RunLog(tmp_path / str(verdict)))
        assert any(map(is_found_step, records))
        assert any(map(is_step, records)) == (verdict == "proved")
        assert {r.verdict for r in records} == {verdict or ""}


async def test_a_proof_other_than_the_one_that_was_verified_is_none(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    await play(folder, 6, verdict=None)
    with RunFolder.open(folder).log() as log:
        finish(log, {"t": ("proved", ["another script"])})
    records = list(RunLog(folder))
    assert any(r.on_proof for r in records) and not any(r.verified for r in records)


async def test_a_negation_is_verified_by_its_refutation(tmp_path: Path) -> None:
    for verdict, verified in (("refuted", True), ("proved", False)):
        await play(tmp_path / verdict, 6, refuting=True, verdict=verdict)
        assert {(r.refuting, r.verified) for r in RunLog(tmp_path / verdict)} == {(True, verified)}


async def test_a_log_cut_anywhere_gives_what_is_there(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    await play(folder, 5)
    whole = list(RunLog(folder))
    data = (folder / "events.jsonl").read_bytes()
    for cut in range(0, len(data), 997):
        (folder / "events.jsonl").write_bytes(data[:cut])
        log = RunLog(folder)
        part = [(r.state, r.tactic, r.outcome) for r in log]
        assert part == [(r.state, r.tactic, r.outcome) for r in whole][: len(part)]
        assert not log.finished and not any(r.verified for r in log)


async def test_what_is_written_while_a_log_is_read_is_left_out(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    await play(folder, 5, verdict=None)
    log = RunLog(folder)
    before = list(log)
    with (folder / "events.jsonl").open("ab") as file:
        file.write(b"no event\n")
    assert list(log) == before
    with pytest.raises(UserError, match="is no event") as raised:
        RunLog(folder)
    assert raised.value.code == "corrupt_log"


def test_a_search_begun_anew_is_told_apart_from_what_it_replaces(tmp_path: Path) -> None:
    tried = {"node": 0, "outcome": "Failed", "reason": "error"}
    folder = write_events(
        tmp_path / "run",
        ("t#1", "TacticTried", {**tried, "tactic": "before its search"}),
        ("t#1", "SearchStarted", {"name": "t"}),
        ("t#1", "NodeOpened", {"node": 0, "goal": "⊢ p"}),
        ("t#1", "TacticTried", {**tried, "tactic": "a"}),
        ("t#1", "SearchStarted", {"name": "t"}),
        ("t#1", "NodeOpened", {"node": 0, "goal": "⊢ q"}),
        ("t#1", "TacticTried", {**tried, "tactic": "b"}),
        ("t#1", "TacticTried", {**tried, "tactic": "c", "node": 7}),
    )
    assert [(r.state, r.tactic, r.goals) for r in RunLog(folder)] == [("⊢ p", "a", ()), ("⊢ q", "b", ())]


def test_a_suggestion_that_was_taken_up_is_a_step_of_its_own(tmp_path: Path) -> None:
    step = {"node": 0, "tactic": "exact h", "source": "x", "log_probability": -1.0, "children": []}
    folder = write_events(
        tmp_path / "run",
        ("t#1", "SearchStarted", {"name": "t"}),
        ("t#1", "NodeOpened", {"node": 0, "goal": "⊢ p", "state": "f"}),
        ("t#1", "LeanCall", {"state": "f", "tactic": "exact h", "outcome": "Solved", "uses": ["h"], "spent": 5}),
        ("t#1", "TacticTried", {"node": 0, "tactic": "exact?", "outcome": "Solved", "source": "x"}),
        ("t#1", "Solved", {**step, "proposed": "exact?"}),
        ("t#1", "SearchEnded", {"proof": [step]}),
    )
    asked, found = RunLog(folder)
    assert (asked.tactic, asked.on_proof, asked.led_to) == ("exact?", False, "proved")
    assert (found.tactic, found.on_proof, found.used, found.heartbeats) == ("exact h", True, ("h",), 5)


def test_what_was_proposed_and_not_tried_is_told(tmp_path: Path) -> None:
    folder = write_events(
        tmp_path / "run",
        ("t#1", "SearchStarted", {"name": "t"}),
        ("t#1", "NodeOpened", {"node": 0, "goal": "⊢ p"}),
        ("t#1", "CandidateRefused", {"node": 0, "text": "sorry", "source": "m", "reason": "sorry"}),
    )
    (record,) = RunLog(folder)
    assert (record.state, record.tactic, record.outcome, record.reason) == ("⊢ p", "sorry", "rejected", "sorry")


def test_logs_that_make_no_sense_give_records_all_the_same(tmp_path: Path) -> None:
    folder = write_events(
        tmp_path / "run",
        ("t#1", "SearchStarted", {}),
        ("t#1", "NodeOpened", {"node": 0, "goal": 3, "state": ["x"]}),
        ("t#1", "StateSeen", {"state": {"fingerprint": "", "goals": 7}}),
        ("t#1", "TacticTried", {"node": "x", "tactic": 7}),
        ("t#1", "TacticTried", {"node": 0, "tactic": "\ud800", "heartbeats": 10**400, "log_probability": "inf"}),
        ("t#1", "EdgeAdded", {"node": 0, "tactic": "round", "children": [0, 1, -4, "b", None]}),
        ("t#1", "EdgeAdded", {"node": 1, "tactic": "and round", "children": [0]}),
        ("t#1", "SearchEnded", {"proof": ["x", {"node": 9}, {"node": 0, "tactic": "round", "children": [0]}]}),
        ("run", "Result", {"targets": [1, {"name": "", "verdict": "proved", "scripts": [2]}]}),
    )
    records = list(RunLog(folder))
    assert [(r.tactic, r.heartbeats, r.log_probability) for r in records] == [("?", 0, None), ("round", 0, None)]
    json.dumps([encode(r) for r in records], allow_nan=False).encode()


@pytest.mark.parametrize("content", [None, b"", b"{}", b"\xff"])
def test_a_folder_without_a_run_is_the_users_error(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "run.json").write_bytes(content)
    with pytest.raises(UserError) as raised:
        RunLog(tmp_path)
    assert raised.value.code == ("no_run" if content is None else "corrupt_run")


def many_tries(folder: Path, count: int) -> Path:
    tried = {"node": 0, "outcome": "Failed", "reason": "error", "text": "x" * 500}
    return write_events(
        folder,
        ("t#1", "SearchStarted", {"name": "t"}),
        ("t#1", "NodeOpened", {"node": 0, "goal": "⊢ p"}),
        *(("t#1", "TacticTried", {**tried, "tactic": f"exact h{n}"}) for n in range(count)),
    )


def test_a_long_log_is_not_held_in_memory(tmp_path: Path) -> None:
    folder = many_tries(tmp_path / "run", 8000)
    size = (folder / "events.jsonl").stat().st_size
    tracemalloc.start()
    try:
        assert sum(1 for _ in Distinct(RunLog(folder))) == 8000
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < size / 2


async def test_repetitions_are_given_once_at_their_best(tmp_path: Path) -> None:
    await play(tmp_path / "found", 9, verdict=None)
    await play(tmp_path / "verified", 9)
    await play(tmp_path / "cut", 9, budget=3, verdict="not_proved")
    logs = [RunLog(tmp_path / name) for name in ("found", "cut", "verified")]
    distinct = Distinct(Records(logs))
    records = list(distinct)
    keys = Counter((r.state, r.tactic) for r in records)
    assert set(keys.values()) == {1}
    assert set(keys) == {(r.state, r.tactic) for log in logs for r in log}
    assert len(records) + distinct.dropped == sum(1 for log in logs for _ in log)
    assert all(r.verified for r in records if r.on_proof) and any(r.on_proof for r in records)
    assert list(distinct) == records, "again the same"


async def test_theorems_are_left_out_by_name(tmp_path: Path) -> None:
    await play(tmp_path / "a", 3, name="a")
    await play(tmp_path / "b", 4, name="b")
    records = Records([RunLog(tmp_path / "a"), RunLog(tmp_path / "b")], without={"a"})
    assert {r.theorem for r in records} == {"b"}
    assert records.left_out == sum(1 for _ in RunLog(tmp_path / "a")) > 0


def tactics_of(records: list[TacticRecord]) -> dict[str, Any]:
    return {r.tactic: r for r in records}


def test_premises_are_those_offered_and_those_used(tmp_path: Path) -> None:
    folder = write_events(
        tmp_path / "run",
        ("t#1", "SearchStarted", {"name": "t"}),
        ("t#1", "NodeOpened", {"node": 0, "goal": "⊢ p", "state": "f"}),
        ("t#1", "LeanCall", {"state": "f", "tactic": "a", "outcome": "Progress", "uses": ["used"], "after": "g"}),
        ("t#1", "TacticTried", {"node": 0, "tactic": "a", "outcome": "Progress"}),
        ("t#1", "TacticTried", {"node": 0, "tactic": "b", "outcome": "Failed"}),
        ("t#1", "NodeExpanded", {"node": 0, "premises": ["offered"]}),
    )
    records = tactics_of(list(RunLog(folder)))
    assert records["a"].used == ("used",) and records["b"].used == ()
    assert records["a"].offered == records["b"].offered == ("offered",)
