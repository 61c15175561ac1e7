"""A folder that LeanInteract, and what else expects a built leanprover-community/repl, takes for one."""

from __future__ import annotations

import os
import shlex
from collections.abc import Sequence
from pathlib import Path

from prover.core.errors import UserError
from prover.events.atomic import write_atomically

_PROGRAM = Path(".lake", "build", "bin", "repl")
_LAKE = Path("lake")
_TOOLCHAIN = Path("lean-toolchain")
_MARK = "# Written by `prove repl --install`."


def install(folder: Path, command: Sequence[str], lean_version: str, *, lake: bool) -> None:
    """Writes `lean-toolchain` and a `.lake/build/bin/repl` that runs `command`; with `lake`, a stand-in for `lake`.

    The stand-in serves `lake env`, `lake build` (nothing is to be built) and `lake --version`, for a Lean that has no
    Lake. Done again it writes the same. Raises `UserError`: `folder_in_use` for a folder with anything else in it,
    `unreadable`, `not_writable`.
    """
    version = lean_version.removesuffix("-pre")  # a build of the source before it was tagged
    files = {_PROGRAM: _program(command), _TOOLCHAIN: f"leanprover/lean4:v{version}\n"}
    if lake:
        files[_LAKE] = _stand_in(version)
    _refuse_other_content(folder)
    try:
        for path, text in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            write_atomically(folder / path, text)
            if path != _TOOLCHAIN:
                os.chmod(folder / path, 0o755)
        if not lake:
            (folder / _LAKE).unlink(missing_ok=True)
    except OSError as error:
        raise UserError(
            f"{folder} could not be written: {error.strerror}", code="not_writable", hint="name another"
        ) from None


def _refuse_other_content(folder: Path) -> None:
    """A folder is new, empty, or has a program in it that is known by its second line."""
    try:
        ours = _is_marked(folder / _PROGRAM)
        other = next(iter(folder.iterdir()), None) if folder.exists() and not ours else None
        if ours and os.path.lexists(folder / _LAKE) and not _is_marked(folder / _LAKE):
            other = folder / _LAKE
    except OSError as error:
        raise UserError(f"{folder} cannot be used: {error.strerror}", code="unreadable", hint="name another") from None
    if other is not None:
        raise UserError(
            f"{folder} has something in it that is not from `prove repl --install`: {other}",
            code="folder_in_use",
            hint="name a new or an empty folder",
        )


def _is_marked(path: Path) -> bool:
    if not path.is_file():
        return False
    return _MARK in path.read_text(encoding="utf-8", errors="replace").splitlines()[1:2]


def _program(command: Sequence[str]) -> str:
    return f"#!/bin/sh\n{_MARK}\nexec {shlex.join(command)}\n"


def _stand_in(lean_version: str) -> str:
    return f"""\
#!/bin/sh
{_MARK}
# The embedded Lean has no Lake, and needs none: `prove repl` compiles modules when they are imported.
case "$1" in
env) shift; [ "$#" -gt 0 ] || exit 0; exec "$@" ;;
build) exit 0 ;;
--version | version) echo "Lake version 5.0.0 (Lean version {lean_version})" ;;
*) echo "lake: this is a stand-in for the embedded Lean; it knows env, build and --version" >&2; exit 1 ;;
esac
"""
