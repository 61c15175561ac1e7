"""Where the commands of a page of docs/ are played: in a scratch folder, with a stand-in for a model's server."""

from __future__ import annotations

import os
import re
import shlex
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from doc_blocks import Block, Command, commands_of
from model_server import Asked, ModelServer

from prover.agent import solver
from prover.cli.app import run
from prover.search import Settings
from prover.search.agenda import LEVELS

#: `prove`, for a page's shell: the one under test.
PROGRAM = f"""#!/bin/sh
exec {shlex.quote(sys.executable)} -c 'import sys; from prover.cli.app import run; sys.exit(run())' "$@"
"""
#: Commands that search for each target: nothing but the end of the time may depend on the machine.
_SEARCHING = ("run", "refute")


def patient() -> Settings:
    """Limits that only heartbeats reach, however slow the machine."""
    levels = tuple(replace(limit, seconds=300.0) for limit in LEVELS)
    return replace(solver.PORTFOLIO, levels=levels, shorten_seconds=300.0, check_seconds=300.0)


def writes(asked: Asked) -> list[str]:
    """What the model of the guides says: a list of tactics where a list is asked for, else one."""
    if asked.chat:
        return ['["omega", "simp", "grind"]'] * asked.n
    return ["omega", "simp", "grind"][: asked.n]


class Stage:
    """A page's commands, run one after the other as a reader would in one folder."""

    def __init__(self, folder: Path, capture: pytest.CaptureFixture[str], model: ModelServer) -> None:
        self.folder = folder
        self.capture = capture
        self.model = model
        self.code = 0
        self.errors = ""
        self.port = _free_port()

    def here(self, text: str) -> str:
        """A command with the addresses that this machine has: those of the page may be taken."""
        text = text.replace("http://localhost:8000/v1", self.model.url)
        return text.replace("--port 8080", f"--port {self.port}").replace("localhost:8080", f"localhost:{self.port}")

    def play(self, block: Block) -> None:
        """Runs all commands of a block; each has to print what the page shows, a silent one to end well."""
        if block.language == "sh" and re.search(r"&$", block.text, re.MULTILINE):
            # A program in the background, and what speaks with it.
            self.run(Command(f"set -e\n{self.here(block.text)}"))
            assert self.code == 0, str(block)
            return
        for command in commands_of(block):
            text = self.here(command.text)
            printed = self.run(Command(text))
            if block.language == "console":
                shown = command.shown
                if "--jobs" in text:  # what is done at once ends in any order
                    shown, printed = ("\n".join(sorted(said.split("\n"))) for said in (shown, printed))
                assert agrees(shown, printed), f"{block}\n$ {text}\n{printed}{self.errors}"
            else:
                expected = re.search(r"# exit code (\d+)", text)
                assert self.code == int(expected[1] if expected else 0), f"{block}\n$ {text}\n{printed}{self.errors}"

    def run(self, command: Command) -> str:
        if command.text == "echo $?":
            return f"{self.code}\n"
        words = command.words
        if command.plain and words[0] == "export":
            name, value = words[1].split("=", 1)
            os.environ[name] = value
            return ""
        if command.plain and words[0] == "prove" and not command.text.startswith("PROVER_"):
            if not {"--timeout", "--statement"} & set(words) and (words[1] in _SEARCHING or words[1].endswith(".lean")):
                words += ["--timeout", "600"]
            self.capture.readouterr()
            self.code = run(words[1:])
            printed, self.errors = self.capture.readouterr()
            return printed
        ran = subprocess.run(["bash", "-c", command.text], capture_output=True, text=True, timeout=600, check=False)
        self.code, self.errors = ran.returncode, ran.stderr
        return ran.stdout


def agrees(shown: str, printed: str) -> bool:
    """Whether a transcript is what was printed. In it a line `...` stands for any lines, `…` in a line for any text,
    and seconds (`1.2 s`) for any other number of them. Nothing else may differ but blanks at the end of lines."""

    def line(text: str) -> str:
        pattern = re.escape(text.rstrip()).replace("…", ".*")
        return re.sub(r"\b\d+(?:\\\.\d+)?\\ s\b", r"[0-9.]+\\ s", pattern) + r"[ ]*\n"

    lines = [r"(?:.*\n)*?" if text.strip() == "..." else line(text) for text in shown.strip("\n").split("\n")]
    return re.fullmatch("".join(lines), printed.strip("\n") + "\n") is not None


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
