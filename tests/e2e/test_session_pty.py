"""`prove session` on a terminal, as a person uses it: line by line, and on the whole screen."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pexpect
import psutil
import pytest
from terminal_screen import TerminalScreen

pytestmark = [pytest.mark.lean, pytest.mark.timeout(600)]

TEXT = "theorem swap (p q : Prop) : p ∧ q ↔ q ∧ p := by\n  sorry\n"
TIMEOUT = 240
#: The command of this very environment, whichever checkout is on the path.
COMMAND = (sys.executable, "-c", "import sys; from prover.cli.app import run; sys.exit(run())", "session")


@pytest.fixture
def spawned() -> Iterator[list[pexpect.spawn]]:
    children: list[pexpect.spawn] = []
    yield children
    for child in children:
        child.close(force=True)


def start(spawned: list[pexpect.spawn], *words: str, **environment: str) -> pexpect.spawn:
    child = pexpect.spawn(
        COMMAND[0],
        [*COMMAND[1:], *words],
        env={**os.environ, "TERM": "xterm-256color", **environment},
        encoding="utf-8",
        timeout=TIMEOUT,
        dimensions=(24, 80),
    )
    spawned.append(child)
    return child


def end(child: pexpect.spawn, status: int = 0) -> None:
    family = psutil.Process(child.pid).children(recursive=True)
    child.expect(pexpect.EOF)
    child.wait()
    assert child.exitstatus == status
    _, alive = psutil.wait_procs(family, timeout=20)
    assert not alive, "no Lean process is left behind"


def type_in(child: pexpect.spawn, line: str, *expected: str) -> None:
    child.sendline(line)
    for text in expected:
        child.expect_exact(text)
    child.expect_exact("> ")


def test_a_session_line_by_line(spawned: list[pexpect.spawn], tmp_path: Path) -> None:
    path = tmp_path / "Swap.lean"
    path.write_text(TEXT)
    child = start(spawned, str(path), "--plain", "--jobs", "1")
    child.expect_exact("⊢ p ∧ q ↔ q ∧ p")
    child.expect_exact("> ")
    type_in(child, "constructor", "swap: 2 goals", "goal 2: case mpr ⊢ q ∧ p → p ∧ q")
    type_in(child, "nonsense", "! ")
    type_in(child, "intro h", "h : p ∧ q")
    type_in(child, "lemma other (a b : Prop) (h : a \\and b) : b \\and a", "other is stated")
    type_in(child, "exact other p q h", "swap: 1 goal")
    assert "theorem other" in path.read_text() and "exact other p q h" in path.read_text()
    type_in(child, "undo", "swap: 2 goals")
    type_in(child, "redo", "swap: 1 goal")
    type_in(child, "auto 60", "go on meanwhile")
    type_in(child, "wait", "auto: a proof of", "`accept` takes it")
    type_in(child, "accept", "Open: other (`work NAME`)")
    type_in(child, "check", "proved, as soon as these are: other")
    child.sendline("quit")
    end(child)
    assert "\x1b" not in (child.before or "")

    child = start(spawned, str(path), "--plain", "--resume", "--jobs", "1")
    child.expect_exact("Open: other (`work NAME`)")
    child.expect_exact("> ")
    type_in(child, "work other", "⊢ b ∧ a")
    type_in(child, "exact \\<h.2, h.1\\>", "no goals left")
    type_in(child, "check", "other: proved", "swap: proved")
    child.sendline("quit")
    end(child)
    assert "sorry" not in path.read_text()


def test_a_kill_loses_nothing(spawned: list[pexpect.spawn], tmp_path: Path) -> None:
    path = tmp_path / "Swap.lean"
    path.write_text(TEXT)
    child = start(spawned, str(path), "--plain", "--jobs", "1")
    child.expect_exact("> ")
    type_in(child, "constructor", "swap: 2 goals")
    type_in(child, "intro h", "h : p ∧ q")
    family = psutil.Process(child.pid).children(recursive=True)
    child.kill(9)
    child.expect(pexpect.EOF)
    child.wait()
    psutil.wait_procs(family, timeout=20)
    child = start(spawned, str(path), "--plain", "--resume", "--jobs", "1")
    child.expect_exact("h : p ∧ q")
    child.expect_exact("> ")
    type_in(child, "exact h.symm", "swap: 1 goal")
    child.sendintr()
    child.expect_exact("once more ends the session")
    child.sendintr()
    end(child, 130)
    assert "· intro h\n    exact h.symm\n  · sorry" in path.read_text()


def test_a_script_and_a_statement(tmp_path: Path) -> None:
    """No terminal: lines from a pipe, a statement instead of a file."""
    done = subprocess.run(
        [*COMMAND, "--jobs", "1"],
        input=b"undefined_thing = 1\n(n : \\nat) : n = n\n(n : Nat) : n + 0 = n\n\xff\xfe \x1b[2J\nsimp\ncheck\n",
        capture_output=True,
        cwd=tmp_path,
        timeout=TIMEOUT,
        check=False,
    )
    said = done.stdout.decode()
    assert done.returncode == 0, done.stderr
    assert said.count("! Lean reads no statement") == 2 and "goal: proved" in said
    preface = "set_option autoImplicit false\n\n"
    assert (tmp_path / "session.lean").read_text() == f"{preface}theorem goal (n : Nat) : n + 0 = n := by\n  simp\n"
    assert b"\x1b" not in done.stdout + done.stderr and "\\u{1b}[2J" in said


class Screened:
    """A child whose output is drawn on a screen of 80 columns and 24 rows."""

    def __init__(self, child: pexpect.spawn) -> None:
        self.child = child
        self.screen = TerminalScreen(24, 80)
        self.raw = ""

    def send(self, keys: str) -> None:
        self.child.send(keys)

    def shows(self, *texts: str) -> None:
        """Waits until all of them stand on the screen at once."""
        ends = time.monotonic() + TIMEOUT
        while not all(text in self.screen.text for text in texts):
            assert time.monotonic() < ends, f"{texts} is not on\n{self.screen.text}"
            try:
                said = self.child.read_nonblocking(65536, timeout=1)
                self.raw += said
                self.screen.feed(said)
            except pexpect.TIMEOUT:
                continue
            except pexpect.EOF:
                pytest.fail(f"ended without {texts}:\n{self.screen.text}")


def test_a_session_on_the_whole_screen(spawned: list[pexpect.spawn], tmp_path: Path) -> None:
    path = tmp_path / "Swap.lean"
    path.write_text(TEXT)
    child = start(spawned, str(path), "--jobs", "1", NO_COLOR="1")
    person = Screened(child)
    person.shows("⊢ p ∧ q ↔ q ∧ p", "closes the goal", "proof so far")
    person.send("constructor\r")
    person.shows("swap: 2 goals", "goal 2: case mpr ⊢ q ∧ p → p ∧ q")
    person.send("\x1a")
    person.shows("swap: 1 goal")
    person.send("\x19")
    person.shows("swap: 2 goals")
    person.send("lemma other : 1 = 1\r")
    person.shows("other is stated")
    person.send("auto 60\r")
    person.shows("go on meanwhile")
    person.send("intro h\r")
    person.shows("h : p ∧ q", "`accept` takes it")
    person.send("exact \\<h.2, h.1")
    person.shows("> exact ⟨h.2, h.1")
    person.send("\\>\r")
    person.shows("swap: 1 goal", "exact ⟨h.2, h.1⟩")
    person.send("nonsense\r")
    person.shows("unknown tactic")
    person.send("exact And.symm\r")
    person.shows("work NAME")
    person.send("work other\r")
    person.shows("other (lemma): 1 goal")
    person.send("simp\r")
    person.shows("no goals left")
    person.send("check\r")
    person.shows("swap: proved")
    person.send("help\r")
    person.shows("lemma NAME : P", "Enter goes back")
    person.send("\r")
    person.shows("proof so far")
    assert not re.search(r"\x1b\[(?:[0-9;]*;)?[34][0-7]m", person.raw), "NO_COLOR"
    person.send("quit\r")
    end(child)
    assert path.read_text() == (
        "theorem other : 1 = 1 := by\n  simp\n\n"
        + TEXT.replace("sorry", "constructor\n  · intro h\n    exact ⟨h.2, h.1⟩\n  · exact And.symm")
    )
    person = Screened(start(spawned, str(path), "--jobs", "1", "--resume", NO_COLOR="1"))
    person.shows("other (lemma): no goals left", "proof so far", "simp")
    person.send("\x1a")
    person.shows("other (lemma): 1 goal")
    person.send("\x04")
    end(person.child)
    assert path.read_text().startswith("theorem other : 1 = 1 := by\n  sorry\n")
