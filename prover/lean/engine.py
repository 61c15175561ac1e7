"""The seam between engines: how to start a Bridge process. Nothing else differs between them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Command:
    """How to start a process, and what it needs to be allowed.

    `argv`: program (an absolute path) and arguments; `env`: its whole environment; `cwd`: its working folder.
    `readable`: files and folders it must read or execute, beside the program itself, the system's libraries and
    its loader's files; a script's interpreter belongs here. `writable`: folders it may change.
    `processes`: whether it starts other programs. `prover.lean.containment` holds it to that.
    """

    argv: tuple[str, ...]
    env: dict[str, str]
    cwd: Path
    readable: tuple[Path, ...] = ()
    writable: tuple[Path, ...] = ()
    processes: bool = False


class LeanEngine(Protocol):
    """A Lean that can run the Bridge."""

    @property
    def name(self) -> str:
        """`embedded` or `native`."""
        ...

    @property
    def description(self) -> str:
        """One sentence for reports: whose build, which version."""
        ...

    @property
    def lean_version(self) -> str: ...

    def command(self, scratch: Path, *, memory_mb: int | None = None) -> Command:
        """The Bridge's start command; `scratch` is the one folder it may write to."""
        ...

    def ran_out_of_memory(self, status: int | None, stderr_tail: str) -> bool:
        """Whether a process that ended with `status` and these last words died for want of memory."""
        ...
