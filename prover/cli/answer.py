"""`prove answer DIR`: a person plays the model of a run that was started with `--model manual/DIR`."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, TextIO

import typer
from rich.text import Text

from prover.cli.terminal import output, safe, say
from prover.core.errors import UserError
from prover.model.question_folder import QuestionFolder

_POLL_SECONDS = 0.2
#: A line that ends an answer.
_END = "."
_ABOVE = "<!-- Write your answer above this line. What stands below is the question. -->"


def run(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder of the run's --model manual/DIR.")],
    edit: Annotated[
        bool, typer.Option("--edit", "-e", help="Write answers in your editor ($VISUAL, $EDITOR), not line by line.")
    ] = False,
) -> int:
    """Answer the questions of `prove ... --agent leap --model manual/DIR`, which runs in another terminal.

    Each question is shown as it comes; type the answer, ended by a line that is a dot. It ends with the run, at the
    end of the input, or when interrupted. It may be started before the run, and again: nothing is lost.

    Example: `prove answer talk`

    Exit code: 0.
    """
    if folder.exists() and not folder.is_dir():
        raise UserError(f"{folder} is no folder", code="manual_folder", hint="name that of --model manual/DIR")
    questions = QuestionFolder(folder)
    for number in _asked(questions):
        question = questions.question(number).strip()
        output().print(Text(safe(f"\n{question}\n")))
        text = _edited(question) if edit else _typed(sys.stdin)
        if text is None:
            break
        answered = questions.reply(number, text)
        say(f"question {number} " + ("is answered" if answered else "had been answered by somebody else"))
    return 0


def _asked(questions: QuestionFolder) -> Iterator[str]:
    """The questions that a run waits for, as they come, until the run has ended."""
    seen = False
    told = ""
    while True:
        # In this order: what was asked before the run ended is seen.
        running = questions.in_use
        number = next(iter(questions.waiting()), None) if running else None
        if number is not None:
            yield number
        elif seen and not running:
            say(f"the run that asked in {questions.path} has ended")
            return
        else:
            words = "waiting for the next question"
            words = words if running else f"waiting for a run with --model manual/{questions.path}"
            if words != told:
                say(f"{words} (Ctrl-C ends this)")
            told = words
            time.sleep(_POLL_SECONDS)
        told = "" if number else told
        seen = seen or running


def _typed(source: TextIO) -> str | None:
    """What is typed, up to a line that is a dot or the end of the input; None where that ends with nothing said."""
    say(f"Your answer, ended by a line that is a dot ({_END}):")
    lines: list[str] = []
    for line in iter(source.readline, ""):
        if line.strip() != _END:
            lines.append(line)
        elif any(said.strip() for said in lines):
            break
    text = "".join(lines)
    return text if text.strip() else None


def _edited(question: str) -> str | None:
    """What the person's editor leaves above the question; None at the end of the input."""
    with tempfile.TemporaryDirectory(prefix="prove-answer-") as scratch:
        draft = Path(scratch) / "answer.md"
        draft.write_text(f"\n\n{_ABOVE}\n\n{question}\n", encoding="utf-8")
        while True:
            open_editor(draft)
            text = draft.read_text(encoding="utf-8", errors="replace").partition(_ABOVE)[0].strip()
            if text:
                return text + "\n"
            say("Nothing was written. Enter opens the editor again.")
            if not sys.stdin.readline():
                return None


def open_editor(file: Path) -> None:
    """Has a person edit a file ($VISUAL, $EDITOR), to the end. Raises `UserError`: `no_editor`, `editor_failed`."""
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
    try:
        status = subprocess.run([*shlex.split(editor), str(file)], check=False).returncode
    except (OSError, ValueError) as error:
        words = f"the editor {editor} cannot be started: {error}"
        raise UserError(words, code="no_editor", hint="set EDITOR") from None
    if status:
        raise UserError(f"the editor {editor} ended with exit code {status}", code="editor_failed")
