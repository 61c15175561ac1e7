"""Modules whose constants are trusted like the toolchain's: Mathlib and what it is built on, fetched by Lake."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from prover.lean.native.project import Package, Project

#: The packages that Mathlib is made of, which `lake exe cache get` brings, and the first names of their modules.
MATHLIBS = {
    "mathlib": "Mathlib",
    "batteries": "Batteries",
    "aesop": "Aesop",
    "Qq": "Qq",
    "proofwidgets": "ProofWidgets",
    "importGraph": "ImportGraph",
    "LeanSearchClient": "LeanSearchClient",
    "plausible": "Plausible",
    "Cli": "Cli",
}
_HOMES = ("https://github.com/leanprover-community/", "https://github.com/leanprover/")


def trusted_modules(project: Project, search: Sequence[Path]) -> tuple[str, ...]:
    """The names that Lean, searching `search`, finds in packages which the manifest fetched from their own home.

    A module of the user's that takes such a name, by lying earlier on the search path, is not trusted; nor is a
    fork or a local copy.
    """
    return tuple(sorted(MATHLIBS[p.name] for p in project.packages() if _official(p) and _found_in(p, search)))


def _official(package: Package) -> bool:
    return package.name in MATHLIBS and package.url.startswith(_HOMES)


def _found_in(package: Package, search: Sequence[Path]) -> bool:
    root = MATHLIBS[package.name]
    first = next((f for f in search if (f / root).is_dir() or (f / f"{root}.olean").is_file()), None)
    return first is not None and package.folder.resolve() in first.resolve().parents
