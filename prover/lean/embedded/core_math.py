"""CoreMath, our own library of the vocabulary of competition statements, compiled once per version of its sources."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from prover.core.errors import SetupError
from prover.lean.embedded.bridge import PACK, pack
from prover.lean.embedded.cached import made_once
from prover.lean.embedded.installation import Installation, cache_folder
from prover.lean.embedded.launch import World
from prover.lean.embedded.package import Progress, silent
from prover.lean.sources import source_path

ROOT = "CoreMath"
_COMPILED = f"{ROOT}.olean"
_DIGEST = "sha256"


def compile_core_math(installation: Installation, sources: Path, progress: Progress = silent) -> Path:
    """The folder with `CoreMath.olean`, compiled from `sources` for `installation` unless that has been done.

    `sources` holds `CoreMath.lean`, whose imports name the modules in the order of compilation, the modules
    themselves, and `Pack.lean`. All modules go into one. Raises `SetupError` when Lean refuses a source.
    """
    modules = core_math_modules(sources)
    files = [PACK, f"{ROOT}.lean", *(str(source_path(module)) for module in modules)]
    contents = {file: _contents(sources / file) for file in files}
    final = cache_folder() / "core_math" / _key(installation, contents)

    def make(stage: Path, new: Path) -> None:
        world = World(installation.library, stage / "scratch", bridge=stage / "sources")
        world.scratch.mkdir()
        for file, data in contents.items():
            target = stage / "sources" / file
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        pack(installation, world, ROOT, "Init", modules, progress)
        compiled = world.scratch / _COMPILED
        (new / _DIGEST).write_text(hashlib.sha256(compiled.read_bytes()).hexdigest(), encoding="ascii")
        os.replace(compiled, new / _COMPILED)

    return made_once(final, _complete, make, progress)


def core_math_modules(sources: Path) -> list[str]:
    """The modules that `CoreMath.lean` imports, in its order, which is that of compilation."""
    lines = _contents(sources / f"{ROOT}.lean").decode("utf-8").splitlines()
    return [line.removeprefix("import ").strip() for line in lines if line.startswith("import ")]


def _complete(folder: Path) -> bool:
    """Whether the compiled file is the one that was written: it is trusted in verdicts."""
    try:
        wanted = (folder / _DIGEST).read_text(encoding="ascii")
        return hashlib.sha256((folder / _COMPILED).read_bytes()).hexdigest() == wanted
    except (OSError, UnicodeDecodeError):
        return False


def _key(installation: Installation, contents: dict[str, bytes]) -> str:
    digest = hashlib.sha256(installation.key.encode())
    for file, data in contents.items():
        digest.update(f"\0{file}\0{len(data)}\0".encode() + data)
    return digest.hexdigest()[:16]


def _contents(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SetupError(f"a source of CoreMath cannot be read: {error}", code="core_math_missing") from error
