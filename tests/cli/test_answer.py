"""`prove answer DIR`: the questions of a run in a folder, shown and answered on a terminal, without Lean."""

from __future__ import annotations

import asyncio
import io
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from prover.model import Answer, Query, Turn
from prover.model.manual import FolderModel
from prover.model.question_folder import QuestionFolder

pytestmark = pytest.mark.timeout(60)

Prove = Callable[..., Any]
FIRST = Query(turns=(Turn("system", "Prove."), Turn("user", "⊢ p \x1b[2J→ p")))
SECOND = Query(prompt="⊢ q")


@contextmanager
def asking(folder: Path, *queries: Query) -> Iterator[list[str]]:
    """A run in a thread that asks one question after the other, and ends when they are answered."""
    heard: list[str] = []

    async def play(model: FolderModel) -> None:
        for query in queries:
            (answer,) = await model.answer([query])
            assert isinstance(answer, Answer)
            heard.append(answer.samples[0].text)
        await model.close()

    model = FolderModel(folder)
    thread = threading.Thread(target=lambda: asyncio.run(play(model)))
    thread.start()
    try:
        yield heard
    finally:
        while thread.is_alive():  # whatever was not answered
            for number in QuestionFolder(folder).waiting():
                (folder / f"{number}.reply.md").write_text("it is over")
            thread.join(0.05)


def types(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))


def test_questions_are_shown_and_answered(prove: Prove, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    types(monkeypatch, ".\n \n.\nintro h\nexact h\n .\nrfl\n.\nnever read\n")
    with asking(tmp_path / "talk", FIRST, SECOND) as heard:
        ran = prove("answer", tmp_path / "talk")
    assert ran.code == 0 and heard == [" \nintro h\nexact h\n", "rfl\n"], ran.err
    assert "# Question 0001" in ran.out and "# Question 0002" in ran.out and "⊢ q" in ran.out
    assert "\x1b" not in ran.out and "⊢ p \\u{1b}[2J→ p" in ran.out, "nothing reaches the terminal as it came"
    assert "leap-prover question" not in ran.out and "0001.reply.md" not in ran.out
    assert "question 0001 is answered" in ran.err and "has ended" in ran.err


def test_the_end_of_the_input_ends_it(prove: Prove, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    types(monkeypatch, "intro h\nexact h")
    with asking(tmp_path, FIRST, SECOND) as heard:
        assert prove("answer", tmp_path).code == 0
        assert not (tmp_path / "0002.reply.md").exists()
    assert heard[0] == "intro h\nexact h"


def test_what_somebody_else_answered_stays(prove: Prove, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Slow(io.StringIO):
        def readline(self, *_: Any) -> str:  # pyright: ignore[reportIncompatibleMethodOverride]
            (tmp_path / "0001.reply.md").write_text("exact id\n")
            return super().readline()

    monkeypatch.setattr(sys, "stdin", Slow("intro\n.\n"))
    with asking(tmp_path, FIRST) as heard:
        ran = prove("answer", tmp_path)
    assert heard == ["exact id\n"] and "answered by somebody else" in ran.err


def test_only_what_a_run_waits_for_is_shown(prove: Prove, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def given_up() -> None:
        model = FolderModel(tmp_path)
        task = asyncio.ensure_future(model.answer([FIRST]))
        while not (tmp_path / "0001.request.md").exists():  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await model.close()

    asyncio.run(given_up())
    types(monkeypatch, "rfl\n.\n")
    with asking(tmp_path, SECOND):
        ran = prove("answer", tmp_path)
    assert "0001" not in ran.out and "# Question 0002" in ran.out


def editor(path: Path, *does: str) -> str:
    path.write_text("\n".join(["import pathlib, sys", "file = pathlib.Path(sys.argv[-1])", *does]), encoding="utf-8")
    return f"{sys.executable} '{path}'"


def test_answers_are_written_in_an_editor(prove: Prove, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first time nothing is written; then the question is there to be read, and no part of the answer."""
    does = (
        "text = file.read_text(encoding='utf-8')",
        "again = file.with_name('again')",
        "file.write_text(('exact id' if again.exists() else '') + text, encoding='utf-8')",
        "assert '⊢ q' in text and '# Question 0001' in text",
        "again.touch()",
    )
    monkeypatch.setenv("EDITOR", editor(tmp_path / "an editor.py", *does))
    monkeypatch.delenv("VISUAL", raising=False)
    types(monkeypatch, "\n")
    with asking(tmp_path / "talk", SECOND) as heard:
        ran = prove("answer", tmp_path / "talk", "--edit")
    assert ran.code == 0 and heard == ["exact id\n"], ran.err
    assert "Nothing was written" in ran.err


@pytest.mark.parametrize(
    ("program", "code"), [(("/no/such/editor",), "no_editor"), (("'",), "no_editor"), ((), "editor_failed")]
)
def test_editors_that_fail(
    prove: Prove, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: Sequence[str], code: str
) -> None:
    monkeypatch.setenv("VISUAL", program[0] if program else editor(tmp_path / "e.py", "sys.exit(3)"))
    with asking(tmp_path / "talk", SECOND):
        ran = prove("answer", tmp_path / "talk", "-e")
    assert ran.code == 2 and f"[{code}]" in ran.err


def test_a_file_is_no_folder(prove: Prove, lean_file: Path) -> None:
    ran = prove("answer", lean_file)
    assert ran.code == 2 and "[manual_folder]" in ran.err
