"""`prove session` and what it refuses, before any Lean is started."""

from __future__ import annotations

from pathlib import Path

import pytest

from prover.cli.app import run


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["missing.lean"], "no_file"),
        (["missing.lean", "--resume"], "no_session"),
        (["--resume"], "usage"),
        (["."], "directory"),
        (["-"], "usage"),
        (["x.lean", "--engine", "repl"], "repl_cannot"),
        (["x.lean", "--recipe", "bfs-prover-v2"], "usage"),
    ],
)
def test_wrong_usage(
    words: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x.lean").write_text("theorem t : 1 = 1 := by\n  sorry\n")
    assert run(["session", *words, "--plain"]) == 2
    assert f"[{said}]" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["x.lean"]


def test_a_journal_of_something_else_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "x.lean"
    path.write_text("theorem t : 1 = 1 := by\n  sorry\n")
    (tmp_path / "x.session.jsonl").write_text('{"no": "event"}\n')
    assert run(["session", str(path), "--resume", "--plain"]) == 2
    assert "[corrupt_log]" in capsys.readouterr().err
