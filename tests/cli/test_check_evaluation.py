"""`prove check RUN` and `--against RUN`: an evaluation's proofs, and anybody's, judged anew."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from bench_runs import failed, make, problem, proved

from prover.cli import check_many
from prover.verify.batch import BatchOptions
from prover.verify.docket import Item

Prove = Callable[..., Any]

GOOD = "theorem p1 : 1 + 0 = 1 := by\n  rfl\n"
FALSE = "theorem p2 : 2 + 0 = 2 ∨ True := by\n  exact Or.inr trivial\n"


@pytest.fixture(autouse=True)
def one_canary(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that needs no worker of its own, to keep the test short."""
    canary = Item("canary", "theorem goal : 1 = 2 := by\n  sorry", "theorem goal : 1 = 2 := by\n  sorry")
    monkeypatch.setattr(check_many, "BatchOptions", lambda **given: BatchOptions(canaries=(canary,), **given))


@pytest.fixture
def evaluation(tmp_path: Path) -> Path:
    """Claims: one sound, one whose file proves something else, one whose file is gone."""
    ends = [
        proved("p1", proof_file="proofs/p1.lean"),
        proved("p2", proof_file="proofs/p2.lean"),
        proved("p3", proof_file="proofs/p3.lean"),
        failed("p4"),
    ]
    files = {"proofs/p1.lean": GOOD, "proofs/p2.lean": FALSE}
    return make(tmp_path / "run", [problem(n) for n in range(1, 5)], ends, proofs=files)


@pytest.mark.lean
def test_claims_are_judged_anew(
    prove: Prove, evaluation: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = prove("check", evaluation, "--json")
    found = ran.document["evaluation"]
    assert ran.code == 1 and (found["proved"], found["claimed"], found["problems"]) == (1, 3, 4)
    assert {one["name"]: one["code"] for one in found["differs"]} == {"p2#1": "mismatch", "p3#1": "no_proof_file"}
    assert (tmp_path / "run.results.jsonl").exists()
    # Results are taken up again; the words say the same.
    ran = prove("check", evaluation)
    assert "1 of 4 problems of toy-test proved; the run says 3" in ran.out
    assert "differs: p2#1: the run says proved, the verifier mismatch" in ran.out and "judged 0" in ran.err


@pytest.mark.lean
def test_anybodys_proofs_are_held_against_the_problems(prove: Prove, evaluation: Path, tmp_path: Path) -> None:
    source = tmp_path / "theirs.jsonl"
    records = [
        # What the benchmark states counts, and no mark of the proof's own.
        {"problem_id": "p1", "proof": f"-- frozen: p1 {'0' * 64}\n{GOOD}"},
        {"problem_id": "p4", "proof": "theorem p4 : 4 + 0 = 4 := sorry\n"},
        # A reference of its own, that its proof would fit, does not count.
        {"problem_id": "p2", "proof": FALSE, "reference": FALSE.replace("exact Or.inr trivial", "sorry")},
        {"problem_id": "q", "proof": GOOD},
    ]
    source.write_text("".join(json.dumps(one) + "\n" for one in records))
    ran = prove("check", source, "--against", evaluation, "-o", tmp_path / "out", "--json")
    assert ran.code == 1
    assert {item["name"]: item["code"] for item in ran.document["items"]} == {
        "p1": "proved",
        "p2": "mismatch",
        "p4": "incomplete",
    }
    assert [one["code"] for one in ran.document["problems"]] == ["unknown_problem"]
    found = ran.document["evaluation"]
    assert (found["proved"], found["problems"], found["claimed"], found["differs"]) == (1, 4, None, [])


def test_a_run_that_claims_nothing(prove: Prove, tmp_path: Path) -> None:
    path = make(tmp_path / "run", [problem(1)], [failed("p1")])
    ran = prove("check", path, "--json")
    assert (ran.code, ran.error) == (2, "no_submissions")


@pytest.mark.lean
def test_an_evaluation_over_coremath_is_judged_over_it(prove: Prove, tmp_path: Path) -> None:
    asked = problem(1, statement="theorem p1 (a b : ℤ) : a + b = b + a", header="import Mathlib")
    text = "import Mathlib\n\ntheorem p1 (a b : ℤ) : a + b = b + a := by\n  omega\n"
    ends = [proved("p1", proof_file="proofs/p1.lean", axioms=("propext", "Quot.sound"))]
    facts = {"subset": "core-lite", "foundation": "CoreMath", "released": 3}
    path = make(tmp_path / "run", [asked], ends, proofs={"proofs/p1.lean": text}, **facts)
    ran = prove("check", path, "-o", tmp_path / "out")
    assert ran.code == 0, ran.err
    assert "1 of 1 problems of toy-test/core-lite proved over CoreMath; the run says 1" in ran.out
