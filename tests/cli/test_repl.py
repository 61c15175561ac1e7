"""`--engine repl`: what is refused, and what is said of a proof that nobody could verify. The repl is a script."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from prover.core.errors import SetupError

PEER = Path(__file__).parents[1] / "unit" / "scripted_repl.py"
FILE = "theorem a : 1 = 1 := sorry\n\ntheorem b : 1 = 1 := sorry\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "F.lean"
    path.write_text(FILE)
    return path


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> str:
    python = Path(sys.executable)
    reads = (python, python.parent.parent, Path(sys.base_prefix), PEER)
    monkeypatch.setenv("PROVER_LEAN_READS", os.pathsep.join(map(str, reads)))

    def absent(*_: Any, **__: Any) -> None:
        raise SetupError("it is not installed here")

    monkeypatch.setattr("prover.api.second.EmbeddedEngine.open", absent)
    return f"{sys.executable} -S {PEER}"


def test_a_found_proof_is_not_called_proved(prove: Callable[..., Any], file: Path, command: str) -> None:
    ran = prove(file, "--engine", "repl", "--repl-command", command, "--json", "--write")
    assert ran.code == 1 and ran.document["lean_version"] == "4.99.0"
    assert [(t["name"], t["proved"], t["verdict"]["code"]) for t in ran.document["targets"]] == [
        ("a", False, "found_not_verified"),
        ("b", False, "found_not_verified"),
    ]
    assert all(t["scripts"] and "not installed" in t["verdict"]["detail"] for t in ran.document["targets"])
    assert file.read_text() == FILE and ran.document["diff"] == ""


def test_people_are_told_the_script_and_why(
    prove: Callable[..., Any], file: Path, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROVER_REPL", command)
    ran = prove(f"{file}:b", "--engine", "repl", "-q")
    first, script, *_ = ran.out.splitlines()
    assert ran.code == 1 and first.startswith("b (line 3): found not verified:") and script.startswith("  ")
    assert ": proved" not in ran.out


@pytest.mark.parametrize(
    ("words", "code", "error"),
    [
        (("F", "--engine", "repl"), 2, "repl_command"),
        (("F", "--engine", "repl", "--repl-command", "'"), 2, "repl_command"),
        (("F", "--engine", "repl", "--repl-command", "no-such-program-here"), 3, "no_program"),
        (("F", "--engine", "repl", "--repl-command", "lake env repl"), 2, "no_project"),
        (("F", "--engine", "repl", "--repl-command", "true", "--lite"), 2, "repl_cannot"),
        (("check", "F", "--engine", "repl"), 2, "repl_cannot"),
    ],
)
def test_what_is_refused(prove: Callable[..., Any], file: Path, words: tuple[str, ...], code: int, error: str) -> None:
    ran = prove(*(file if word == "F" else word for word in words), "--json")
    assert (ran.code, ran.error) == (code, error)
    assert ran.document["error"]["hint"]
