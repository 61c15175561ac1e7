"""Where files of settings lie."""

from __future__ import annotations

import os
from pathlib import Path

PROJECT_FILE = "prover.toml"
_REPOSITORY = (".git",)
_LAKE = ("lakefile.lean", "lakefile.toml", "lean-toolchain")


def settings_folder() -> Path:
    """The user's own: PROVER_CONFIG_DIR, or the platform's configuration folder for `leap-prover`."""
    chosen = os.environ.get("PROVER_CONFIG_DIR")
    if chosen:
        return Path(chosen).expanduser().absolute()
    from platformdirs import user_config_dir

    return Path(user_config_dir("leap-prover", appauthor=False))


def user_file() -> Path:
    """The user's file of settings, there or not."""
    return settings_folder() / "config.toml"


def project_file(start: Path) -> Path | None:
    """The nearest `prover.toml` for what lies in the folder `start`; None without one.

    It is looked for upward as far as the repository reaches (`.git`), else the Lake project, else the home folder; for
    a folder in none of these, there alone: what strangers put into `/tmp` is no setting.
    """
    start = start.resolve()
    folders = (start, *start.parents)
    for folder in folders[: _reach(folders)]:
        if os.path.lexists(folder / PROJECT_FILE):
            return folder / PROJECT_FILE
    return None


def _reach(folders: tuple[Path, ...]) -> int:
    """How many of the folders belong together."""
    home = Path.home().resolve()
    most = folders.index(home) + 1 if home in folders else None
    for marks in (_REPOSITORY, _LAKE):
        for number, folder in enumerate(folders[:most], start=1):
            if any((folder / mark).exists() for mark in marks):
                return number
    return most or 1
