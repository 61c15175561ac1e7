"""A program of the toolchain run to its end: with a deadline, in a process group of its own, its words kept."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_TAIL = 4000


@dataclass(frozen=True, slots=True)
class Ran:
    """How a program ended: its exit status (`None`: it ran past its deadline and was killed) and what it said."""

    status: int | None
    out: str
    err: str

    @property
    def said(self) -> str:
        """The end of what it printed, errors last."""
        return (self.out + self.err).strip()[-_TAIL:]

    @property
    def ending(self) -> str:
        """How it ended, with what it said, for an error's message."""
        how = "ran past its deadline" if self.status is None else f"exit code {self.status}"
        return f"({how}):\n{self.said or 'no message'}"


def run_program(argv: Sequence[str | Path], *, cwd: Path, env: Mapping[str, str], seconds: float) -> Ran:
    """Runs a program; `OSError` when it cannot be started. What it started is killed with it at its deadline."""
    process = subprocess.Popen(
        [str(word) for word in argv],
        cwd=cwd,
        env=dict(env),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    status: int | None = None
    with process:
        try:
            out, err = process.communicate(timeout=seconds)
            status = process.returncode
        except subprocess.TimeoutExpired:
            _kill_group(process.pid)
            out, err = process.communicate()
        except BaseException:
            _kill_group(process.pid)
            raise
    return Ran(status, _text(out), _text(err))


def _kill_group(pid: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def _text(data: bytes) -> str:
    return data.decode("utf-8", errors="replace").replace("\r\n", "\n")
