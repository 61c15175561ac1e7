"""What Lake says of a project: the search paths its programs run with.

`lake env` runs the project's lakefile, which is code of the user's project, exactly as `lake build` does. It
is called in the user's own project only. Lake would fetch missing packages from the network when asked for
the environment; where that would happen it is not called, and the error says what to run.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

from prover.core.errors import SetupError
from prover.lean.native.program import run_program
from prover.lean.native.project import Project
from prover.lean.native.toolchain import Toolchain, plain_environment

LAKE_SECONDS = 300.0
_OTHERWISE = "or use --engine embedded"


@dataclass(frozen=True, slots=True)
class LakeEnvironment:
    """The variables that `lake env` printed."""

    variables: dict[str, str]

    def folders(self, name: str) -> tuple[Path, ...]:
        """The folders of a path variable, in its order."""
        return tuple(Path(part) for part in self.variables.get(name, "").split(os.pathsep) if part)


def lake_environment(project: Project, toolchain: Toolchain, *, seconds: float = LAKE_SECONDS) -> LakeEnvironment:
    """Asks Lake. `SetupError` with Lake's own words when it fails, takes too long or would have to fetch packages."""
    _must_be_complete(project)
    began = time.monotonic()
    try:
        ran = run_program([toolchain.lake, "env"], cwd=project.root, env=plain_environment(), seconds=seconds)
    except OSError as error:
        raise SetupError(
            f"{toolchain.lake} cannot be started: {error}",
            code="no_lake",
            hint=f"reinstall the toolchain, {_OTHERWISE}",
        ) from error
    if ran.status is None:
        raise SetupError(
            f"`lake env` in {project.root} gave no answer in {time.monotonic() - began:.0f} s",
            code="lake_timeout",
            hint=f"run `lake env` there yourself to see what it does, {_OTHERWISE}",
        )
    if ran.status != 0:
        raise SetupError(
            f"Lake cannot load the project in {project.root} {ran.ending}",
            code="lake_failed",
            hint=f"mend {project.lakefile.name} until `lake env` works there, {_OTHERWISE}",
        )
    variables = dict(line.split("=", 1) for line in ran.out.splitlines() if "=" in line)
    if "LEAN_PATH" not in variables:
        raise SetupError(
            f"`lake env` in {project.root} printed no LEAN_PATH:\n{ran.said or 'no message'}",
            code="lake_failed",
            hint=f"check that {toolchain.lake} is Lake, {_OTHERWISE}",
        )
    return LakeEnvironment({name: _resolved(project, name, value) for name, value in variables.items()})


def _resolved(project: Project, name: str, value: str) -> str:
    """Search paths without links and independent of the working folder: older Lakes print `./.lake/build/lib`."""
    if name not in ("LEAN_PATH", "LEAN_SRC_PATH"):
        return value
    return os.pathsep.join(str((project.root / part).resolve()) for part in value.split(os.pathsep) if part)


def _must_be_complete(project: Project) -> None:
    if not project.manifest.is_file() and project.requires():
        raise SetupError(
            f"{project.lakefile} requires packages, and there is no {project.manifest.name} that says which",
            code="lake_manifest",
            hint=f"run `lake update` in {project.root}, {_OTHERWISE}",
        )
    absent = [package for package in project.packages() if not package.there]
    if absent:
        mathlib = any(package.name == "mathlib" for package in absent)
        names = ", ".join(package.name for package in absent)
        raise SetupError(
            f"packages that {project.manifest} names have not been fetched: {names}",
            code="lake_packages",
            hint=f"run `lake {'exe cache get' if mathlib else 'build'}` in {project.root}, {_OTHERWISE}",
        )
