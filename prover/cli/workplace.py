"""Where a command works on a file: a pool of workers that can import what lies beside the file."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

from prover.lean import LeanEngine, Pool, PoolLimits
from prover.lean.scratch import Scratch
from prover.lean.source import SourceFile
from prover.verify import Audit


@asynccontextmanager
async def workplace(
    engine: LeanEngine, limits: PoolLimits, source: SourceFile, progress: Callable[[str, int, int | None], None]
) -> AsyncGenerator[tuple[Pool, Audit]]:
    """A pool for `source`, and what is known of the modules of the user's own that it imports.

    On the embedded engine these are compiled and audited first, unless an earlier run has done it; a native
    engine finds what its own build made. Raises `UserError` for imports that cannot be had.
    """
    from prover.lean.embedded import EmbeddedEngine
    from prover.verify.imports import local_imports

    if not isinstance(engine, EmbeddedEngine):
        async with Pool(engine, limits) as pool:
            yield pool, Audit()
        return
    view = Scratch()
    try:
        engine = replace(engine, projects=(*engine.projects, view.path))
        async with Pool(engine, limits) as pool:
            yield pool, await local_imports(source, pool, engine, view.path, progress=progress)
    finally:
        view.remove()
