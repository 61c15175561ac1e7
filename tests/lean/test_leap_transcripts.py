"""Files of `benchmarks/leap` played by the agent on real Lean, what the model says being written down."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from prover.lean import Pool
from prover.lean.source import SourceFile

PERF = Path(__file__).parents[2] / "benchmarks" / "perf"
SMALL = ("sums",)
LARGE = ("sorting", "brackets", "compiler", "fibonacci", "formulas", "numerals", "queue", "runlength", "searchtree")


@pytest.fixture(scope="module")
def transcript() -> Iterator[Any]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(PERF)
        yield importlib.import_module("transcript")
        del sys.modules["transcript"]


def test_every_file_is_played(transcript: Any) -> None:
    assert sorted((*SMALL, *LARGE)) == transcript.names()


@pytest.mark.parametrize("name", [*SMALL, *(pytest.param(name, marks=pytest.mark.slow) for name in LARGE)])
@pytest.mark.timeout(1800)
async def test_all_targets_are_proved(transcript: Any, pool: Pool, name: str) -> None:
    played = await transcript.play(pool, name)
    graph = played.plan.graph
    graph.check_invariants()
    assert played.trouble == [] and played.proved == played.targets == len(graph.targets)
    assert "sorry" not in played.text, "the file that was put together, verified"
    needed = {lemma.number: lemma for target in graph.targets for lemma in graph.order(target)}
    assert len(needed) - played.targets >= 3, "a file that needs no lemmas shows nothing"


@pytest.mark.slow
@pytest.mark.timeout(1800)
async def test_sharing_saves_work(transcript: Any, pool: Pool) -> None:
    shared = await transcript.play(pool, "sorting")
    plain = await transcript.Recursion(pool, "sorting", transcript.Manner()).play()
    assert plain.proved == plain.targets == shared.proved
    assert shared.refuted == 1 <= plain.refuted, "`ordered_place_any` is false"
    assert plain.lemmas > shared.lemmas


@pytest.mark.slow
@pytest.mark.timeout(1800)
async def test_the_verifier_agrees(transcript: Any, pool: Pool) -> None:
    played = await transcript.play(pool, "sums", transcript.Manner(verify=True))
    assert played.proved == played.targets


async def test_a_lemma_that_says_what_a_target_says(transcript: Any, pool: Pool) -> None:
    stated = {"name": "again", "text": "theorem again (n : Nat) : n + 0 = n"}
    says = {
        "one": {"prove": [{"plan": "", "script": "rfl"}]},
        "two": {"plan": [{"plan": "", "lemmas": [stated], "script": "rw [again]"}]},
    }
    goals = "one (n : Nat) : n + 0 = n", "two (n : Nat) : (n + 0) * 1 = n * 1"
    source = SourceFile("t.lean", "\n\n".join(f"theorem {goal} := by\n  sorry" for goal in goals).encode())
    played = await transcript.play_text(pool, source, says, transcript.Manner())
    assert played.trouble == [] and played.proved == 2
