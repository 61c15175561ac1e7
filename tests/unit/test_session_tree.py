"""The proof of a session as a value, its versions, its text in the file."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prover.core.errors import UserError
from prover.core.position import Span
from prover.core.state import Goal, TacticState
from prover.lean.source import SourceFile
from prover.session.document import Document
from prover.session.proof_tree import begun, moves_to, node_at, open_at, stepped, text
from prover.session.steps import Step, Verb, first, take
from prover.session.versions import Versions


def state(*targets: str, together: bool = False) -> TacticState:
    goals = tuple(Goal(t, group=0 if together else n) for n, t in enumerate(targets))
    return TacticState(goals, "/".join(targets))


TEXT = "/-- doc -/\ntheorem t : p := by\n  sorry\n\ntheorem later : q := sorry\n"


def document(source: str = TEXT) -> Document:
    at = source.index("sorry")
    end = source.index("\n\n") if "\n\n" in source else len(source)
    return Document(SourceFile("t.lean", source.encode()), Span(at, at + 5), "by" in source[:at], Span(0, end))


def test_a_tree_grows_where_a_tactic_acts() -> None:
    root = stepped(begun(state("p ∧ q")), (), "constructor", state("p", "q"))
    assert open_at(root) == [(0,), (1,)] and moves_to(root, (1,)) == ("constructor", (1,))
    later = stepped(root, (1,), "exact hq", None)
    assert open_at(later) == [(0,)] and open_at(root) == [(0,), (1,)], "the older tree is as it was"
    assert text(later) == "constructor\n· sorry\n· exact hq"
    alone = stepped(later, (0,), "intro h", state("p'"))
    assert moves_to(alone, (0, 0)) == ("constructor", (0,), "intro h")
    assert text(alone) == "constructor\n· intro h\n  sorry\n· exact hq"
    assert node_at(alone, (0, 0)).goal.target == "p'"
    with pytest.raises(ValueError, match="open goal"):
        stepped(alone, (1,), "simp", None)


def test_goals_that_share_unknowns_stay_together() -> None:
    root = stepped(begun(state("∃ x, p x")), (), "refine ⟨?_, ?_⟩", state("Nat", "p ?x", together=True))
    assert open_at(root) == [(0,)] and moves_to(root, (0,)) == ("refine ⟨?_, ?_⟩",)
    assert text(root) == "refine ⟨?_, ?_⟩\nall_goals sorry"


def test_cases_are_written_as_people_write_them() -> None:
    tactic = "induction n with | zero => ?_ | succ n ih => ?_"
    root = stepped(begun(state("p n")), (), tactic, state("p 0", "p (n + 1)"))
    root = stepped(root, (0,), "simp", None)
    assert text(root) == "induction n with\n| zero => simp\n| succ n ih => sorry"
    assert text(root, structured=False).startswith(tactic + "\n· simp\n· sorry")


def test_steps_and_focus() -> None:
    versions = first(state("p ∧ q"))
    take(versions, Step(Verb.TACTIC, "constructor", state("p", "q")))
    assert versions.now.focus == (0,)
    take(versions, Step(Verb.FOCUS, at=(1,)))
    take(versions, Step(Verb.TACTIC, "exact hq", None))
    assert versions.now.focus == (0,), "after the last goal comes the first"
    take(versions, Step(Verb.TACTIC, "exact hp", None))
    assert versions.now.done and versions.now.focus is None
    for wrong in (
        Step(Verb.TACTIC, "simp"),
        Step(Verb.FOCUS, at=(0,)),
        Step(Verb.FOCUS, at=(7,)),
        Step(Verb.GO, number=9),
    ):
        with pytest.raises(UserError) as refused:
            take(versions, wrong)
        assert refused.value.code == "bad_step"


def test_a_lemma_stands_before_what_is_worked_on() -> None:
    versions = first(state("p"))
    take(versions, Step(Verb.LEMMA, ": r", state("r"), "outer", "outer"))
    take(versions, Step(Verb.WORK, number=0))
    take(versions, Step(Verb.LEMMA, ": s", state("s"), "inner", "inner"))
    assert [part.name for part in versions.now.parts] == ["inner", "outer", ""]
    assert versions.now.part.name == "outer"
    take(versions, Step(Verb.TACTIC, "exact inner", None))
    doc = document()
    written = doc.written(versions.now).text
    assert written.startswith(
        "theorem inner : s := by\n  sorry\n\ntheorem outer : r := by\n  exact inner\n\n/-- doc -/"
    )
    for number, part in enumerate(versions.now.parts):
        source, line = doc.stating(versions.now.parts[:number], part)
        at = int(line.removeprefix("#L"))
        assert source.line_text(at).strip() == "sorry", (part.name, source.text)
        assert source.text.count("sorry") == (3, 4, 4)[number], "the lemmas before it are stated, without their proofs"
    source, line = doc.for_proof(versions.now)
    assert source.line_text(int(line[2:])).strip() == "sorry" and "exact inner" in source.text


def test_every_other_byte_of_the_file_stays() -> None:
    data = b"\xef\xbb\xbf-- caf\xc3\xa9\r\ntheorem t : p := by\r\n  sorry\r\n-- end  "
    source = SourceFile("t.lean", data)
    at = source.text.encode().index(b"sorry")
    begin = source.text.encode().index(b"theorem")
    doc = Document(source, Span(at, at + 5), True, Span(begin, at + 5))
    versions = first(state("p"))
    assert doc.written(versions.now).data == data
    take(versions, Step(Verb.TACTIC, "constructor", state("a", "b")))
    written = doc.written(versions.now).data
    assert written == data.replace(b"sorry", b"constructor\r\n  \xc2\xb7 sorry\r\n  \xc2\xb7 sorry")


def test_undo_loses_nothing() -> None:
    versions: Versions[str] = Versions("start")
    versions.add("a", "a")
    versions.add("b", "ab")
    assert versions.undo() and versions.now == "a"
    versions.add("c", "ac")
    assert versions.undo() and versions.redo() and versions.now == "ac", "redo goes where one was last"
    versions.go_to(2)
    assert versions.now == "ab" and versions.undo() and versions.redo() and versions.now == "ab"
    assert [v.label for v in versions] == ["", "a", "b", "c"] and versions.depth(3) == 2
    versions.go_to(0)
    assert versions.undo() is None and versions.redo() and versions.now == "a"
    with pytest.raises(IndexError):
        versions.go_to(4)


@given(st.lists(st.sampled_from(["add", "undo", "redo", "go"]), max_size=40), st.randoms())
def test_versions_against_a_plain_model(actions: list[str], random: object) -> None:
    versions: Versions[int] = Versions(0)
    parents: dict[int, int | None] = {0: None}
    for action in actions:
        here = versions.current
        if action == "add":
            made = versions.add("x", len(versions))
            parents[made.number] = here
            assert made.snapshot == made.number == versions.now
        elif action == "undo":
            assert (versions.undo() is None) == (parents[here] is None)
            assert versions.current == (here if parents[here] is None else parents[here])
        elif action == "redo":
            done = versions.redo()
            assert (done is None) == (here not in parents.values())
            assert done is None or parents[versions.current] == here
        else:
            number = random.randrange(len(versions))  # type: ignore[attr-defined]
            assert versions.go_to(number).number == versions.current
    assert len(versions) == len(parents)


def test_undo_right_after_redo_is_where_one_was() -> None:
    versions = first(state("p"))
    take(versions, Step(Verb.TACTIC, "intro", state("p'")))
    before = dataclasses.replace(versions.now)
    take(versions, Step(Verb.UNDO))
    take(versions, Step(Verb.REDO))
    assert versions.now == before
    assert not take(versions, Step(Verb.REDO))
