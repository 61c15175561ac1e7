"""The engine opened for a command, with progress on standard error."""

from __future__ import annotations

from contextlib import nullcontext

from prover.api import opening
from prover.api.opening import MEMORY_MB, EngineChoice, pool_limits
from prover.cli.terminal import errors, safe, setup_progress
from prover.lean import LeanEngine
from prover.lean.foundation import Foundation

__all__ = ["MEMORY_MB", "EngineChoice", "open_benchmark_engine", "open_engine", "pool_limits"]


def open_engine(path: str, choice: EngineChoice, *, quiet: bool, lite: bool = False) -> LeanEngine:
    """As `prover.api.opening.open_engine`, with progress and notes on standard error unless `quiet`."""
    progress, show = setup_progress(quiet=quiet)
    with progress or nullcontext():
        return opening.open_engine(path, choice, lite=lite, progress=show, note=_note(quiet=quiet))


def open_benchmark_engine(choice: EngineChoice, *, quiet: bool) -> tuple[LeanEngine, Foundation | None]:
    """As `prover.api.opening.open_benchmark_engine`, with progress and notes on standard error unless `quiet`."""
    progress, show = setup_progress(quiet=quiet)
    with progress or nullcontext():
        return opening.open_benchmark_engine(choice, progress=show, note=_note(quiet=quiet))


def _note(*, quiet: bool) -> opening.Note:
    if quiet:
        return opening.unheard
    return lambda text: errors().print(f"note: {safe(text)}", style="dim")
