"""The seam between engines: how to start a Bridge process. Nothing else differs between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from prover.core.errors import UserError


@dataclass(frozen=True, slots=True)
class Command:
    """How to start a process, and what it needs to be allowed.

    `argv`: program (an absolute path) and arguments; `env`: its whole environment; `cwd`: its working folder.
    `readable`: files and folders it must read or execute, beside the program itself, the system's libraries and
    its loader's files; a script's interpreter belongs here. `writable`: folders it may change.
    `processes`: whether it starts other programs. `prover.lean.containment` holds it to that.
    `private_memory`: its memory limit bounds what it has for itself. Compiled modules that it maps from files,
    gigabytes for Mathlib, belong to every process that maps them and do not count.
    """

    argv: tuple[str, ...]
    env: dict[str, str]
    cwd: Path
    readable: tuple[Path, ...] = ()
    writable: tuple[Path, ...] = ()
    processes: bool = False
    private_memory: bool = False


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

    @property
    def trusted_modules(self) -> tuple[str, ...]:
        """First names of modules that do not come with Lean and are trusted as if they did."""
        ...

    def command(self, scratch: Path, *, memory_mb: int | None = None) -> Command:
        """The Bridge's start command; `scratch` is the one folder it may write to."""
        ...

    def ran_out_of_memory(self, status: int | None, stderr_tail: str) -> bool:
        """Whether a process that ended with `status` and these last words died for want of memory."""
        ...

    def missing_import(self, missing: Sequence[str]) -> UserError:
        """What to tell the user of imported modules that have no compiled file."""
        ...
