"""`prove serve` before it serves: what is refused, and what is missing."""

from __future__ import annotations

import sys

import pytest

from prover.cli.app import run
from prover.serve.settings import KEY


@pytest.mark.parametrize(
    ("words", "code", "status"),
    [
        (["--host", "0.0.0.0"], "key_required", 2),
        (["--engine", "repl"], "repl_cannot", 2),
        (["--jobs", "0"], "", 2),
        (["--port", "70000"], "", 2),
    ],
)
def test_what_is_refused(capfd: pytest.CaptureFixture[str], words: list[str], code: str, status: int) -> None:
    assert run(["serve", *words]) == status
    out, err = capfd.readouterr()
    assert not out and code in err


def test_a_weak_key_is_not_shown(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY, "hunter2")
    assert run(["serve"]) == 2
    assert "weak_key" in (err := capfd.readouterr().err) and "hunter2" not in err


def test_without_the_extra_the_command_is_there_and_says_what_to_install(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "fastapi", None)
    assert run(["serve", "--help"]) == 0
    assert "--queue" in capfd.readouterr().out
    assert run(["serve"]) == 3
    err = capfd.readouterr().err
    assert "missing_extra" in err and "pip install 'leap-prover[serve]'" in err
