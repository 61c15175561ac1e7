"""`prove formalize` on a terminal: a person reads the drafts, asks, edits, has more drawn, and takes one."""

from __future__ import annotations

import os
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import pexpect
import pytest
from model_server import Asked, ModelServer

pytestmark = [pytest.mark.lean, pytest.mark.timeout(600)]

WORDS = "The sum of two odd numbers is even."
GOOD = "theorem statement (a b : Nat) (ha : a % 2 = 1) (hb : b % 2 = 1) : (a + b) % 2 = 0"
FALSE = "theorem statement (a b : Nat) : (a + b) % 2 = 0"
#: The command of this very environment; what Lean is asked about drafts is known beforehand.
COMMAND = f"""
import sys
sys.path.insert(0, {str(Path(__file__).parents[1] / "unit")!r})
from formalize_checks import checks
from prover.cli.app import run
from prover.formalize import formalizing
formalizing.lean_checks = lambda: checks({FALSE!r})
sys.exit(run())
"""
ASKS = "N takes one"
_ESCAPES = re.compile(r"\x1b(\[[0-?]*[ -/]*[@-~]|[()][A-B0-2]|[=>78])")


class Model:
    """Draws a false statement first, and a better one when a person has asked for it."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()

    def __call__(self, asked: Asked) -> Sequence[str]:
        if "never seen any other statement" in asked.text:
            return ["So it reads."]
        self.asked["drafts"] += 1
        statement = GOOD if "mind the remainders" in asked.text else FALSE
        return [f"```lean lemma\n{statement}\n```"]


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with ModelServer(Model()) as made:
        yield made


@pytest.fixture
def spawned() -> Iterator[list[pexpect.spawn]]:
    children: list[pexpect.spawn] = []
    yield children
    for child in children:
        child.close(force=True)


def start(spawned: list[pexpect.spawn], server: ModelServer, *words: str | Path, **environment: str) -> pexpect.spawn:
    model = ("--model", "openai-api/local/tiny", "--engine", "embedded", "-n", "2")
    # What runs the tests may say how wide its own terminal is.
    known = {k: v for k, v in os.environ.items() if k not in ("EDITOR", "VISUAL", "COLUMNS", "LINES")}
    child = pexpect.spawn(
        sys.executable,
        ["-c", COMMAND, "formalize", WORDS, *model, *map(str, words)],
        env={**known, "TERM": "xterm-256color", "LOCAL_BASE_URL": server.url, **environment},
        encoding="utf-8",
        timeout=120,
        dimensions=(40, 100),
    )
    spawned.append(child)
    return child


def seen(child: pexpect.spawn) -> str:
    return _ESCAPES.sub("", child.before or "")


def test_a_person_decides(spawned: list[pexpect.spawn], server: ModelServer, tmp_path: Path) -> None:
    out = tmp_path / "out.lean"
    editor = tmp_path / "editor.py"
    editor.write_text(
        "import sys; p = sys.argv[1]; t = open(p).read(); open(p, 'w').write(t.replace('% 2 = 0', '< 1'))"
    )
    child = start(spawned, server, "-o", out, EDITOR=f"{sys.executable} {editor}")
    child.expect_exact(ASKS)
    first = seen(child)
    assert WORDS in first and "2 of 2 drafts say this; FALSE" in first and "said back: So it reads." in first
    child.sendline("? 1")
    child.expect_exact("Lean has a proof of its negation: a = 0, b = 1")
    child.expect("- key [0-9a-f]{64}")
    child.sendline("1")
    child.expect_exact("to take it all the same")
    child.sendline("no")
    child.sendline("7")
    child.expect_exact("there is no draft 7")
    child.sendline("r mind the remainders")
    child.expect_exact("2 of 4 drafts say this; no doubts found")
    child.expect_exact(ASKS)
    child.sendline("e 1")
    child.expect_exact("yours; no doubts found")
    child.expect_exact(ASKS)
    assert "(a + b) < 1" in seen(child)
    child.sendline("7")
    child.expect_exact("there is no draft 7")
    child.sendline("1")
    child.expect_exact("frozen in")
    child.expect(pexpect.EOF)
    child.wait()
    assert child.exitstatus == 0 and server.writes.asked["drafts"] == 4  # type: ignore[union-attr]
    assert GOOD in out.read_text() and f"/-- {WORDS} -/" in out.read_text()


def test_a_person_leaves(spawned: list[pexpect.spawn], server: ModelServer, tmp_path: Path) -> None:
    out = tmp_path / "out.lean"
    child = start(spawned, server, "-o", out, "--no-back", NO_COLOR="1")
    child.expect_exact(ASKS)
    child.sendline("e 1")
    child.expect_exact("no editor is named")
    for line in ("theorem mine (n : Nat) : n <= n + 1", "."):
        child.sendline(line)
    child.expect_exact("yours; no doubts found")
    child.expect_exact(ASKS)
    child.sendline("q")
    child.expect_exact("nothing is accepted")
    child.expect(pexpect.EOF)
    child.wait()
    assert child.exitstatus == 1 and not out.exists()


def test_an_interrupt(spawned: list[pexpect.spawn], server: ModelServer) -> None:
    child = start(spawned, server, "--no-back")
    child.expect_exact(ASKS)
    child.sendintr()
    child.expect(pexpect.EOF)
    child.wait()
    assert child.exitstatus == 130
