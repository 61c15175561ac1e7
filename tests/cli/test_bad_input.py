"""Bad input through the command: its own reason code and message each, exit code 2, the file on disk unharmed.

What needs Lean to be seen is in `tests/lean/test_cases_*.py` (through the library) and `test_with_lean.py` (through the
command); here no Lean runs.
"""

from __future__ import annotations

import errno
import io
import os
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from prover.core.errors import Crashed, SetupError, UserError
from prover.core.verdict import NotProved
from prover.lean import source as sources
from prover.lean.source import SourceFile

Prove = Callable[..., Any]


@pytest.mark.parametrize("form", ["--json", "--jsonl"])
def test_files_that_cannot_be_read(form: str, prove: Prove, tmp_path: Path, stand_in: Any) -> None:
    (tmp_path / "latin.lean").write_bytes("theorem t : 1 = 1 := sorry -- ü\n".encode("latin-1"))
    (tmp_path / "utf16.lean").write_bytes("theorem t".encode("utf-16"))
    wanted = {
        "missing.lean": "no_file",
        "missing.lean:t": "no_file",
        "missing.lean#L3": "no_file",
        ".": "directory",
        "latin.lean": "not_utf8",
        "utf16.lean": "not_utf8",
    }
    for name, code in wanted.items():
        ran = prove("run", tmp_path / name, form)
        assert (ran.code, ran.error) == (2, code)
        assert f"[{code}]" in ran.err and not ran.out.count("Traceback")
    assert stand_in.asked == []


def test_a_file_nobody_may_read(prove: Prove, lean_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Path) -> bytes:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert prove(lean_file, "--json").error == "unreadable"


def test_usage_errors(prove: Prove, lean_file: Path) -> None:
    for words in (["--bogus"], ["run"], [lean_file, "--timeout", "soon"], [lean_file, "--jobs", "0"], ["check"]):
        ran = prove(*words)
        assert ran.code == 2 and ran.err and not ran.out.strip(), words
        ran = prove(*words, "--json")
        assert ran.code == 2 and ran.err and ran.error == "usage", words
    assert prove("check", f"{lean_file}#L3", "--json").error == "bad_target"


def test_what_the_library_objects_to_is_an_error_document(prove: Prove, lean_file: Path, stand_in: Any) -> None:
    before = lean_file.read_bytes()
    for error, exit_code in (
        (UserError("the file declares no x", code="target_absent", hint="names"), 2),
        (UserError("x could be a.x, b.x", code="target_ambiguous"), 2),
        (UserError("no sorry", code="no_sorry"), 2),
        (UserError("imports Mathlib", code="mathlib_on_embedded"), 2),
        (SetupError("not installed", code="not_installed", hint="run `prove setup`"), 3),
        (Crashed("Lean ended"), 3),
    ):

        def refuse(source: SourceFile, error: Exception = error) -> None:
            raise error

        stand_in.before = refuse
        ran = prove(lean_file, "--json", "--write")
        assert (ran.code, ran.error) == (exit_code, error.code)
        plain = prove(lean_file)
        assert plain.code == exit_code and plain.out == "" and error.message in plain.err and error.hint in plain.err
    assert lean_file.read_bytes() == before


