"""Where a command works on a file: a pool of workers that can import what lies beside the file."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

from prover.core.errors import UserError
from prover.lean import LeanEngine, Pool, PoolLimits
from prover.lean.foundation import Foundation
from prover.lean.scratch import Scratch
from prover.lean.source import SourceFile
from prover.repl import ReplEngine, ReplPool
from prover.verify import Audit


@asynccontextmanager
async def workplace(
    engine: LeanEngine,
    limits: PoolLimits,
    source: SourceFile,
    progress: Callable[[str, int, int | None], None],
    foundation: Foundation | None = None,
) -> AsyncGenerator[tuple[Pool, Audit]]:
    """A pool for `source`, and what is known of the modules of the user's own that it imports.

    On the embedded engine these are compiled and audited first, unless an earlier run has done it; a native
    engine finds what its own build made. `foundation`: what the pool imports in place of modules the engine does
    not have; no module of the user's own is then importable. Raises `UserError` for imports that cannot be had.
    """
    from prover.lean.embedded import EmbeddedEngine
    from prover.verify.imports import local_imports

    if isinstance(engine, ReplEngine):
        async with ReplPool(engine, replace(limits, spares=0)) as pool:
            yield pool, Audit()
        return
    if foundation is not None or not isinstance(engine, EmbeddedEngine):
        async with Pool(engine, limits, foundation=foundation) as pool:
            if foundation is not None and isinstance(engine, EmbeddedEngine):
                await _refuse_local_imports(source, pool, engine.has_module, foundation)
            yield pool, Audit()
        return
    view = Scratch()
    try:
        engine = replace(engine, projects=(*engine.projects, view.path))
        async with Pool(engine, limits) as pool:
            yield pool, await local_imports(source, pool, engine, view.path, progress=progress)
    finally:
        view.remove()


async def _refuse_local_imports(
    source: SourceFile, pool: Pool, comes_with_lean: Callable[[str], bool], foundation: Foundation
) -> None:
    """A module of the user's own would itself have to be held against what the foundation lacks."""
    header = await pool.read_header(source.text)
    others = [name for name in header.modules if not (foundation.provides(name) or comes_with_lean(name))]
    if others:
        raise UserError(
            f"{source.name} imports {', '.join(others)}: --lite takes only what comes with Lean, and "
            f"{foundation.instead_of}",
            code="lite_imports",
            hint=f"put what the file needs of it into the file; no module of your own is run over {foundation.name}",
        )
