"""Which Lean a file is worked on with, and that engine opened, its Bridge compiled."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path

from prover.core.errors import SetupError, UserError
from prover.lean import LeanEngine, PoolLimits
from prover.lean.foundation import CORE_MATH, Foundation

#: Told what is being installed or compiled: phase, done, total (None where it is not known).
Progress = Callable[[str, int, int | None], None]

#: Told what a user may want to know.
Note = Callable[[str], None]

#: Of a Lean process, MiB: twice what it has with all of core Lean imported.
MEMORY_MB = 2500


class EngineChoice(StrEnum):
    """Which Lean. `auto`: the Lake project's own where the file lies in one and its toolchain is installed, else the
    embedded one."""

    AUTO = "auto"
    EMBEDDED = "embedded"
    NATIVE = "native"
    REPL = "repl"


def silent(_phase: str, _done: int, _total: int | None) -> None:
    """Says nothing."""


def unheard(_note: str) -> None:
    """Says nothing."""


def open_engine(
    path: str,
    choice: EngineChoice,
    *,
    lite: bool = False,
    progress: Progress = silent,
    note: Note = unheard,
) -> LeanEngine:
    """The engine for the file at `path` (`-`: for the current folder), with its Bridge compiled.

    `lite`: the embedded one wherever the file lies, with CoreMath compiled; `UserError` (`lite_needs_embedded`) when
    `choice` is the native one.

    `SetupError` when it is native and the project or its toolchain is broken: a file of a project is not
    silently checked with another Lean. Only a toolchain that is not installed gives way to the embedded
    Lean, with a `note`.
    """
    from prover.lean.bundled import bundled
    from prover.lean.embedded import EmbeddedEngine
    from prover.lean.native import NativeEngine, find_project, find_toolchain

    if choice is EngineChoice.REPL:
        raise UserError(
            "an existing repl can search, and nothing else",
            code="repl_cannot",
            hint="--engine repl goes with `prove FILE.lean`, without --lite; here embedded or native is needed",
        )
    if lite and choice is EngineChoice.NATIVE:
        raise UserError(
            "--lite runs on the embedded Lean: a native one would take CoreMath from the project",
            code="lite_needs_embedded",
            hint="leave out --lite in a project that has Mathlib, or --engine native",
        )
    project = None if lite or choice is EngineChoice.EMBEDDED else find_project(Path("." if path == "-" else path))
    if project is None and choice is EngineChoice.NATIVE:
        raise UserError(
            f"{path} lies in no Lake project: no lakefile.lean or lakefile.toml above it",
            code="no_project",
            hint="put it into a project, or use --engine embedded",
        )
    if project is not None and choice is EngineChoice.AUTO:
        try:
            find_toolchain(project.toolchain)
        except SetupError as error:
            if error.code != "no_toolchain":
                raise
            note(f"{error.message}; using the embedded Lean")
            project = None
    if project is not None:
        return NativeEngine.open(project, bundled("lean_project"), progress=progress)
    return EmbeddedEngine.open(bundled("lean_project"), core_math=lite, progress=progress)


def open_benchmark_engine(
    choice: EngineChoice, *, progress: Progress = silent, note: Note = unheard
) -> tuple[LeanEngine, Foundation | None]:
    """The engine for the statements of a benchmark, which lie in no project, and what stands in for Mathlib: CoreMath
    on the embedded engine, nothing on that of the Lake project around the current folder."""
    engine = open_engine("-", choice, progress=progress, note=note)
    if engine.name != "embedded":
        return engine, None
    return open_engine("-", EngineChoice.EMBEDDED, lite=True, progress=progress, note=note), CORE_MATH


def pool_limits(jobs: int, memory_mb: int, start_seconds: float) -> PoolLimits:
    """Bounds for `jobs` searches at once and the two clean workers that verification needs beside them."""
    return PoolLimits(size=jobs + 2, spares=1, memory_mb=memory_mb, start_seconds=start_seconds)
