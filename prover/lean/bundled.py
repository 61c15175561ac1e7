"""Folders that travel with the library and are not Python: `lean_project`, `agents`, `benchmarks`."""

from __future__ import annotations

from pathlib import Path

from prover.core.errors import SetupError


def bundled(name: str) -> Path:
    """The folder `name` as installed: inside the wheel, or beside `prover/` in a checkout.

    Raises `SetupError` (`bundle_missing`) when this installation does not have it.
    """
    package = Path(__file__).resolve().parents[1]
    installed = package / "_bundled" / name
    if installed.is_dir():
        return installed
    # A folder beside an installed package is somebody else's: `agents`, say. Only a checkout has this file.
    checkout = package.parent
    if (checkout / "pyproject.toml").is_file() and (checkout / name).is_dir():
        return checkout / name
    raise SetupError(
        f"the bundled folder {name!r} is missing from the installation in {package}",
        code="bundle_missing",
        hint="install leap-prover again",
    )
