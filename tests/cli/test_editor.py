"""What editors ask of the command, and the files of docs/editor/ that ask it."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from prover.core.message import Message, Severity
from prover.core.position import Position
from prover.core.verdict import NotProved

Prove = Callable[..., Any]
EDITOR = Path(__file__).parents[2] / "docs" / "editor"
TEXT = "theorem t : 1 = 1 := by\n  sorry\n\ntheorem u : 2 = 2 := by\n  sorry\n"


class _Stdin:
    def __init__(self, text: bytes) -> None:
        self.buffer = io.BytesIO(text)


def typed(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(sys, "stdin", _Stdin(text.encode()))


def test_the_whole_file_byte_for_byte(
    prove: Prove, stand_in: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "\ufefftheorem t : 1 = 1 := by\r\n  sorry\r\n-- \u202e end"
    file = tmp_path / "F.lean"
    file.write_bytes(text.encode())
    ran = prove(file, "--print", "file")
    assert ran.code == 0 and ran.out == text.replace("sorry", "rfl") and file.read_bytes() == text.encode()
    assert ran.err == f"{file}:1:1: info: t: proved\n"
    typed(monkeypatch, text)
    ran = prove("-", "--print", "file", "-q")
    assert ran.code == 0 and ran.out == text.replace("sorry", "rfl") and not ran.err


def test_a_file_of_which_nothing_is_proved_is_printed_as_it_is(prove: Prove, stand_in: Any, lean_file: Path) -> None:
    stand_in.verdict = NotProved(stopped="exhausted")
    ran = prove(lean_file, "--print", "file")
    assert ran.code == 1 and ran.out == lean_file.read_text() and ": warning: t: " in ran.err


def test_problems_as_compilers_write_them(
    prove: Prove, stand_in: Any, lean_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from prover.cli import fill

    async def with_messages(*arguments: Any, **options: Any) -> Any:
        result = await stand_in.fill_in(*arguments, **options)
        result.messages = (
            Message(Severity.ERROR, "bad\x1b[1m\nmore", "", Position(3, 4)),
            Message(Severity.WARNING, "unused", "", Position(1, 0)),
        )
        return result

    monkeypatch.setattr(fill, "fill_in", with_messages)
    ran = prove(lean_file, "--print", "problems", "--write")
    assert ran.out == f"{lean_file}:3:5: error: bad\\u{{1b}}[1m\n{lean_file}:1:1: info: t: proved\n"
    assert "rfl" in lean_file.read_text() and not ran.err


def test_a_line_of_standard_input(prove: Prove, stand_in: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from prover.cli import fill

    targets: list[Any] = []

    async def noted(place: Any, source: Any, target: Any, *rest: Any, **options: Any) -> Any:
        targets.append(target)
        return await stand_in.fill_in(place, source, target, *rest, **options)

    monkeypatch.setattr(fill, "fill_in", noted)
    typed(monkeypatch, TEXT)
    assert prove("-", "--line", "5", "--print", "file").code == 0
    assert (targets[0].path, targets[0].name, targets[0].line) == ("-", None, 5)


@pytest.mark.parametrize(
    "words",
    [["F.lean#L1", "--line", "2"], ["F.lean:t", "--line", "2"], ["F.lean", "--print", "file", "--json"],
     ["F.lean", "--line", "0"], ["F.lean", "--print", "all"]],
)  # fmt: skip
def test_options_that_make_no_sense(
    words: list[str], prove: Prove, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "F.lean").write_text(TEXT)
    monkeypatch.chdir(tmp_path)
    ran = prove(*words)
    assert ran.code == 2 and ran.err


@pytest.mark.lean
def test_only_the_hole_on_the_line_is_filled(prove: Prove, monkeypatch: pytest.MonkeyPatch) -> None:
    typed(monkeypatch, TEXT)
    ran = prove("-", "--line", "5", "--print", "file", "--engine", "embedded")
    assert ran.code == 0 and ran.out.startswith("theorem t : 1 = 1 := by\n  sorry\n\ntheorem u : 2 = 2 := by\n  ")
    assert ran.out.count("sorry") == 1 and "info: u: proved" in ran.err


def test_the_tasks_of_vs_code(prove: Prove, stand_in: Any, lean_file: Path) -> None:
    text = (EDITOR / "tasks.json").read_text(encoding="utf-8")
    tasks = json.loads(re.sub(r"^\s*//.*$", "", text, flags=re.MULTILINE))["tasks"]
    assert len(tasks) == 2
    for task in tasks:
        lean_file.write_text("theorem t : 1 = 1 := by sorry\n")
        words = [word.replace("${file}", str(lean_file)).replace("${lineNumber}", "1") for word in task["args"]]
        ran = prove(*words)
        assert ran.code == 0 and "rfl" in lean_file.read_text()
        pattern = task["problemMatcher"]["pattern"]
        found = re.match(pattern["regexp"], ran.out.rstrip("\n"))
        assert found
        shown = [found[pattern[name]] for name in ("file", "line", "column", "severity", "message")]
        assert shown == [str(lean_file), "1", "1", "info", "t: proved"]


@pytest.fixture
def standing_in(tmp_path: Path) -> Path:
    """A `prove` that notes how it is called, and fills the hole on the line it is given, or all."""
    script = tmp_path / "prove"
    script.write_text(
        "#!/bin/sh\n"
        f'echo "$@" > {tmp_path}/words\n'
        f'[ "$4" = --line ] && exec sed "$5s/sorry/rfl/"\n'
        "exec sed s/sorry/rfl/\n"
    )
    script.chmod(0o755)
    (tmp_path / "F.lean").write_text(TEXT)
    return script


@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("editor", ["nvim", "emacs"])
def test_the_snippets_in_their_editors(editor: str, whole: bool, standing_in: Path) -> None:
    if shutil.which(editor) is None:
        pytest.skip(f"{editor} is not installed")
    folder = standing_in.parent
    file = folder / "F.lean"
    if editor == "nvim":
        changed = "function() return vim.api.nvim_buf_get_lines(0, 4, 5, false)[1] ~= '  sorry' end"
        words = [
            "nvim", "--headless", "-u", "NONE", "-c", f"let g:prove_command='{standing_in}'",
            "-c", f"luafile {EDITOR / 'prove.lua'}", str(file), "-c", "5", "-c", "Prove!" if whole else "Prove",
            "-c", f"lua vim.wait(60000, {changed})", "-c", "wq",
        ]  # fmt: skip
    else:
        script = f"""(progn (setq prove-command "{standing_in}") (find-file "{file}") (goto-char (point-min))
            (forward-line 4) (prove-holes {"t" if whole else ""})
            (while (get-process "prove") (accept-process-output nil 0.1)) (save-buffer))"""
        words = ["emacs", "-Q", "--batch", "-l", str(EDITOR / "prove.el"), "--eval", script]
    subprocess.run(words, cwd=folder, capture_output=True, timeout=120, check=True)
    assert (folder / "words").read_text() == ("- --print file\n" if whole else "- --print file --line 5\n")
    before, after = file.read_text().split("\n\n")
    assert "rfl" in after and "sorry" not in after and ("rfl" in before) is whole
