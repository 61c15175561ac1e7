"""The journal of a session: cut at any byte it gives the session as it was then."""

from __future__ import annotations

from pathlib import Path

import pytest

from prover.core.errors import UserError
from prover.core.state import Goal, Hypothesis, TacticState
from prover.session.journal import Began, Journal, Said, Saving, journals, next_journal, past, read_past
from prover.session.saving import Saving as Keeper
from prover.session.steps import Step, Verb
from prover.session.transcript import markdown

TEXT = "theorem t (p : Prop) (h : p) : p ∧ p := by\r\n  sorry\r\n"
GOAL = Goal("p ∧ p", (Hypothesis("h", "p", is_prop=True),))


def begun() -> Began:
    at = TEXT.replace("\r", "").encode().index(b"sorry")
    return Began("F.lean", TEXT, "t", (at, at + 5), (0, at + 5), True, "4.28.0", "embedded")


STEPS = (
    Step(Verb.BEGIN, state=TacticState((GOAL,), "0")),
    Step(Verb.TACTIC, "constructor", TacticState((Goal("p"), Goal("p", group=1)), "1")),
    Step(Verb.LEMMA, ": 1 = 1", TacticState((Goal("1 = 1"),), "2"), "one", "Foo.one"),
    Step(Verb.UNDO),
    Step(Verb.REDO),
    Step(Verb.FOCUS, at=(1,)),
    Step(Verb.TACTIC, "exact h", None),
    Step(Verb.WORK, number=0),
    Step(Verb.TACTIC, "rfl -- `\u202e`", None),
)


@pytest.fixture
def written(tmp_path: Path) -> Path:
    path = next_journal(tmp_path / "F.lean")
    journal = Journal(path)
    journal.record(begun())
    for step in STEPS:
        journal.record(step)
        journal.record(Saving("d" * 64))
    journal.record(Said("find and", "nothing fits", False))
    journal.close()
    return path


def test_what_is_written_comes_back(written: Path, tmp_path: Path) -> None:
    found = read_past(written, tmp_path / "F.lean")
    assert found is not None and found.began == begun()
    now = found.versions.now
    assert [part.name for part in now.parts] == ["one", ""] and now.lemmas[0].done and now.active == 0
    text = found.document.written(now).data.decode()
    assert text == (
        "theorem one : 1 = 1 := by\r\n  rfl -- `\u202e`\r\n\r\n"
        + TEXT.replace("sorry", "constructor\r\n  · sorry\r\n  · exact h")
    )
    assert found.digests[-1] == "d" * 64 and len(found.digests) == 1 + len(STEPS)
    shown = markdown(found)
    assert "constructor" in shown and "theorem one : 1 = 1" in shown and "nothing fits" in shown


def test_cut_at_every_byte(written: Path, tmp_path: Path) -> None:
    data = written.read_bytes()
    lines = data.splitlines(keepends=True)
    seen = 0
    for end in range(len(data) + 1):
        cut = tmp_path / "cut.jsonl"
        cut.write_bytes(data[:end])
        found = read_past(cut, tmp_path / "F.lean")
        whole = sum(len(b"".join(lines[: n + 1])) <= end for n in range(len(lines)))
        steps = max(0, whole // 2)
        assert (found is None) == (steps == 0)
        if found is not None:
            assert len(found.events) == whole
            assert len(found.versions) == 1 + sum(s.verb in (Verb.TACTIC, Verb.LEMMA) for s in STEPS[:steps])
            seen = max(seen, whole)
    assert seen == len(lines)


def test_a_cut_journal_goes_on(written: Path, tmp_path: Path) -> None:
    data = written.read_bytes()
    written.write_bytes(data[: len(data) - 7])
    found = read_past(written, tmp_path / "F.lean")
    assert found is not None
    journal = Journal(written, past=found.events)
    with pytest.raises(UserError) as second:
        Journal(written)
    assert second.value.code == "run_in_use"
    journal.record(Step(Verb.UNDO))
    journal.close()
    again = read_past(written, tmp_path / "F.lean")
    assert again is not None and len(again.events) == len(found.events) + 1
    assert [event.sequence for event in again.events] == list(range(len(again.events)))


def test_sessions_on_one_file_are_numbered(tmp_path: Path) -> None:
    file = tmp_path / "F.lean"
    assert journals(file) == []
    for name in ("F.session.jsonl", "F.session-2.jsonl"):
        assert next_journal(file).name == name
        next_journal(file).write_bytes(b"")
    assert [path.name for path in journals(file)] == ["F.session.jsonl", "F.session-2.jsonl"]


def test_foreign_journals_are_refused(tmp_path: Path) -> None:
    assert past([], tmp_path / "F.lean") is None
    path = tmp_path / "x.jsonl"
    journal = Journal(path)
    journal.record(begun())
    journal.record(STEPS[1])
    journal.close()
    with pytest.raises(UserError):
        read_past(path, tmp_path / "F.lean")
    path.write_text("{}\n")
    with pytest.raises(UserError):
        read_past(path, tmp_path / "F.lean")


def test_a_file_somebody_else_changed_is_left_alone(tmp_path: Path) -> None:
    from prover.lean.source import SourceFile

    path = tmp_path / "F.lean"
    path.write_text("one")
    announced: list[str] = []
    keeper = Keeper(path, {SourceFile.read(path).digest}, announced.append)
    assert keeper.write(SourceFile("F", b"two")) == "" and path.read_text() == "two"
    assert announced == [SourceFile("F", b"two").digest]
    path.write_text("theirs")
    said = keeper.write(SourceFile("F", b"three"))
    assert path.read_text() == "theirs" and keeper.beside.read_text() == "three" and keeper.beside.name in said
    assert keeper.write(SourceFile("F", b"four")) == "", "said once"
    assert keeper.beside.read_text() == "four"
    assert keeper.overwrite(SourceFile("F", b"five")) and path.read_text() == "five"
    path.unlink()
    assert keeper.write(SourceFile("F", b"six")) and keeper.beside.read_text() == "six" and not path.exists()
