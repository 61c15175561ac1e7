"""Modules of the user's own that a request imports: found around the working folder, compiled for the embedded Lean."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path

from prover.lean import HeaderInfo, Pool, PoolLimits
from prover.lean.embedded import EmbeddedEngine
from prover.lean.embedded.compiling import compile_modules
from prover.lean.modules import Project, find_modules


class Modules:
    """Makes modules importable for the workers of an engine that has `view` among its `projects`.

    `folder`: they are looked for in the project around it. `limits`: of the process that compiles.
    """

    def __init__(self, engine: EmbeddedEngine, view: Path, folder: Path, limits: PoolLimits) -> None:
        self._engine = engine
        self._view = view
        self._folder = folder
        # A pool of its own: every place of the session's may be taken by a process that is to stay.
        self._limits = replace(limits, size=1, spares=0)

    async def ready(
        self, header: Sequence[str], read_header: Callable[[str], Awaitable[HeaderInfo]]
    ) -> tuple[str, ...]:
        """Compiles what `header` needs, unless that has been done; gives its modules by content (empty: none are
        the user's own). Raises `UserError` for imports that are not there, import each other, or have errors."""
        local = [module for module in header if not self._engine.has_module(module)]
        if not local:
            return ()
        modules = await find_modules(
            local,
            Project.around(self._folder),
            self._engine.has_module,
            self._engine.reserves,
            read_header,
            importer="the request",
        )
        async with Pool(self._engine, self._limits) as pool:  # starts no process where all are compiled
            compiled = await compile_modules(modules, pool, self._engine, self._view)
        return tuple(module.key for module in compiled.values())
