"""What this system offers to contain a process with; looked up once, by trying it in a process of its own."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from prover.lean.containment import launcher, seccomp

_PROBE_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Mechanisms:
    """What can be used: whether there is a launcher at all (and with it limits), Landlock's ABI (0: none), a seccomp
    filter, a `bwrap` program that works."""

    launcher: bool = False
    landlock: int = 0
    seccomp: bool = False
    bubblewrap: Path | None = None

    @property
    def files(self) -> bool:
        """Whether the system keeps a process to its folders."""
        return self.landlock > 0 or self.bubblewrap is not None

    @property
    def network(self) -> bool:
        """Whether the system keeps a process from the network."""
        return self.seccomp or self.bubblewrap is not None

    @property
    def layers(self) -> tuple[str, ...]:
        """Names for reports, such as `landlock 7`, `seccomp`, `limits`."""
        named = {
            f"landlock {self.landlock}": self.landlock > 0,
            "bubblewrap": self.bubblewrap is not None,
            "seccomp": self.seccomp,
            "limits": self.launcher,
        }
        return tuple(name for name, there in named.items() if there)


def python_command() -> tuple[str, ...]:
    """How the launcher is started: this Python, without its environment, its site packages and its user's folder."""
    return (sys.executable, "-I", "-S", launcher.__file__)


@functools.cache
def mechanisms() -> Mechanisms:
    """What works here, tried once. Takes some 20 ms; containers and old kernels may refuse any of it.

    bubblewrap is looked for only where there is no Landlock: it starts three times as slowly.
    """
    if os.name != "posix" or not sys.executable or getattr(sys, "frozen", False):  # no Python to run the launcher
        return Mechanisms()
    machine = os.uname().machine if sys.platform == "linux" else ""
    filter_ = seccomp.assemble(machine, processes=False, signals_scoped=False, truncation_handled=False)
    said = _output([*python_command(), "probe", filter_.hex()]) if machine else None
    if machine and said is None:
        return Mechanisms()
    words = (said or "").split()
    abi = int(words[words.index("landlock") + 1]) if "landlock" in words else 0
    return Mechanisms(True, abi, "seccomp" in words, None if abi or not machine else working_bubblewrap())


def working_bubblewrap() -> Path | None:
    """The `bwrap` on PATH, if it may make its namespaces here (many systems and most containers refuse)."""
    found = shutil.which("bwrap")
    if found is None:
        return None
    program = Path(found).resolve()
    trial = [str(program), "--unshare-all", "--die-with-parent", "--ro-bind", "/", "/", "--dev", "/dev", "--proc"]
    return None if _output([*trial, "/proc", "--", str(program), "--version"]) is None else program


def _output(argv: list[str]) -> str | None:
    try:
        done = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=_PROBE_SECONDS)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout if done.returncode == 0 else None
