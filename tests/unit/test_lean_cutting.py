"""The text of steps from the positions that Lean reports."""

from __future__ import annotations

from typing import Any

import pytest

from prover.core.cut import Block, Cut, ScriptStep
from prover.core.errors import ProtocolError
from prover.events.codec import decode, encode
from prover.lean.cutting import read_cut


def at(script: str, part: str, **fields: Any) -> dict[str, Any]:
    """A step or block as the Bridge tells it, by its text."""
    begin = len(script[: script.index(part)].encode())
    kinds = {"put": "?_"} if "put" in fields or "steps" in fields else {"kind": "tactic", "whole": True}
    return {"span": [begin, begin + len(part.encode())], **kinds, **fields}


def only(script: str, step: dict[str, Any]) -> ScriptStep:
    (found,) = read_cut({"steps": [step]}, script).steps
    return found


@pytest.mark.parametrize(
    ("script", "part", "text"),
    [
        ("  simp [a,\n    b]\n  omega", "simp [a,\n    b]", "simp [a,\n  b]"),
        ("⟨ℕ⟩ · rw [é,\n        b,\n\n      c]", "rw [é,\n        b,\n\n      c]", "rw [é,\n  b,\n\nc]"),
        ("have h : p := by rw [a,\n  b]", "rw [a,\n  b]", "rw [a,\n  b]"),
        ("have h : p := by rw [a,\nb]", "rw [a,\nb]", "rw [a,\nb]"),
        ("have h : p := by rw [a,\n      b,\n    c]", "rw [a,\n      b,\n    c]", "rw [a,\n    b,\n  c]"),
    ],
)
def test_lines_stand_to_each_other_as_before(script: str, part: str, text: str) -> None:
    assert only(script, at(script, part)).text == text


def test_a_step_with_its_blocks_left_open() -> None:
    script = "  induction n with\n  | zero => simp\n  | succ n ih => -- hard\n    omega"
    bodies = [at(script, "simp", steps=[], tag="zero"), at(script, "omega", steps=[], tag="succ")]
    step = only(script, at(script, script.strip(), kind="arms", bodies=bodies))
    assert step.head == "induction n with\n| zero => ?_\n| succ n ih => -- hard\n  ?_"
    assert [block.case for block in step.blocks] == ["zero", "succ"]


def test_a_step_that_is_not_whole_has_no_text() -> None:
    script = "have h : p := by\n  simp\n  foo"
    body = at(script, script[14:], steps=[at(script, "simp"), at(script, "foo", whole=False)])
    step = only(script, at(script, script, kind="have", whole=False, bodies=[body]))
    assert step == ScriptStep("", "have", "have h : p := ?_", (Block((ScriptStep("simp"), ScriptStep(""))),))


def test_a_block_without_a_place_is_not_cut_out() -> None:
    body = {"span": None, "put": "?_", "steps": []}
    script = "have h : p := by"
    assert only(script, at(script, script, kind="have", bodies=[body])) == ScriptStep(script)


@pytest.mark.parametrize(
    ("words", "kind", "case", "head"),
    [
        (["inl", "x", "_"], "case", "inl", "rename_i x _"),
        (["pos"], "case", "pos", ""),
        (["_", "x"], "focus", "", "rename_i x"),
    ],
)
def test_a_case_is_about_its_goal(words: list[str], kind: str, case: str, head: str) -> None:
    script = "case a => simp"
    body = at(script, "simp", steps=[at(script, "simp")])
    step = only(script, at(script, script, kind="case", words=words, bodies=[body]))
    assert (step.kind, step.blocks[0].case, step.head) == (kind, case, head)


@pytest.mark.parametrize(
    "data", [{}, {"steps": [{"span": [0, 1]}]}, {"steps": [{"span": [1, 2], "kind": "tactic", "whole": True}]}]
)
def test_an_answer_that_is_none_is_refused(data: dict[str, Any]) -> None:
    with pytest.raises(ProtocolError):
        read_cut(data, "é")


def test_a_cut_is_read_back_from_the_log() -> None:
    step = ScriptStep("a", "have", "b", (Block((ScriptStep("c"),), "d"),))
    cut = Cut((step, ScriptStep("")), "why", 3)
    assert decode(Cut, encode(cut)) == cut
