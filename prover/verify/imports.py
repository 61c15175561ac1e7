"""A file's imports of the user's own modules, made ready: found, compiled, audited."""

from __future__ import annotations

from pathlib import Path

from prover.lean.embedded.compiling import compile_modules
from prover.lean.embedded.engine import EmbeddedEngine
from prover.lean.embedded.package import Progress, silent
from prover.lean.modules import Project, find_modules
from prover.lean.pool import Pool
from prover.lean.source import SourceFile
from prover.verify.audit import audit_modules
from prover.verify.record import NO_IMPORTS, Audit


async def local_imports(
    source: SourceFile, pool: Pool, engine: EmbeddedEngine, view: Path, *, progress: Progress = silent
) -> Audit:
    """Makes every local module that `source` imports, directly or not, importable by the workers of `pool`.

    They are looked for in the project around the file, for text without a file around the working folder. `view`
    is an empty folder among the `projects` of the engine that `pool` runs, for this run alone. Returns the audit
    of the modules. Raises `UserError` for imports that are not there, import each other, or have errors. A
    header that does not parse is left to whoever elaborates the file.
    """
    header = await pool.read_header(source.text)
    local = [module for module in header.modules if not engine.has_module(module)]
    if not local or header.errors:
        return NO_IMPORTS
    project = Project.around(Path.cwd() if source.path is None else source.path.resolve().parent)
    modules = await find_modules(
        local, project, engine.has_module, engine.reserves, pool.read_header, importer=source.name
    )
    compiled = await compile_modules(modules, pool, engine, view, progress=progress)
    return await audit_modules(list(compiled.values()), pool, progress=progress)
