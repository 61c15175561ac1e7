"""The index of what a header imports, made once and kept in the user's cache.

`<cache>/premises/<key>/` holds the theorems, the BM25 tables and `manifest.json` with the hash of each file; it appears
complete or not at all, and one whose files do not have these hashes is made anew. The key is a hash of the engine's
Lean, the modules imported with their numbers of constants, and the code that reads them out. A local module whose
statements change while the number of its constants does not keeps its old entries: ranks suffer, nothing else.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from prover.core.errors import SetupError
from prover.core.premise import Premise
from prover.lean import LeanEngine, Worker
from prover.lean.bundled import bundled
from prover.lean.embedded.installation import cache_folder
from prover.lean.theorems import imported_modules, imported_theorems
from prover.retrieve.bm25 import Bm25
from prover.retrieve.index import Index

_FORMAT = "2"
_ROWS = "theorems.json"
_MANIFEST = "manifest.json"
_TABLES = "bm25"
_STAGE = ".stage-"

_Row = tuple[int, int, int, int, int, int, list[int], list[int]]

Progress = Callable[[str, int, int | None], None]


async def library(worker: Worker, engine: LeanEngine, *, progress: Progress = lambda phase, done, total: None) -> Index:
    """The index of the theorems that `worker` has imported: from the cache, or made now and put there.

    Making it takes seconds for tens of thousands of theorems. A cache that cannot be written does no harm: the next
    run makes it again. Raises what the worker raises.
    """
    modules = await imported_modules(worker)
    folder = cache_folder() / "premises" / _key(engine, modules)
    found = await asyncio.to_thread(load, folder)
    if found is not None:
        return found
    names = [name for name, _ in modules]
    premises: list[Premise] = []
    progress("index theorems", 0, len(names))
    async for done, portion in imported_theorems(worker, names):
        premises += portion
        progress("index theorems", done, len(names))
    index = await asyncio.to_thread(Index, premises, uses())
    with suppress(SetupError):
        await asyncio.to_thread(save, index, folder)
    return index


def _key(engine: LeanEngine, modules: Sequence[tuple[str, int]]) -> str:
    reader = bundled("lean_project") / "Bridge" / "Premises.lean"
    parts = [_FORMAT, engine.description, hashlib.sha256(reader.read_bytes()).hexdigest(), json.dumps(modules)]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


@cache
def uses() -> dict[str, int]:
    """How many proofs used each theorem, in the proofs that `benchmarks/premise_uses.py` has counted."""
    text = resources.files("prover.retrieve").joinpath("uses.json").read_text(encoding="utf-8")
    return dict(json.loads(text)["uses"])


def save(index: Index, folder: Path) -> None:
    """Writes an index as the folder `folder`, at once; one that is there already and sound stays."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        stage = Path(tempfile.mkdtemp(prefix=_STAGE, dir=folder.parent))
        try:
            _write(index, stage / "new")
            if folder.exists():
                with suppress(OSError):
                    os.replace(folder, stage / "replaced")
            # Somebody else may have been quicker: theirs is as good.
            with suppress(FileExistsError, OSError):
                os.replace(stage / "new", folder)
        finally:
            shutil.rmtree(stage, ignore_errors=True)
    except OSError as error:
        raise SetupError(
            f"the cache folder {folder.parent} cannot be written: {error}",
            code="cache_unwritable",
            hint="Set PROVER_CACHE_DIR to a folder that can.",
        ) from error


def _write(index: Index, folder: Path) -> None:
    folder.mkdir()
    names: dict[str, int] = {}

    def number(name: str) -> int:
        return names.setdefault(name, len(names))

    rows = [
        [
            *map(number, (p.name, p.module, p.head, p.left, p.right)),
            p.hypotheses,
            *(list(map(number, constants)) for constants in (p.conclusion, p.context)),
        ]
        for p in index.premises
    ]
    (folder / _ROWS).write_text(json.dumps({"names": list(names), "rows": rows}, separators=(",", ":")), "utf-8")
    index.bm25.save(folder / _TABLES)
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    hashes = {path.relative_to(folder).as_posix(): _digest(path) for path in files}
    (folder / _MANIFEST).write_text(json.dumps(hashes), encoding="utf-8")


def load(folder: Path) -> Index | None:
    """The index in `folder`; None where there is none or its files are not those that were written."""
    try:
        hashes: dict[str, str] = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
        if not hashes or any(_digest(folder / name) != digest for name, digest in hashes.items()):
            return None
        data: Any = json.loads((folder / _ROWS).read_text(encoding="utf-8"))
        tables = Bm25.load(folder / _TABLES)
    except (OSError, ValueError):
        return None
    names: list[str] = data["names"]
    rows: list[_Row] = data["rows"]
    return Index([_premise(row, names) for row in rows], uses(), tables)


def _premise(row: _Row, names: list[str]) -> Premise:
    name, module, *_ = row
    return Premise.of_row((name, *row[2:]), names, names[module])


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
