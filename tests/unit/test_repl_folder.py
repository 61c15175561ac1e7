"""`prove repl --install`: what is written, run as LeanInteract runs it, and which folders are refused. No Lean."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from prover.core.errors import UserError
from prover.repl import install

COMMAND = ["/bin/sh", "-c", 'printf "%s|" "$@"', "it's", "two words", "$HOME"]
PROGRAM = ".lake/build/bin/repl"


def lake(folder: Path, *words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([folder / "lake", *words], capture_output=True, text=True, check=False)


def test_it_is_run_as_lean_interact_runs_it(tmp_path: Path) -> None:
    folder = tmp_path / "a folder" / "repl"
    install(folder, COMMAND, "4.28.0-pre", lake=True)
    assert (folder / "lean-toolchain").read_text() == "leanprover/lean4:v4.28.0\n"
    assert lake(folder, "env", folder / PROGRAM).stdout == "two words|$HOME|"
    assert lake(folder, "--version").stdout == "Lake version 5.0.0 (Lean version 4.28.0)\n"
    assert lake(folder, "build").returncode == 0
    other = lake(folder, "update")
    assert other.returncode == 1 and "stand-in" in other.stderr


def test_again_writes_the_same_and_leaves_the_rest(tmp_path: Path) -> None:
    install(tmp_path, COMMAND, "4.28.0", lake=True)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    (tmp_path / "session_cache").mkdir()  # LeanInteract's own working folder is this one
    install(tmp_path, COMMAND, "4.28.0", lake=True)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before
    install(tmp_path, ["/bin/true"], "4.30.0", lake=False)
    assert (tmp_path / "lean-toolchain").read_text() == "leanprover/lean4:v4.30.0\n"
    assert not (tmp_path / "lake").exists(), "a native Lean has its own"


@pytest.mark.parametrize("name", ["notes.txt", "lean-toolchain", "lake", PROGRAM])
def test_a_folder_with_something_else_is_left_alone(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\nsomebody's\n")
    with pytest.raises(UserError) as caught:
        install(tmp_path, COMMAND, "4.28.0", lake=True)
    assert caught.value.code == "folder_in_use" and caught.value.hint
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == [path] and "somebody" in path.read_text()


def test_somebody_elses_lake_in_our_folder(tmp_path: Path) -> None:
    install(tmp_path, COMMAND, "4.28.0", lake=False)
    (tmp_path / "lake").symlink_to("/bin/true")
    with pytest.raises(UserError) as caught:
        install(tmp_path, COMMAND, "4.28.0", lake=True)
    assert caught.value.code == "folder_in_use"


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.touch()
    with pytest.raises(UserError) as caught:
        install(path, COMMAND, "4.28.0", lake=True)
    assert caught.value.code == "unreadable"
    with pytest.raises(UserError) as caught:
        install(path / "below", COMMAND, "4.28.0", lake=True)
    assert caught.value.code in ("unreadable", "not_writable")
