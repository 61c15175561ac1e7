"""`prove refute` as people type it, with a real Lean."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

Prove = Callable[..., Any]

TEXT = "theorem good (n : Nat) : n + 0 = n := by sorry\ntheorem bad (a b : Nat) : a - b = b - a := by sorry\n"


def validate(document: Any) -> None:
    schema = json.loads((files("prover.cli") / "schemas" / "refute.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(document)


@pytest.mark.lean
def test_refuted_and_not(prove: Prove, tmp_path: Path) -> None:
    path, out = tmp_path / "F.lean", tmp_path / "out.lean"
    path.write_text(TEXT)
    ran = prove("refute", path, "--json", "--size", 48, "--timeout", 120, "-o", out)
    document = ran.document
    validate(document)
    assert ran.code == document["exit_code"] == 1
    good, bad = document["targets"]
    assert not good["refuted"] and good["verdict"] is None and good["tried"]["instances"] >= 48
    assert bad["refuted"] and bad["verdict"]["code"] == "refuted" and bad["verdict"]["report"]["rungs"]
    assert bad["counterexample"]["values"] == [{"name": "a", "value": "0"}, {"name": "b", "value": "1"}]
    assert out.read_text() == TEXT.removesuffix("\n") + f"\n\n{bad['counterexample']['theorem']}\n\n"
    assert path.read_text() == TEXT


@pytest.mark.lean
def test_in_words(prove: Prove, tmp_path: Path) -> None:
    ran = prove("refute", "--statement", "(xs : List Nat) : xs.reverse = xs", "--timeout", 120)
    assert ran.code == 0
    assert ran.out.splitlines()[:2] == [
        "statement (line 1): refuted",
        "  xs = [0, 1]: [0, 1].reverse = [0, 1] is false: the left side is [1, 0], the right side [0, 1]",
    ]
    path = tmp_path / "F.lean"
    path.write_text(TEXT)
    ran = prove("refute", f"{path}:good", "--size", 48, "--timeout", 120)
    assert ran.code == 1 and "among 48 instances" in ran.out and "this does not say that it is true" in ran.out


def test_one_thing_to_refute(prove: Prove) -> None:
    for words in (("refute", "--json"), ("refute", "F.lean", "--statement", "1 = 2", "--json")):
        ran = prove(*words)
        assert ran.code == 2 and ran.document["error"]["code"] == "usage"
