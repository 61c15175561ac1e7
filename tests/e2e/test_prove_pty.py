"""The installed command on a terminal, as a person runs it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pexpect
import psutil
import pytest

from prover.lean.bundled import bundled

pytestmark = pytest.mark.lean

EXAMPLE = bundled("lean_project") / "examples" / "first.lean"
TIMEOUT = 240
#: A search that does not end by itself: Fermat's theorem for exponent 3, far beyond any automation here.
HARD = "theorem hard (a b c : Nat) (h : 0 < a * b * c) : a * a * a + b * b * b ≠ c * c * c := by sorry\n"


def command() -> str:
    """The `prove` of this very environment."""
    return str(Path(sys.executable).with_name("prove"))


@pytest.fixture
def spawned() -> Iterator[list[pexpect.spawn]]:
    children: list[pexpect.spawn] = []
    yield children
    for child in children:
        child.close(force=True)


def start(spawned: list[pexpect.spawn], *words: str, shell: str = "") -> pexpect.spawn:
    environment = {**os.environ, "TERM": "xterm-256color"}
    environment.pop("NO_COLOR", None)
    line = [command(), *words]
    if shell:
        line = ["/bin/sh", "-c", f'exec "$@" {shell}', "sh", *line]
    child = pexpect.spawn(line[0], line[1:], env=environment, encoding="utf-8", timeout=TIMEOUT, dimensions=(40, 120))
    spawned.append(child)
    return child


def family(child: pexpect.spawn) -> list[psutil.Process]:
    """The processes that a run has started by now."""
    return psutil.Process(child.pid).children(recursive=True)


def gone(processes: list[psutil.Process]) -> bool:
    """Whether all of them have ended, or do within seconds."""
    _, alive = psutil.wait_procs(processes, timeout=10)
    return bool(processes) and not alive


def plain(text: str) -> str:
    """Without colours and cursor movements."""
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text)


def test_the_example_is_proved_and_progress_is_shown(spawned: list[pexpect.spawn], tmp_path: Path) -> None:
    out = tmp_path / "out.txt"
    child = start(spawned, str(EXAMPLE), "--timeout", "60", shell=f"> {out}")
    child.expect("searching add_comm_twice")
    child.expect("verifying")
    child.expect(pexpect.EOF)
    child.wait()
    assert child.exitstatus == 0
    text = out.read_text(encoding="utf-8")
    for name in ("add_comm_twice", "even_or_odd", "and_swap_iff", "double_eq", "example (line 20)"):
        assert re.search(rf"^{re.escape(name)}.*: proved$", text, re.M), name
    assert "\x1b" not in text and "\n-  sorry\n" in text


def test_results_on_a_terminal_are_readable(spawned: list[pexpect.spawn], tmp_path: Path) -> None:
    path = tmp_path / "F.lean"
    path.write_text("theorem t (a b : Nat) : a + b = b + a := by\n  sorry\n")
    child = start(spawned, str(path), "--write")
    child.expect(pexpect.EOF)
    child.wait()
    assert child.exitstatus == 0 and "t (line 1): proved" in plain(child.before or "")
    assert "sorry" not in path.read_text()


def test_an_interrupt_keeps_what_was_proved(spawned: list[pexpect.spawn], tmp_path: Path) -> None:
    path = tmp_path / "F.lean"
    path.write_text("theorem easy (a b : Nat) : a + b = b + a := by sorry\n" + HARD)
    child = start(spawned, str(path), "--write", "--timeout", "300", "--no-refute")
    child.expect("searching hard")
    started = family(child)
    child.sendintr()
    child.expect(pexpect.EOF)
    child.wait()
    said = plain(child.before or "")
    assert child.exitstatus == 130
    assert "easy (line 1): proved" in said and "hard (line 2): not proved: interrupted" in said
    text = path.read_text()
    assert text.endswith(HARD) and "sorry" not in text.splitlines()[0]
    assert gone(started)


def test_two_interrupts_end_it_at_once(spawned: list[pexpect.spawn], tmp_path: Path) -> None:
    path = tmp_path / "F.lean"
    path.write_text(HARD)
    child = start(spawned, str(path), "--write", "--timeout", "300")
    child.expect("searching hard")
    started = family(child)
    child.sendintr()
    child.sendintr()
    child.expect(pexpect.EOF)
    child.wait()
    said = plain(child.before or "")
    assert child.exitstatus == 130 and "Traceback" not in said, said
    assert path.read_text() == HARD and gone(started)


@pytest.mark.skipif(shutil.which("sh") is None, reason="needs a shell")
def test_no_colour_and_no_animation_in_a_pipe(tmp_path: Path) -> None:
    path = tmp_path / "F.lean"
    path.write_text("theorem t (a b : Nat) : a + b = b + a := by sorry\n")
    done = subprocess.run([command(), str(path)], capture_output=True, text=True, timeout=TIMEOUT, check=False)
    assert done.returncode == 0 and "\x1b" not in done.stdout + done.stderr
