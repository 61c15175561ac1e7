"""`prove premises`: what it finds, what it prints, what it refuses."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Prove = Callable[..., Any]


def test_an_empty_query_is_refused(prove: Prove) -> None:
    ran = prove("premises", "  ", "--json")
    assert ran.code == 2 and ran.error == "usage"


def test_a_file_that_is_not_there_is_refused(prove: Prove, tmp_path: Path) -> None:
    ran = prove("premises", "reverse", "--file", tmp_path / "no.lean", "--json")
    assert ran.code == 2 and ran.document["error"]["code"]


def test_the_help_says_what_a_query_is(prove: Prove) -> None:
    ran = prove("premises", "--help")
    assert ran.code == 0 and "words" in ran.out


@pytest.mark.lean
def test_words_and_goals(prove: Prove, tmp_path: Path) -> None:
    file = tmp_path / "F.lean"
    file.write_text(
        "def double (n : Nat) : Nat := n + n\n"
        "theorem double_eq (n : Nat) : double n = 2 * n := by unfold double; omega\n"
        "theorem unfinished (n : Nat) : double n = n := by sorry\n"
    )
    words = prove("premises", "reverse append", "--engine", "embedded", "-k", "3", "--json").document
    assert words["read_as"] == "words" and len(words["premises"]) == 3
    assert words["premises"][0]["name"] == "List.reverse_append"
    assert ": (as ++ bs).reverse = bs.reverse ++ as.reverse" in words["premises"][0]["statement"]
    ran = prove("premises", "double 3 = 6", "--file", file, "--engine", "embedded", "--json")
    found = ran.document
    assert found["read_as"] == "goal" and found["goal"] == "⊢ double 3 = 6"
    assert (found["premises"][0]["name"], found["premises"][0]["module"]) == ("double_eq", None)
    assert "unfinished" not in [p["name"] for p in found["premises"]]
    plain = prove("premises", "zebra", "--engine", "embedded")
    assert plain.code == 1 and plain.out == ""
