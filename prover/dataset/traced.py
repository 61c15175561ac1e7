"""Repositories traced by LeanDojo (`*.trace.xml`, `*.ast.json`), as records of ours.

The package `lean-dojo` (the extra `dojo`) is used in a process of its own. Its import rearranges the program's logging,
loads `.env` files into the environment, makes a cache folder, starts `git` and, with a token set, calls GitHub; its
`TracedRepo.load_from_disk` asks GitHub for the commit of Lean and copies the repository. None of that reaches this
process, and the other one reads file by file (`TracedFile.from_xml`), which needs none of it, with the network closed.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path

from prover.core.errors import SetupError, UserError
from prover.dataset.dojo import theorem_records
from prover.dataset.line import Fields
from prover.dataset.record import TacticRecord

_TRACES = ("*.trace.xml", "*.ast.json")
_READER = "prover.dataset.traced_reader"
#: Under this the reader's process says which file it could not read, and why.
FAULT = "fault"


def is_traced(path: Path) -> bool:
    """Whether `path` is a folder with traces of LeanDojo's in it."""
    return path.is_dir() and any(next(path.rglob(pattern), None) is not None for pattern in _TRACES)


class TracedRepository:
    """The tactics of a traced repository, those of its packages (`.lake/packages`) left out.

    `faults`: the files that lean-dojo could not read in the last iteration, and why. Raises `SetupError` where the
    package is not installed (`no_lean_dojo`) or does not load (`lean_dojo_broken`), and `UserError` (`bad_dojo_data`)
    where it can read none of the files.
    """

    def __init__(self, path: Path) -> None:
        if find_spec("lean_dojo") is None:
            raise SetupError(
                "reading a traced repository needs the package lean-dojo",
                code="no_lean_dojo",
                hint=_hint(),
            )
        self.path = path.resolve()
        self.faults: list[str] = []
        toolchain = self.path / "lean-toolchain"
        #: As the repository names it, `v4.9.0` say; empty where it does not.
        self.lean_version = toolchain.read_text().strip().rpartition(":")[2] if toolchain.is_file() else ""

    def __iter__(self) -> Iterator[TacticRecord]:
        with tempfile.TemporaryDirectory() as scratch, tempfile.TemporaryFile() as said:
            reader = subprocess.Popen(
                [sys.executable, "-m", _READER, str(self.path)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=said,
                cwd=scratch,
                env=_environment(scratch),
                text=True,
                encoding="utf-8",
            )
            try:
                assert reader.stdout is not None
                yield from self._read(reader.stdout)
                if reader.wait() != 0:
                    said.seek(0)
                    raise _broken(said.read().decode(errors="replace"))
            finally:
                if reader.stdout is not None:
                    reader.stdout.close()
                reader.kill()
                reader.wait()

    def _read(self, lines: Iterable[str]) -> Iterator[TacticRecord]:
        self.faults = []
        theorems = 0
        for line in lines:
            found = Fields(json.loads(line))
            if FAULT in found.data:
                self.faults.append(found.text(FAULT))
                continue
            theorems += 1
            yield from theorem_records(found, lean_version=self.lean_version)
        if self.faults and not theorems:
            raise UserError(f"lean-dojo cannot read {self.path}: {self.faults[0]}", code="bad_dojo_data")


def _hint() -> str:
    install = "pip install 'leap-prover[dojo]'"
    major, minor = sys.version_info[:2]
    if (major, minor) >= (3, 13):
        return f"lean-dojo is limited to Python below 3.13, and this is {major}.{minor}: {install} with Python 3.12"
    return f"{install}; data sets (train.json, ...) are read without it"


def _environment(scratch: str) -> dict[str, str]:
    """What the reader's process gets: no token, a cache of its own, nothing looked for elsewhere, one process."""
    kept = ("PATH", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH")
    return {name: os.environ[name] for name in kept if name in os.environ} | {
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        "PYTHONIOENCODING": "utf-8",
        "HOME": scratch,
        "CACHE_DIR": os.path.join(scratch, "cache"),
        "TMP_DIR": scratch,
        "DISABLE_REMOTE_CACHE": "1",
        "NUM_PROCS": "1",
    }


def _broken(said: str) -> SetupError:
    """`said`: everything on the reader's standard error."""
    last = next((line for line in reversed(said.splitlines()) if line.strip()), "it ended without a word")
    return SetupError(f"lean-dojo does not work here: {last}", code="lean_dojo_broken", hint="it needs git, too")
