"""Suggestions taken up in scripts, wherever a layout has put the script."""

from __future__ import annotations

import pytest

from prover.agent.suggestion import accepted, written
from prover.core.position import Span
from prover.lean import Suggestion
from prover.lean.source import Edit, SourceFile
from prover.lean.splice import layouts

SCRIPT = "have h := 1\nconstructor\n· simp? [größer]\n  exact?\n· exact?"


def offered(text: SourceFile, made: dict[str, list[str]], start: int = 0) -> list[Suggestion]:
    """A suggestion for each occurrence of a tactic, in order."""
    data = text.text.encode()
    found: list[Suggestion] = []
    for tactic, texts in made.items():
        at = start
        for one in texts:
            at = data.index(tactic.encode(), at)
            found.append(Suggestion(Span(at, at + len(tactic.encode())), one))
            at += 1
    return found


@pytest.mark.parametrize("before", ["by sorry", "by\n  sorry", "by\n  constructor\n  · sorry", "by\n  all_goals sorry"])
@pytest.mark.parametrize("choice", [0, -1])
def test_suggestions_replace_their_tactics_in_every_layout(before: str, choice: int) -> None:
    source = SourceFile("t.lean", f"theorem ü : 1 = 1 := {before}\n-- exact?\n".encode())
    at = source.text.encode().index(b"sorry")
    edit = layouts(source, Span(at, at + 5), SCRIPT, tactic=True)[choice]
    text = source.with_edits([edit])
    made = {"simp? [größer]": ["simp only [a,\n             b]"], "exact?": ["exact ⟨x⟩", "exact y"]}
    (item,) = written([SCRIPT], [edit])
    better = accepted(item, text, offered(text, made))
    assert better.startswith("have h := 1\nconstructor\n· simp only [a,\n") and "?" not in better
    assert better.endswith("]\n  exact ⟨x⟩\n· exact y")


def test_what_is_suggested_elsewhere_is_left_alone() -> None:
    source = SourceFile("t.lean", b"theorem a : 1 = 1 := by exact?\ntheorem b : 1 = 1 := by sorry\n")
    at = source.text.encode().index(b"sorry")
    edit = Edit(Span(at, at + 5), "exact?")
    text = source.with_edits([edit])
    (item,) = written(["exact?"], [edit])
    first, second = offered(text, {"exact?": ["exact a", "exact b"]})
    assert accepted(item, text, [first]) == "exact?"
    assert accepted(item, text, [first, second]) == "exact b"


def test_several_suggestions_for_one_tactic_are_tried_in_turn() -> None:
    source = SourceFile("t.lean", b"theorem a : 1 = 1 := by all_goals sorry\n")
    at = source.text.encode().index(b"sorry")
    edit = Edit(Span(at, at + 5), "exact?")
    text = source.with_edits([edit])
    (item,) = written(["exact?"], [edit])
    span = Span(at, at + 6)
    made = [Suggestion(span, "exact a"), Suggestion(span, "exact b"), Suggestion(span, "exact a")]
    assert accepted(item, text, made) == "(first | (exact a) | (exact b))"
