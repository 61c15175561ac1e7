"""The Bridge compiled by the user's toolchain: once per version of Lean and content of the Bridge, into the cache."""

from __future__ import annotations

import os
import shutil
from functools import partial
from pathlib import Path

from prover.core.errors import SetupError
from prover.lean.embedded.cached import made_once
from prover.lean.embedded.installation import cache_folder
from prover.lean.embedded.package import Progress, silent
from prover.lean.native.compat import Compat
from prover.lean.native.program import run_program
from prover.lean.native.toolchain import Toolchain, plain_environment
from prover.lean.sources import BridgeSources, source_path

MAIN = "Native.lean"
_MODULE_SECONDS = 600.0


def compile_bridge(toolchain: Toolchain, folder: Path, progress: Progress = silent) -> Path:
    """The folder with the compiled Bridge of `folder` and `Native.lean`, which starts it.

    Every module goes through the toolchain's own `lean -o`. `SetupError` (`bridge_compile`) with Lean's
    messages when one is refused, `lean_too_old` before anything is tried.
    """
    sources = BridgeSources.read(folder)
    Compat.read(folder).must_suit(toolchain.version)
    files = sources.files(MAIN)
    salt = f"native {toolchain.version} {toolchain.commit}"
    final = cache_folder() / "native" / sources.digest(salt, files)

    def make(_stage: Path, new: Path) -> None:
        for done, module in enumerate(sources.modules):
            progress("compile", done, len(sources.modules))
            _compile(toolchain, sources, module, new)
        progress("compile", len(sources.modules), len(sources.modules))
        # Last: the folder counts as complete only with it.
        shutil.copyfile(folder / MAIN, new / MAIN)

    return made_once(final, partial(_complete, sources), make, progress)


def _complete(sources: BridgeSources, folder: Path) -> bool:
    return (folder / MAIN).is_file() and all((folder / _olean(module)).is_file() for module in sources.modules)


def _olean(module: str) -> Path:
    return Path(source_path(module)).with_suffix(".olean")


def _compile(toolchain: Toolchain, sources: BridgeSources, module: str, target: Path) -> None:
    out = target / _olean(module)
    out.parent.mkdir(parents=True, exist_ok=True)
    # `-R`: the folder that the name of the module is reckoned from.
    argv = [toolchain.lean, "-R", sources.folder, "-o", out, sources.folder / source_path(module)]
    env = {**plain_environment(), "LEAN_PATH": str(target)}
    try:
        ran = run_program(argv, cwd=sources.folder, env=env, seconds=_MODULE_SECONDS)
    except OSError as error:
        raise SetupError(f"{toolchain.lean} cannot be started: {error}", code="toolchain_broken") from error
    if ran.status == 0 and out.is_file() and os.path.getsize(out) > 0:
        return
    raise SetupError(
        f"Lean {toolchain.version} did not compile the Bridge's {module} {ran.ending}",
        code="bridge_compile",
        hint="report this with the text above; --engine embedded works meanwhile",
    )
