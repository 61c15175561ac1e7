"""A run with a real Lean, exported: what is called verified can be run again, step by step."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.lean
Prove = Callable[..., Any]

FILE = """def double : Nat → Nat
  | 0 => 0
  | n + 1 => double n + 2

theorem double_eq (n : Nat) : double n = n + n := by
  sorry

theorem wrong (n : Nat) : n < 5 := by
  sorry
"""


@pytest.mark.usefixtures("no_counterexample")
def test_a_run_becomes_training_data(prove: Prove, tmp_path: Path) -> None:
    path, folder = tmp_path / "F.lean", tmp_path / "run"
    path.write_text(FILE, encoding="utf-8")
    assert prove(path, "--run", folder, "--timeout", "60").code == 1
    records = [json.loads(line) for line in prove("export", folder, "--what", "tactics").out.splitlines()]
    standing = {r["theorem"]: r["verdict"] for r in records}
    assert standing == {"double_eq": "proved", "wrong": "refuted"}
    for record in records:
        assert record["file"] == "F.lean" and record["lean_version"].startswith("4.")
        assert record["goals"] and record["fingerprint"], "every state is known in its parts"
        if record["outcome"] == "progress":
            assert record["after"]
    pairs = [json.loads(line) for line in prove("export", folder).out.splitlines()]
    assert {(p["theorem"], p["refuting"]) for p in pairs} == {("double_eq", False), ("wrong", True)}
    first = next(p for p in pairs if p["theorem"] == "double_eq" and p["depth"] == 0)
    assert first["state"] == "n : Nat\n⊢ double n = n + n" and first["offered"]
    assert sum(p["theorem"] == "double_eq" for p in pairs) == first["remaining"]
    preferences = [json.loads(line) for line in prove("export", folder, "--what", "preferences").out.splitlines()]
    tried = {(r["state"], r["tactic"]): r["outcome"] for r in records}
    assert preferences
    for pair in preferences:
        assert tried[pair["state"], pair["rejected"]] in ("failed", "progress")
        assert tried[pair["state"], pair["chosen"]] in ("solved", "progress")
