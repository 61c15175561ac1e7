"""Where files are worked on: a pool of workers that can import what lies beside them, and the verifier over it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from prover.agent.judge import Judge
from prover.agent.ladder_judge import LadderJudge
from prover.api.opening import Progress, silent
from prover.api.second import SecondJudge
from prover.core.errors import UserError
from prover.lean import LeanEngine, Pool, PoolLimits
from prover.lean.foundation import Foundation
from prover.lean.scratch import Scratch
from prover.lean.source import SourceFile
from prover.repl import ReplEngine, ReplPool
from prover.retrieve import Index, library
from prover.verify import STANDARD_AXIOMS, Audit, Ladder
from prover.verify.name import parse, show


@dataclass
class Workplace:
    """A pool, what is known of the modules of the user's own that its workers can import (`audit`), and the verifier.

    `foundation`: what the pool imports in place of modules that its engine does not have.
    """

    pool: Pool
    audit: Audit = field(default_factory=Audit)
    foundation: Foundation | None = None
    _ladder: Ladder | None = field(default=None, repr=False)
    _indexes: dict[tuple[str, ...], Index] = field(default_factory=dict[tuple[str, ...], Index], repr=False)

    @property
    def engine(self) -> LeanEngine:
        return self.pool.engine

    @property
    def verifies(self) -> bool:
        """Whether verdicts can be had here; an existing repl gives none."""
        return not isinstance(self.engine, ReplEngine)

    @property
    def ladder(self) -> Ladder:
        """The verification ladder over the pool; it remembers the references it has elaborated."""
        if self._ladder is None:
            trusted = self.engine.trusted_modules
            self._ladder = Ladder(self.pool, audit=self.audit, trusted_modules=trusted, foundation=self.foundation)
        return self._ladder

    @property
    def judge(self) -> Judge:
        """Who gives verdicts on what is filled in here."""
        if isinstance(self.engine, ReplEngine):
            return SecondJudge(self.engine, self.pool.limits)
        return LadderJudge(self.pool, audit=self.audit)

    def unusable(self) -> list[str]:
        """Constants of imported modules that no verified proof can rest on."""
        return sorted(show(name) for name in self.audit.without_proof({parse(axiom) for axiom in STANDARD_AXIOMS}))

    async def index(self, modules: tuple[str, ...], *, progress: Progress = silent) -> Index:
        """The theorems that `modules` bring, to be searched; made once and kept in the user's cache.

        Raises `LeanProcessError` where Lean is lost over it.
        """
        if modules not in self._indexes:
            async with self.pool.lease(modules) as worker:
                self._indexes[modules] = await library(worker, self.engine, progress=progress)
        return self._indexes[modules]


@asynccontextmanager
async def workplace(
    engine: LeanEngine,
    limits: PoolLimits,
    source: SourceFile,
    progress: Progress,
    foundation: Foundation | None = None,
) -> AsyncGenerator[Workplace]:
    """Where `source` is worked on, with the modules of the user's own that it imports.

    On the embedded engine these are compiled and audited first, unless an earlier run has done it; a native
    engine finds what its own build made. `foundation`: what the pool imports in place of modules the engine does
    not have; no module of the user's own is then importable. Raises `UserError` for imports that cannot be had.
    """
    from prover.lean.embedded import EmbeddedEngine
    from prover.verify.imports import local_imports

    if isinstance(engine, ReplEngine):
        async with ReplPool(engine, replace(limits, spares=0)) as pool:
            yield Workplace(pool)
        return
    if foundation is not None or not isinstance(engine, EmbeddedEngine):
        async with Pool(engine, limits, foundation=foundation) as pool:
            if foundation is not None and isinstance(engine, EmbeddedEngine):
                await refuse_local_imports(source, pool, engine.has_module, foundation)
            yield Workplace(pool, foundation=foundation)
        return
    view = Scratch()
    try:
        engine = replace(engine, projects=(*engine.projects, view.path))
        async with Pool(engine, limits) as pool:
            yield Workplace(pool, await local_imports(source, pool, engine, view.path, progress=progress))
    finally:
        view.remove()


async def refuse_local_imports(
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
