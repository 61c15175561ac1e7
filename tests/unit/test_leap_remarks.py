"""Comments in Lean text, and the hints in them."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prover.agent.leap.naming import with_name
from prover.agent.leap.remarks import comments, harmless, hints, plain, without_comments


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("-- hint: go on\nsorry", ["go on"]),
        ("  --hint:x\n  -- Hint: y\n", ["x", "y"]),
        ("/- HINT: one\n   two -/ sorry", ["one\ntwo"]),
        ("/- outer /- HINT: inner -/ -/", []),
        ("-- no hint: here", []),
        ("/-- hint: in a doc comment -/", ["in a doc comment"]),
        ('example : "-- hint: no" = "" := by sorry', []),
        ("-- hint:\n-- hint:   ", []),
    ],
)
def test_hints(text: str, found: list[str]) -> None:
    assert list(hints(text)) == found


def test_comments_are_taken_out() -> None:
    text = "theorem a : 1 = 1 := by -- one\n  /- two /- three -/ -/ exact f \"--\" '\\'' -- four"
    assert plain(text) == "theorem a : 1 = 1 := by exact f \"--\" '\\''"
    assert [text[a:b] for a, b in comments(text)] == ["-- one", "/- two /- three -/ -/", "-- four"]


@given(st.text(alphabet="-/ a\n\"«»'!:", max_size=40))
def test_whatever_is_in_a_comment_stays_there(text: str) -> None:
    inside = harmless(text)
    assert plain(f"a /- {inside} -/ b") == "a b"


@given(st.text(max_size=60))
def test_any_text_can_be_read(text: str) -> None:
    spans = list(comments(text))
    assert all(0 <= a < b <= len(text) for a, b in spans)
    assert all(b <= c for (_, b), (c, _) in pairwise(spans))
    assert isinstance(without_comments(text), str) and list(hints(text)) is not None


def test_another_name() -> None:
    assert with_name("exact step n (step' h) foo.step step_2 h.1", "step", "next") == (
        "exact next n (step' h) foo.step step_2 h.1"
    )
