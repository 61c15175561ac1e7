"""Imports that have no compiled file: whose they are, and the line that compiles or fetches them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from prover.core.errors import UserError
from prover.lean.native.project import Project
from prover.lean.native.trusted import MATHLIBS
from prover.lean.sources import source_path


def missing_import(missing: Sequence[str], project: Project, source_folders: Sequence[Path]) -> UserError:
    """What to tell the user of imports without a compiled file; the hint is the exact line to run.

    `source_folders`: where Lake says the sources of the project and its packages are (LEAN_SRC_PATH).
    """
    own: list[str] = []
    cached: list[str] = []
    fetched: list[str] = []
    unknown: list[str] = []
    for module in missing:
        owner = _owner(module, project, source_folders)
        {None: unknown, "": own}.get(owner, cached if owner in MATHLIBS else fetched).append(module)
    named = ", ".join(missing)
    if unknown:
        return UserError(
            f"imported, but neither {project.root} nor its packages have it: {', '.join(unknown)}",
            code="missing_import",
            hint=_require_mathlib(project) if _all_mathlib(unknown) else "check the name of the module",
        )
    lines = ["lake exe cache get"] if cached else []
    if own or fetched:
        lines.append(f"lake build {' '.join([*own, *fetched])}")
    return UserError(
        f"imported, but not compiled: {named}",
        code="missing_import",
        hint=f"run `{' && '.join(lines)}` in {project.root}",
    )


def _owner(module: str, project: Project, source_folders: Sequence[Path]) -> str | None:
    """The package whose source a module is; empty: the project's own; `None`: nobody's."""
    place = next((folder for folder in source_folders if (folder / source_path(module)).is_file()), None)
    if place is None:
        return None
    real = (place / source_path(module)).resolve()
    inside = [p for p in project.packages() if p.folder.resolve() in real.parents]
    return max(inside, key=lambda package: len(package.folder.resolve().parts)).name if inside else ""


def _all_mathlib(modules: Sequence[str]) -> bool:
    return all(module.split(".")[0] == "Mathlib" for module in modules)


def _require_mathlib(project: Project) -> str:
    if any(package.name == "mathlib" for package in project.packages()):
        return "check the name of the module"
    return f"add Mathlib to {project.lakefile.name}, then run `lake update mathlib && lake exe cache get`"
