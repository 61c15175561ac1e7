"""Scratch folders: locked while in use, swept away when their owner was killed."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from prover.lean.scratch import Scratch, sweep


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


def age(folder: Path) -> None:
    past = time.time() - 3600
    os.utime(folder, (past, past))


def test_a_folder_is_removed_with_what_is_in_it(temporary: Path) -> None:
    scratch = Scratch()
    (scratch.path / "deep").mkdir()
    (scratch.path / "deep" / "file").write_text("x")
    scratch.remove()
    scratch.remove()
    assert list(temporary.iterdir()) == []


def test_only_abandoned_folders_are_swept(temporary: Path) -> None:
    ours = Scratch()
    script = (
        "import os; from prover.lean.scratch import Scratch; print(Scratch().path, flush=True); os.kill(os.getpid(), 9)"
    )
    environment = {**os.environ, "TMPDIR": str(temporary)}
    killed = subprocess.run([sys.executable, "-c", script], env=environment, stdout=subprocess.PIPE, text=True)
    theirs = Path(killed.stdout.strip())
    others = [temporary / "leap-prover-notes", temporary / "else"]
    for folder in others:
        folder.mkdir()
    (temporary / "leap-prover-scratch-link").symlink_to(others[0])
    assert theirs.is_dir() and sweep() == 0  # too young to tell
    for folder in (ours.path, theirs, *others):
        age(folder)
    assert sweep() == 1
    assert not theirs.exists() and ours.path.is_dir() and all(folder.is_dir() for folder in others)
    ours.remove()


def test_what_it_holds_is_counted_and_links_are_not_followed(temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scratch = Scratch()
    assert scratch.used_mb() == 0
    (scratch.path / "deep").mkdir()
    (scratch.path / "deep" / "file").write_bytes(b"x" * (3 << 20))
    (temporary / "large").write_bytes(b"x" * (9 << 20))
    (scratch.path / "link").symlink_to(temporary)
    (scratch.path / "loop").symlink_to(scratch.path)
    assert 2.9 < scratch.used_mb() < 4
    monkeypatch.setattr("prover.lean.scratch._MOST_ENTRIES", 3)
    assert scratch.used_mb() == float("inf")
    scratch.remove()
    assert scratch.used_mb() == 0
