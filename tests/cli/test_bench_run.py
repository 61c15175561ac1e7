"""`prove bench NAME`: a prover tried on a benchmark, from the command line, with real Lean."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from prover.bench.record import read_record

Prove = Callable[..., Any]
STATEMENTS = {"easy": "(n : Nat) : n + 0 = n", "swap": "(p q : Prop) (h : p ∧ q) : q ∧ p", "wrong": ": 1 = 2"}
MANIFEST = """
name = "three"
title = "Three statements"
default = "all"
[variants.all]
files = "three.jsonl"
data = "three.jsonl"
shape = "signature"
splits = { test = 3 }
split = "test"
"""


@pytest.fixture
def three(tmp_path: Path) -> Path:
    """A benchmark of the user's own: a manifest and its data; one statement asks for what is not there."""
    records = [{"id": name, "statement": text} for name, text in {**STATEMENTS, "nowhere": ": there = 1"}.items()]
    (tmp_path / "three.jsonl").write_text("".join(f"{json.dumps(record)}\n" for record in records))
    (tmp_path / "three.toml").write_text(MANIFEST)
    return tmp_path / "three.toml"


@pytest.mark.lean
def test_a_run_from_begin_to_end(prove: Prove, three: Path, tmp_path: Path) -> None:
    out, words = tmp_path / "run", ("--split", "test", "--expansions", 6, "--heartbeats", 2000, "--no-premises")
    ran = prove("bench", three, *words, "--out", out)
    assert ran.code == 0 and "easy#1: proved" in ran.out and "wrong#1: not proved" in ran.out
    assert "three-test/core-lite: 2 of 3 attempts of this run proved, 0 left" in ran.out
    record = read_record(out)
    assert record.evaluation.problems == 3 and record.evaluation.released == 4 and record.finished()
    assert json.loads((out / "left_out.jsonl").read_text())["problem"] == "nowhere"
    # The same command again makes nothing again; another one is refused.
    again = prove("bench", three, *words, "--out", out, "--json").document
    assert (again["ended"], again["left"], again["exit_code"]) == (0, 0, 0)
    assert prove("bench", three, "--split", "test", "--expansions", 7, "--out", out, "--json").error == "other_run"
    # Made once more from its folder alone, and put together from two halves.
    rerun = prove("bench", "rerun", out, "--out", tmp_path / "again")
    assert rerun.code == 0 and "3 of 3 attempts came out as before" in rerun.out
    for part in (1, 2):
        prove("bench", three, *words, "--out", tmp_path / f"part{part}", "--shard", f"{part}/2")
    merged = prove("bench", "merge", tmp_path / "part1", tmp_path / "part2", "--out", tmp_path / "whole")
    assert merged.code == 0 and "3 attempts added, 0 still to be made" in merged.out
    halves = read_record(tmp_path / "whole")
    assert [bool(halves.proof(p.id)) for p in halves.problems] == [bool(record.proof(p.id)) for p in record.problems]


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (("no-such-set", "--out", "x"), "no_benchmark"),
        (("core", "--out", "x", "--attempts", "2"), "usage"),
        (("core", "--out", "x", "--frontier", "deepest"), "no_frontier"),
        (("core", "--out", "x", "--shard", "3/2"), "usage"),
        (("core", "--out", "x", "--only", "nobody"), "no_problem"),
        (("core", "--out", "x", "--tactic-model", "openai/x"), "usage"),
        (("rerun", "nowhere", "--out", "x"), "no_evaluation"),
        (("merge", "nowhere", "--out", "x"), "no_evaluation"),
    ],
)
def test_what_cannot_be_asked(
    prove: Prove, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], error: str
) -> None:
    monkeypatch.chdir(tmp_path)
    more = () if words[0] == "merge" else ("--json",)
    ran = prove("bench", *words, *more)
    assert ran.code == 2 and (ran.error == error if more else error in ran.err)
    assert not (tmp_path / "x").exists()
