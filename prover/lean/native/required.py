"""The Bridge as a program of the user's project, where the project itself requires our package."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from prover.core.errors import SetupError
from prover.lean.embedded.package import Progress, silent
from prover.lean.native.bridge import MAIN
from prover.lean.native.program import run_program
from prover.lean.native.project import Project
from prover.lean.native.toolchain import Toolchain, plain_environment
from prover.lean.sources import BridgeSources

PACKAGE = "leap_prover"
_TARGET = f"{PACKAGE}/bridge"
_BUILD_SECONDS = 1800.0


@dataclass(frozen=True, slots=True)
class BuiltBridge:
    """The executable that Lake built, and the folder of its package's compiled modules."""

    program: Path
    modules: Path


def build_in_project(
    project: Project, toolchain: Toolchain, sources: Path, progress: Progress = silent
) -> BuiltBridge | None:
    """`lake build leap_prover/bridge` in the project, if its manifest has our package with these very sources.

    `None` where it has not, or has another version: the Bridge is then compiled into the cache. `SetupError`
    (`bridge_compile`) with Lake's words when the build fails.
    """
    package = next((package for package in project.packages() if package.name == PACKAGE), None)
    if package is None or not _same(package.folder / "lean_project", sources):
        return None
    progress("build", 0, None)
    argv = [toolchain.lake, "build", _TARGET]
    try:
        ran = run_program(argv, cwd=project.root, env=plain_environment(), seconds=_BUILD_SECONDS)
    except OSError as error:
        raise SetupError(f"{toolchain.lake} cannot be started: {error}", code="no_lake") from error
    build = package.folder.resolve() / ".lake" / "build"
    program = build / "bin" / "bridge"
    if ran.status == 0 and program.is_file():
        return BuiltBridge(program, build / "lib" / "lean")
    raise SetupError(
        f"`lake build {_TARGET}` in {project.root} gave no {program} {ran.ending}",
        code="bridge_compile",
        hint="report this with the text above; --engine embedded works meanwhile",
    )


def _same(theirs: Path, ours: Path) -> bool:
    try:
        mine, other = BridgeSources.read(ours), BridgeSources.read(theirs)
        return mine.digest("", mine.files(MAIN)) == other.digest("", other.files(MAIN))
    except SetupError:
        return False
