"""Preferences: what may be chosen, what may be rejected, how many, and the same each time."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from training_runs import MOVES, play

from prover.dataset import Preference, RunLog, TacticRecord, preferences
from prover.dataset.record import DEAD, FAILED, KNOWN, LOST, OPEN, PROGRESS, PROVED, REJECTED, TIMED_OUT, UNEXPLORED
from prover.search import FRONTIERS

GOOD = TacticRecord("⊢ p", "good", PROGRESS, led_to=PROVED, on_proof=True, verified=True, remaining=2)


def made(*records: TacticRecord, per_state: int = 8, seed: int = 0, unverified: bool = False) -> list[Preference]:
    return list(preferences(records, per_state=per_state, seed=seed, unverified=unverified))


def rejected_by(*siblings: TacticRecord, seed: int = 0) -> list[str]:
    return [p.rejected for p in made(GOOD, *siblings, seed=seed)]


@given(
    start=st.lists(st.integers(0, 40), min_size=1, max_size=2),
    moves=st.permutations((*MOVES, "slow", "die")),
    frontier=st.sampled_from(sorted(FRONTIERS)),
    budget=st.integers(5, 60),
    per_state=st.integers(1, 4),
    seed=st.integers(0, 3),
)
@settings(max_examples=30)
async def test_preferences_of_a_search(
    start: list[int], moves: list[str], frontier: str, budget: int, per_state: int, seed: int
) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "run"
        result = await play(folder, *start, moves=moves, frontier=frontier, budget=budget)
        records = list(RunLog(folder))
        found = made(*records, per_state=per_state, seed=seed)
        tried = {(r.state, r.tactic): r for r in records}
        assert result.script is not None or not found, "nothing is verified"
        for pair in found:
            chosen, rejected = tried[pair.state, pair.chosen], tried[pair.state, pair.rejected]
            assert pair.chosen != pair.rejected
            assert chosen.on_proof or chosen.led_to == PROVED
            assert rejected.outcome in (PROGRESS, FAILED) and rejected.led_to in ("", DEAD, OPEN)
            assert pair.goals == rejected.goals and pair.verified
        for state in {p.state for p in found}:
            assert sum(p.state == state for p in found) <= per_state
        assert found == made(*records, per_state=per_state, seed=seed), "the same each time"
        assert len({(p.state, p.rejected) for p in found}) == len(found)


@pytest.mark.parametrize(
    "sibling",
    [
        TacticRecord("⊢ p", "bad", TIMED_OUT, "heartbeats"),
        TacticRecord("⊢ p", "bad", LOST, "crashed"),
        TacticRecord("⊢ p", "bad", REJECTED, "forbidden"),
        TacticRecord("⊢ p", "bad", FAILED, "recursion"),
        TacticRecord("⊢ p", "bad", PROGRESS, led_to=KNOWN),
        TacticRecord("⊢ p", "bad", PROGRESS, led_to=UNEXPLORED),
        TacticRecord("⊢ q", "bad", FAILED, "error"),
        TacticRecord("⊢ p", " good\n", FAILED, "error"),
    ],
    ids=lambda r: f"{r.outcome}-{r.reason or r.led_to or r.state}",
)
def test_what_says_nothing_against_a_tactic_rejects_none(sibling: TacticRecord) -> None:
    assert rejected_by(sibling) == []
    assert rejected_by(replace(sibling, state="⊢ p", tactic="bad", outcome=FAILED, reason="error", led_to="")) == [
        "bad"
    ]


def test_a_tactic_that_proves_the_state_elsewhere_is_not_rejected() -> None:
    fails, works = TacticRecord("⊢ p", "other", FAILED, "error"), TacticRecord("⊢ p", "other", PROGRESS, led_to=PROVED)
    assert rejected_by(fails) == ["other"]
    assert rejected_by(fails, works) == rejected_by(works, fails) == []


def test_hard_negatives_come_first() -> None:
    failed = [TacticRecord("⊢ p", f"fails {n}", FAILED, "error") for n in range(20)]
    dead = TacticRecord("⊢ p", "dead", PROGRESS, led_to=DEAD)
    open_ = TacticRecord("⊢ p", "open", PROGRESS, led_to=OPEN)
    first = rejected_by(*failed, open_, dead)
    assert first[:2] == ["dead", "open"] and len(first) == 8
    assert rejected_by(*reversed(failed), dead, open_) == first, "the order of the log does not matter"
    assert rejected_by(*failed, open_, dead, seed=1)[2:] != first[2:], "the seed does"


def test_the_proof_comes_before_other_ways_and_short_ones_before_long_ones() -> None:
    ways = [
        replace(GOOD, tactic="beside", on_proof=False, remaining=1),
        replace(GOOD, tactic="long", remaining=5),
        replace(GOOD, tactic="short", remaining=1),
    ]
    failed = [TacticRecord("⊢ p", f"fails {n}", FAILED, "error") for n in range(3)]
    assert [p.chosen for p in made(*failed, *ways)] == ["short", "long", "beside"]


def test_unverified_proofs_only_where_they_are_asked_for() -> None:
    found, failed = replace(GOOD, verified=False), TacticRecord("⊢ p", "bad", FAILED, "error")
    assert made(found, failed) == []
    (pair,) = made(found, failed, unverified=True)
    assert pair.chosen == "good" and not pair.verified
