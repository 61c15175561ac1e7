"""Workplaces for a process that works on many files: opened when they are needed, kept while they are used."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from prover.api.opening import EngineChoice, Note, Progress, open_engine, silent, unheard
from prover.api.workplace import Workplace, refuse_local_imports, workplace
from prover.lean import LeanEngine, PoolLimits
from prover.lean.foundation import CORE_MATH
from prover.lean.modules import Project, find_modules
from prover.lean.source import SourceFile

#: What sets workplaces apart: the project, and the modules of the user's own with the hashes of their texts.
_Key: TypeAlias = tuple[str, tuple[tuple[str, str], ...]]
#: Lean processes take a gigabyte each: what is not in use any more is kept for so many at a time.
_KEPT = 2


@dataclass
class _Open:
    """A workplace that is open, or about to be."""

    stack: AsyncExitStack = field(default_factory=AsyncExitStack)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    place: Workplace | None = None
    users: int = 0


class Workplaces:
    """A workplace for each file: those of one Lake project share theirs, and so do all that lie in none.

    A file that imports modules of its own has a workplace with these, as they stand now; with `own_modules` False it is
    refused. `folder`: where text belongs that lies in no file. `limits`: of each pool. Close it with `close`.
    """

    def __init__(
        self,
        limits: PoolLimits,
        *,
        engine: EngineChoice = EngineChoice.AUTO,
        folder: Path = Path("."),
        lite: bool = False,
        own_modules: bool = True,
        progress: Progress = silent,
        note: Note = unheard,
    ) -> None:
        self._limits = limits
        self._choice = engine
        self._folder = folder
        self._lite = lite
        self._own_modules = own_modules
        self._progress = progress
        self._note = note
        self._engines: dict[Path | None, LeanEngine] = {}
        self._opening = asyncio.Lock()
        self._open: dict[_Key, _Open] = {}

    @asynccontextmanager
    async def at(self, source: SourceFile) -> AsyncGenerator[Workplace]:
        """Where `source` can be worked on, for as long as the context lasts.

        Raises `UserError` for imports that cannot be had, `SetupError` where the engine cannot be used.
        """
        if source.path is None:
            source = SourceFile(source.name, source.data, self._folder / "-")
        name, engine = await self._engine(source)
        async with self._used((name, ()), engine, _plain(source)) as plain:
            own = await self._own(source, engine, plain)
            if not own:
                yield plain
                return
        async with self._used((f"{name} {Project.around(_folder_of(source)).root}", own), engine, source) as place:
            yield place

    async def close(self) -> None:
        """Ends every process."""
        for opened in list(self._open.values()):
            await opened.stack.aclose()
        self._open.clear()

    async def _engine(self, source: SourceFile) -> tuple[str, LeanEngine]:
        from prover.lean.native import find_project

        alone = self._lite or self._choice is EngineChoice.EMBEDDED
        project = None if alone else find_project(_folder_of(source))
        root = None if project is None else project.root
        async with self._opening:
            if root not in self._engines:
                self._engines[root] = await asyncio.to_thread(
                    open_engine,
                    str(_folder_of(source)),
                    self._choice,
                    lite=self._lite,
                    progress=self._progress,
                    note=self._note,
                )
        engine = self._engines[root]
        return (engine.name if engine.name == "embedded" else f"{engine.name} {root}"), engine

    async def _own(self, source: SourceFile, engine: LeanEngine, plain: Workplace) -> tuple[tuple[str, str], ...]:
        """The modules of the user's own that `source` imports, for an engine that has to be given them."""
        from prover.lean.embedded import EmbeddedEngine

        if not isinstance(engine, EmbeddedEngine):
            return ()
        if plain.foundation is not None:
            await refuse_local_imports(source, plain.pool, engine.has_module, plain.foundation)
            return ()
        header = await plain.pool.read_header(source.text)
        others = [module for module in header.modules if not engine.has_module(module)]
        if not others or header.errors:
            return ()
        if not self._own_modules:
            raise engine.missing_import(others)
        project = Project.around(_folder_of(source))
        modules = await find_modules(
            others, project, engine.has_module, engine.reserves, plain.pool.read_header, importer=source.name
        )
        return tuple((module.name, module.source.digest) for module in modules)

    @asynccontextmanager
    async def _used(self, key: _Key, engine: LeanEngine, source: SourceFile) -> AsyncGenerator[Workplace]:
        # Last used, last closed.
        opened = self._open.pop(key, None) or _Open()
        self._open[key] = opened
        opened.users += 1
        try:
            async with opened.lock:
                if opened.place is None:
                    foundation = CORE_MATH if self._lite else None
                    context = workplace(engine, self._limits, source, self._progress, foundation)
                    opened.place = await opened.stack.enter_async_context(context)
            yield opened.place
        finally:
            opened.users -= 1
            if opened.place is None and not opened.users:
                self._open.pop(key, None)
            await self._put_away()

    async def _put_away(self) -> None:
        """Closes what has not been used for longest."""
        idle = [key for key, opened in self._open.items() if not opened.users]
        for key in idle[: max(0, len(self._open) - _KEPT)]:
            await self._open.pop(key).stack.aclose()


def _folder_of(source: SourceFile) -> Path:
    path = source.path or Path(".")
    return path.absolute().parent


def _plain(source: SourceFile) -> SourceFile:
    """A file at the same place that imports nothing."""
    return SourceFile(source.name, b"", source.path)
