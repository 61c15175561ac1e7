"""A person with two terminals: in one runs the agent, in the other the person is its model. Real Lean."""

from __future__ import annotations

import json
import os
import re
import sys
import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pexpect
import pytest

pytestmark = [pytest.mark.lean, pytest.mark.slow, pytest.mark.timeout(1800)]

EXAMPLES = Path(__file__).parents[2] / "benchmarks" / "leap"
TIMEOUT = 900
ASKED = "Your answer, ended by a line that is a dot"
ENDED = "has ended"
#: What the instructions begin with, and the role in `benchmarks/leap/NAME.json`.
ROLES = {
    "You prove theorems": "prove",
    "You mend proofs": "prove",
    "You plan proofs": "plan",
    "You turn plans": "sketch",
    "You look for errors": "negate",
    "You find out why": "diagnose",
    "You judge plans": "review",
}
SILENCE = {
    "negate": "I see nothing wrong with it.",
    "review": '```json\n{"verdict": "accept", "score": 9, "reasons": []}\n```',
    "diagnose": '```json\n{"diagnosis": "TOO_HARD", "advice": "break it up"}\n```',
}
CALL = '```tool\n{"name": "lean_check", "arguments": {"code": "theorem two : 1 + 1 = 2 := by rfl"}}\n```'


@dataclass
class Person:
    """Reads a question and writes what `says` has for that role and lemma; tries a tool first."""

    says: Mapping[str, Mapping[str, Sequence[Mapping[str, Any]]]]
    read: list[str] = field(default_factory=list[str])
    said: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])

    def answer(self, question: str) -> str:
        self.read.append(question)
        role = next(role for begin, role in ROLES.items() if begin in question)
        if len(self.read) == 1 and "lean_check" in question:
            return CALL
        name = re.findall(r"The statement:\s+`{3,}lean\s+theorem (\S+)", question)[0]
        replies = self.says.get(name, {}).get(role, ())
        self.said[role, name] += 1
        if not replies:
            return SILENCE.get(role, "I do not see how.")
        return written(replies[min(self.said[role, name], len(replies)) - 1])


def written(reply: Mapping[str, Any]) -> str:
    if "diagnosis" in reply:
        return f"```json\n{json.dumps(reply)}\n```"
    lemmas = [f"```lean lemma\n{lemma['text']}\n```" for lemma in reply.get("lemmas", ())]
    return "\n\n".join([reply["plan"] or "So:", *lemmas, f"```lean proof\n{reply['script']}\n```"])


@pytest.fixture
def terminals() -> Iterator[list[pexpect.spawn]]:
    opened: list[pexpect.spawn] = []
    yield opened
    for terminal in opened:
        terminal.close(force=True)


def start(terminals: list[pexpect.spawn], *words: str | Path, **environment: str) -> pexpect.spawn:
    program = str(Path(sys.executable).with_name("prove"))
    found = {**os.environ, "TERM": "xterm-256color", **environment}
    terminal = pexpect.spawn(
        program, [str(word) for word in words], env=found, encoding="utf-8", timeout=TIMEOUT, dimensions=(50, 100)
    )
    terminals.append(terminal)
    return terminal


def plain(text: str | None) -> str:
    """Without colours and cursor movements, and with the line ends of files."""
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text or "").replace("\r\n", "\n")


def test_the_person_is_the_model(terminals: list[pexpect.spawn], tmp_path: Path) -> None:
    person = Person(json.loads((EXAMPLES / "sums.json").read_text(encoding="utf-8")))
    talk, out = tmp_path / "talk", tmp_path / "out.lean"
    second = start(terminals, "answer", talk)
    second.expect("waiting for a run with --model manual/")
    example = EXAMPLES / "sums.lean"
    first = start(
        terminals, f"{example}:cubes_are_a_square", "--agent", "leap", "--model", f"manual/{talk}",
        "--timeout", "400", "-o", out,
    )  # fmt: skip
    # A terminal is read all the time: a program that writes to one that nobody reads comes to a stop.
    reader = threading.Thread(target=first.expect, args=(pexpect.EOF,))
    reader.start()
    while second.expect([re.escape(ASKED), ENDED]) == 0:
        for line in person.answer(plain(second.before)).split("\n"):
            second.sendline(line)
        second.sendline(".")
        second.expect(r"question \d+ is answered")
    second.expect(pexpect.EOF)
    reader.join()
    first.wait()
    second.wait()
    said = plain(first.before)
    assert (first.exitstatus, second.exitstatus) == (0, 0), said
    assert re.search(r"cubes_are_a_square \(line \d+\): proved", said), said
    assert "no errors" in person.read[1], "the tool's result is in the next question"
    assert re.search(r"cubes_step +(planning|proving it) +\d:\d\d", said), "the live table"
    assert person.said["plan", "cubes_are_a_square"] == 1
    text = out.read_text(encoding="utf-8")
    assert "theorem cubes_step" in text and text.count("sorry") == 2, "the other two theorems are left alone"
    replies = sorted(file.name for file in talk.glob("*.reply.md"))
    assert replies == [f"{number:04}.reply.md" for number in range(1, len(person.read) + 1)]
