"""The README shows what the command prints: each of its transcripts is run again."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from prover.agent import solver
from prover.search import Settings
from prover.search.agenda import LEVELS

ROOT = Path(__file__).parents[2]
EXPLOITS = ROOT / "tests" / "exploits"
Transcript = tuple[str, str]


def transcripts() -> list[Transcript]:
    """Each `$ prove ...` of the README, with what follows it."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```console\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    parts = [part for block in blocks for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]]
    return [(command, shown) for command, shown in (part.split("\n", 1) for part in parts)]


def agrees(shown: str, printed: str) -> bool:
    """Whether a transcript is what was printed; its lines `...` stand for any lines."""
    shown = shown.strip("\n")
    lines = [r"(?:.*\n)*?" if line.strip() == "..." else re.escape(line) + r"\n" for line in shown.split("\n")]
    return re.fullmatch("".join(lines), printed.strip("\n") + "\n") is not None


def patient() -> Settings:
    """Limits that only heartbeats reach, however slow the machine."""
    levels = tuple(replace(limit, seconds=300.0) for limit in LEVELS)
    return replace(solver.PORTFOLIO, levels=levels, shorten_seconds=300.0, check_seconds=300.0)


def in_any_order(text: str) -> str:
    return "\n".join(sorted(text.strip("\n").split("\n")))


def test_only_dots_stand_for_other_lines() -> None:
    assert agrees("a\n  ...\nd", "a\nb\nc\nd\n") and agrees("a\n...", "a\n")
    assert not agrees("a\nd", "a\nb\nd\n") and not agrees("a\n...\nd", "a\nb\n")


@pytest.mark.lean
@pytest.mark.parametrize("number", range(3))
def test_a_transcript_is_what_the_command_prints(
    prove: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """Run in a copy of what it names; several jobs give their verdicts in any order."""
    monkeypatch.setattr(solver, "PORTFOLIO", patient())
    found = transcripts()
    assert len(found) == 3, "as many as are run here"
    command, shown = found[number]
    shutil.copytree(ROOT / "lean_project" / "examples", tmp_path / "lean_project" / "examples")
    for name in re.findall(r"^(\w+): ", shown, re.MULTILINE):
        if (EXPLOITS / name).is_dir():
            shutil.copytree(EXPLOITS / name, tmp_path / "batch" / name)
    monkeypatch.chdir(tmp_path)
    program, *words = shlex.split(command, comments=True)
    assert program == "prove"
    # What is left of the time bounds how long proofs are made shorter.
    printed = prove(*words, "--timeout", "600").out
    if "--jobs" in words:
        shown, printed = in_any_order(shown), in_any_order(printed)
    assert agrees(shown, printed), f"$ {command}\n{printed}"
