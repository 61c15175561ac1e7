"""What a machine is given to make attempts with. It travels: to other machines goes what it says, not what it opens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

from prover import __version__
from prover.bench.entrant import Entrant
from prover.bench.generator import Generators
from prover.bench.problem import Problem
from prover.bench.runner import Place
from prover.bench.station import Station, Tried, open_station
from prover.core.errors import SetupError
from prover.lean import LeanEngine, PoolLimits
from prover.lean.bundled import bundled
from prover.lean.embedded import EmbeddedEngine
from prover.lean.foundation import CORE_MATH, Foundation
from prover.lean.native import NativeEngine, find_project


class Outfit(Protocol):
    """What a place for attempts is made from, on whichever machine. `jobs`: attempts at once there."""

    @property
    def jobs(self) -> int: ...

    def sized(self, jobs: int) -> Outfit:
        """The same for so many attempts at once."""
        ...

    def open(self) -> AbstractAsyncContextManager[Place]:
        """The place, ready. Raises `UserError`, `SetupError`, `ModelError` where it cannot be had on this machine."""
        ...


@dataclass(frozen=True, slots=True)
class StationOutfit:
    """A station: the prover, and which Lean it works with.

    `engine`: `embedded`, or `native` with the Lake project in the folder `project`, the same on every machine;
    `lean_version`, `version` (of this library) and `facts` (of the prover, hashes of its prompts among them): what a
    machine must have to take part. `models`: those that run in processes of their own, for all machines.
    """

    entrant: Entrant
    engine: str
    lean_version: str
    project: str = ""
    lite: bool = False
    jobs: int = 1
    memory_mb: int = 2500
    version: str = __version__
    facts: Mapping[str, Any] = field(default_factory=dict[str, Any])
    models: Generators = field(default_factory=Generators)

    @classmethod
    def of(
        cls, entrant: Entrant, engine: LeanEngine, foundation: Foundation | None, *, jobs: int, memory_mb: int
    ) -> StationOutfit:
        """For machines that are to do what this one would with an engine that is open here."""
        project = str(engine.project.root) if isinstance(engine, NativeEngine) else ""
        if not project and not isinstance(engine, EmbeddedEngine):
            raise SetupError(f"{engine.description} cannot be opened on other machines", code="engine_stays")
        return cls(
            entrant, engine.name, engine.lean_version, project, foundation is not None, jobs, memory_mb,
            facts=entrant.facts(),
        )  # fmt: skip

    def sized(self, jobs: int) -> StationOutfit:
        """The same for so many attempts at once."""
        return replace(self, jobs=jobs)

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[Place]:
        """Installs and compiles on first use what the machine lacks. Raises also `SetupError` (`node_differs`) where
        the numbers would be those of another Lean, library or prompt."""
        self._compare("leap-prover", __version__, self.version)
        facts = self.entrant.facts()
        for name in sorted({*facts, *self.facts}):
            self._compare(name, facts.get(name), self.facts.get(name))
        engine = await asyncio.to_thread(self._engine)
        self._compare("Lean", engine.lean_version, self.lean_version)
        limits = PoolLimits(size=self.jobs + 2, spares=1, memory_mb=self.memory_mb)
        foundation = CORE_MATH if self.lite else None
        async with open_station(self.entrant, engine, limits, foundation, self.models.open) as station:
            yield _Supplied(station, self.models)

    def _engine(self) -> LeanEngine:
        sources = bundled("lean_project")
        if self.engine == "embedded":
            return EmbeddedEngine.open(sources, core_math=self.lite)
        project = find_project(Path(self.project))
        if project is None:
            raise SetupError(
                f"there is no Lake project in {self.project}",
                code="node_differs",
                hint="put it at the same path on every machine, or on a file system that they share",
            )
        return NativeEngine.open(project, sources)

    @staticmethod
    def _compare(what: str, here: Any, wanted: Any) -> None:
        if here != wanted:
            raise SetupError(
                f"{what} is {here} there, {wanted} on the machine of the run",
                code="node_differs",
                hint="install the same on every machine",
            )


@dataclass(frozen=True, slots=True)
class _Supplied:
    """A station whose models run elsewhere: while none of them can be reached no attempt is begun."""

    station: Station
    models: Generators

    async def attempt(self, problem: Problem, number: int) -> Tried:
        await self.models.reachable()
        return await self.station.attempt(problem, number)