def test_standard_input_is_not_written_back(prove: Prove, stand_in: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = prove("-", "--write", "--json")
    assert (ran.code, ran.error) == (2, "not_writable") and stand_in.asked == []

    class Standard:
        buffer = io.BytesIO(b"theorem t : 1 = 1 := by sorry\n")

    monkeypatch.setattr(sys, "stdin", Standard)
    document = prove("-", "--json").document
    assert document["file"] == "<stdin>" and "+theorem t : 1 = 1 := by rfl" in document["diff"]


def test_write_keeps_bytes_and_mode(prove: Prove, lean_file: Path, stand_in: Any) -> None:
    data = b"\xef\xbb\xbftheorem t : 1 = 1 := by sorry\r\n-- \xc3\xbc\r\ntheorem u : 1 = 1 := sorry"
    lean_file.write_bytes(data)
    lean_file.chmod(0o640)
    ran = prove(lean_file, "--write")
    assert ran.code == 0
    assert lean_file.read_bytes() == data.replace(b"sorry", b"rfl")
    assert lean_file.stat().st_mode & 0o777 == 0o640
    assert os.listdir(lean_file.parent) == ["F.lean"]


def test_nothing_proved_writes_nothing(prove: Prove, lean_file: Path, stand_in: Any) -> None:
    stand_in.verdict = NotProved(stopped="exhausted")
    before = lean_file.stat()
    ran = prove(lean_file, "--write", "--json")
    assert ran.code == 1 and ran.document["targets"][0]["verdict"]["code"] == "not_proved"
    assert lean_file.stat().st_mtime_ns == before.st_mtime_ns and lean_file.stat().st_ino == before.st_ino


def unharmed(prove: Prove, path: Path, code: str, *words: str) -> None:
    """`--write` fails with `code`; the file is as it was, no other file is left, and the proof is still told."""
    before = path.read_bytes()
    left = sorted(os.listdir(path.parent))
    document = prove(path, "--write", "--json", *words)
    assert document.code == 2 and f"[{code}]" in document.err
    assert document.document["save_error"]["code"] == code
    assert "+theorem t : 1 = 1 := by rfl" in document.document["diff"]
    assert path.read_bytes() == before and sorted(os.listdir(path.parent)) == left
    plain = prove(path, "--write")
    assert plain.code == 2 and "+theorem t : 1 = 1 := by rfl" in plain.out


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_full_disk(step: str, prove: Prove, lean_file: Path, stand_in: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, step, full)
    unharmed(prove, lean_file, "disk")


def test_a_read_only_folder(prove: Prove, lean_file: Path, stand_in: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    if os.geteuid() == 0:  # whom no mode keeps out

        def refuse(*_: Any, **__: Any) -> None:
            raise PermissionError(errno.EACCES, "Permission denied")

        monkeypatch.setattr(tempfile, "mkstemp", refuse)
        unharmed(prove, lean_file, "not_writable")
        return
    lean_file.parent.chmod(0o555)
    try:
        unharmed(prove, lean_file, "not_writable")
    finally:
        lean_file.parent.chmod(0o755)


def test_a_read_only_file(prove: Prove, lean_file: Path, stand_in: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.access
    monkeypatch.setattr(os, "access", lambda path, mode, **more: Path(path) != lean_file and real(path, mode, **more))
    refused_at_once(prove, lean_file, "not_writable")


def refused_at_once(prove: Prove, path: Path, code: str) -> None:
    """What could not be written is refused before anybody waits for a search."""
    before = path.read_bytes()
    ran = prove(path, "--write", "--json")
    assert ran.code == 2 and ran.document["error"]["code"] == code and path.read_bytes() == before


def test_a_symbolic_link(prove: Prove, lean_file: Path, stand_in: Any) -> None:
    link = lean_file.with_name("link.lean")
    link.symlink_to(lean_file)
    refused_at_once(prove, link, "symlink")
    assert link.is_symlink()
    ran = prove(lean_file, "-o", link, "--json")
    assert ran.code == 2 and ran.document["save_error"]["code"] == "symlink" and "sorry" in lean_file.read_text()


def test_a_file_that_changed_since_it_was_read(prove: Prove, lean_file: Path, stand_in: Any) -> None:
    stand_in.before = lambda source: lean_file.write_text("-- somebody else's\n")
    ran = prove(lean_file, "--write", "--json")
    assert ran.code == 2 and ran.document["save_error"]["code"] == "changed"
    assert lean_file.read_text() == "-- somebody else's\n"


def test_a_file_that_vanished(prove: Prove, lean_file: Path, stand_in: Any) -> None:
    stand_in.before = lambda source: lean_file.unlink()
    ran = prove(lean_file, "--write", "--json")
    assert ran.code == 2 and ran.document["save_error"]["code"] == "changed" and not lean_file.exists()


def test_another_run_is_writing(prove: Prove, lean_file: Path, stand_in: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "_LOCK_SECONDS", 0.1)
    with FileLock(sources._lock_path(lean_file)):
        unharmed(prove, lean_file, "busy")


def test_two_writes_at_once_leave_one_whole_file(lean_file: Path) -> None:
    original = SourceFile.read(lean_file)
    big = ["-- " + letter * 200_000 + "\n" for letter in "ab"]
    results: list[str] = []
    gate = threading.Barrier(2)

    def write(text: str) -> None:
        gate.wait()
        try:
            SourceFile(original.name, text.encode(), lean_file).write_over(original)
            results.append("written")
        except UserError as error:
            results.append(error.code)

    threads = [threading.Thread(target=write, args=[text]) for text in big]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["changed", "written"] and lean_file.read_text() in big
    assert os.listdir(lean_file.parent) == ["F.lean"]


def test_output_elsewhere(prove: Prove, lean_file: Path, stand_in: Any, tmp_path: Path) -> None:
    out = tmp_path / "out.lean"
    assert prove(lean_file, "-o", out).code == 0
    assert out.read_text() == "theorem t : 1 = 1 := by rfl\n" and "sorry" in lean_file.read_text()
    ran = prove(lean_file, "-o", tmp_path, "--json")
    assert ran.code == 2 and ran.document["save_error"]["code"] == "directory"
    ran = prove(lean_file, "-o", tmp_path / "no" / "where.lean", "--json")
    assert ran.code == 2 and ran.document["save_error"]["code"] == "disk"


def test_control_characters_do_not_reach_the_terminal(prove: Prove, lean_file: Path, stand_in: Any) -> None:
    lean_file.write_bytes("theorem t : 1 = 1 := by sorry -- \x1b[2J\u202e\n".encode())
    ran = prove(lean_file)
    assert ran.code == 0 and "\x1b[2J" not in ran.out and "\u202e" not in ran.out and "\\u{1b}[2J" in ran.out
    lean_file.write_bytes(b"\xff")
    assert "\x1b" not in prove(lean_file).err
