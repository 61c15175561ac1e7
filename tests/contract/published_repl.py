"""The published tests of leanprover-community/repl against `prove repl`, run by hand.

`python tests/contract/published_repl.py FOLDER [NAME...]`, FOLDER being the `test` folder of a checkout of that
repository. As its own `test.sh` does, each `NAME.in` that has a `NAME.expected.out` goes to a process of its own, in
alphabetical order (later files read what earlier ones wrote), in a copy of the folder; `Mathlib/` is left alone.
Answers are compared as JSON, the order of `usedConstants` aside. The exit code is 1 where one differs.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PROGRAM = "import sys; from prover.cli.app import run; sys.exit(run(['repl', '-q', '--engine', 'embedded']))"
# What is Lean's wording, not the repl's: left out of the comparison with --any-wording.
_WORDS = ("data", "message")


@dataclass(frozen=True, slots=True)
class Compared:
    """A file's answers: how many are expected, how many were given, and the differences of each that differs."""

    name: str
    expected: int
    given: int
    differences: dict[int, list[str]]

    @property
    def agree(self) -> bool:
        return not self.differences and self.expected == self.given


def documents(text: str) -> list[Any]:
    """The JSON documents of an output, one after the other."""
    decoder, found, at = json.JSONDecoder(), list[Any](), 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        document, at = decoder.raw_decode(text, at)
        found.append(document)
    return found


def differences(expected: Any, given: Any, *, any_wording: bool, path: str = "") -> Iterator[str]:
    """Where two answers differ, a line each."""
    name = path.rpartition(".")[2]
    if isinstance(expected, dict) and isinstance(given, dict):
        for key in sorted({*expected, *given}):
            if key not in expected or key not in given:
                yield f"{path}.{key}: only {'expected' if key in expected else 'given'}"
            else:
                yield from differences(expected[key], given[key], any_wording=any_wording, path=f"{path}.{key}")
    elif isinstance(expected, list) and isinstance(given, list):
        if name == "usedConstants":
            expected, given = sorted(expected), sorted(given)
        if len(expected) != len(given):
            yield f"{path}: {len(expected)} expected, {len(given)} given"
        for number, (one, other) in enumerate(zip(expected, given, strict=False)):
            yield from differences(one, other, any_wording=any_wording, path=f"{path}[{number}]")
    elif any_wording and name in _WORDS and isinstance(expected, str) and isinstance(given, str):
        return
    elif type(expected) is not type(given) or expected != given:
        yield f"{path}: expected {expected!r}"
        yield f"{' ' * len(path)}  given    {given!r}"


def compare(name: str, expected: list[Any], given: list[Any], *, any_wording: bool) -> Compared:
    """What becomes of one file; an answer that is not there differs too."""
    found: dict[int, list[str]] = {}
    for number, one in enumerate(expected):
        lines = list(differences(one, given[number], any_wording=any_wording)) if number < len(given) else ["no answer"]
        if lines:
            found[number] = lines
    return Compared(name, len(expected), len(given), found)


def answers(command: list[str], text: bytes, folder: Path) -> list[Any]:
    """What a process answers to a file's requests, in a working folder."""
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    ran = subprocess.run(command, input=text, capture_output=True, cwd=folder, env=environment, check=False)
    if ran.returncode:
        sys.exit(f"{shlex.join(command)} ended with {ran.returncode}: {ran.stderr.decode(errors='replace')[-2000:]}")
    return documents(ran.stdout.decode())


def run(folder: Path, command: list[str], names: list[str], *, any_wording: bool) -> Iterator[Compared]:
    """Runs the files of `folder`, all or those named."""
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch, "test")
        shutil.copytree(folder, copy, ignore=shutil.ignore_patterns("Mathlib", "*.olean"))
        for question in sorted(copy.glob("*.in")):
            wanted = question.with_suffix(".expected.out")
            if not wanted.exists() or (names and question.stem not in names):
                continue
            given = answers(command, question.read_bytes(), copy.parent)
            yield compare(question.stem, documents(wanted.read_text()), given, any_wording=any_wording)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="the folder `test` of a checkout of leanprover-community/repl")
    parser.add_argument("names", nargs="*", help="these files alone, without `.in`")
    parser.add_argument("--any-wording", action="store_true", help="do not compare the text of Lean's messages")
    parser.add_argument("--command", type=shlex.split, default=[sys.executable, "-c", PROGRAM], help="another repl")
    asked = parser.parse_intermixed_args()
    files: list[Compared] = []
    for file in run(asked.folder, asked.command, asked.names, any_wording=asked.any_wording):
        files.append(file)
        right = file.expected - len(file.differences)
        print(f"{file.name:<40} {right:>3} of {file.expected:>3}{'' if file.agree else '   DIFFERS'}", flush=True)
        for number, lines in file.differences.items():
            print(*(f"    answer {number}: {line}" for line in lines), sep="\n", flush=True)
        if file.given > file.expected:
            print(f"    {file.given - file.expected} more answers than expected", flush=True)
    total, wrong = sum(f.expected for f in files), sum(len(f.differences) for f in files)
    print(f"{sum(f.agree for f in files)} of {len(files)} files, {total - wrong} of {total} answers agree")
    return 0 if files and all(f.agree for f in files) else 1


if __name__ == "__main__":
    sys.exit(main())
