"""Help texts stand alone: what a command does, an example that is understood, its exit codes, a word on each option."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from doc_blocks import ROOT, leaves, parse

COMMANDS = dict(leaves())


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_explains_itself(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    command: Any = COMMANDS[name]
    said = str(command.help)
    assert len(said.split("\n")[0]) > 20
    (example,) = re.findall(r"Example: `prove (.*)`", said)
    words = shlex.split(example.partition(" < ")[0])
    parse(words)
    full = words if name != "run" else ["run", *words]
    assert full[: len(name.split())] == name.split() or (name == "bench run" and words[0] == "bench")
    assert re.search(r"[Ee]xit code", said)
    mute = [option.opts[0] for option in command.params if not option.hidden and not getattr(option, "help", "")]
    assert not mute


def test_the_readme_names_every_command() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    table = text[text.index("## The command") : text.index("## With a language model")]
    missing = {name.split()[0] for name in COMMANDS} - {"run"} - set(re.findall(r"`prove (\w+)", table))
    assert not missing
