"""Opening the engine for a command: installed on first use, with progress on standard error."""

from __future__ import annotations

from prover.cli.terminal import setup_progress
from prover.lean import LeanEngine, PoolLimits


def open_engine(*, quiet: bool, lite: bool = False) -> LeanEngine:
    """The embedded engine, installed and with its Bridge compiled where that has not been done yet.

    `lite`: with CoreMath, compiled likewise.
    """
    from prover.lean.bundled import bundled
    from prover.lean.embedded import EmbeddedEngine

    progress, show = setup_progress(quiet=quiet)
    if progress is None:
        return EmbeddedEngine.open(bundled("lean_project"), core_math=lite, progress=show)
    with progress:
        return EmbeddedEngine.open(bundled("lean_project"), core_math=lite, progress=show)


def pool_limits(jobs: int, memory_mb: int, start_seconds: float) -> PoolLimits:
    """Bounds for `jobs` searches at once and the two clean workers that verification needs beside them."""
    return PoolLimits(size=jobs + 2, spares=1, memory_mb=memory_mb, start_seconds=start_seconds)
