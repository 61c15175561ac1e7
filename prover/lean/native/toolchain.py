"""The user's Lean: which installed toolchain a project asks for, where its programs are, what version it is.

Nothing is downloaded: elan's own `lean` and `lake` fetch a missing toolchain when they are called, so the
programs inside the toolchain's folder are called instead.
"""

from __future__ import annotations

import os
import re
import shutil
import tomllib
from dataclasses import dataclass
from pathlib import Path

from prover.core.errors import SetupError
from prover.lean.native.program import run_program
from prover.lean.native.version import LeanVersion, read_version

_VERSION_SECONDS = 60.0
_CHANNELS = ("stable", "beta", "nightly")
_OFFICIAL = "leanprover/lean4"


@dataclass(frozen=True, slots=True)
class Toolchain:
    """An installed Lean. `name`: as elan or a toolchain file calls it, or how it was found."""

    name: str
    lean: Path
    lake: Path
    version: LeanVersion
    commit: str

    @property
    def folder(self) -> Path:
        """The folder that holds its programs and its library."""
        return self.lean.parent.parent


def elan_home() -> Path:
    """Where elan keeps its toolchains: ELAN_HOME, or `~/.elan`."""
    chosen = os.environ.get("ELAN_HOME")
    return Path(chosen).expanduser().absolute() if chosen else Path.home() / ".elan"


def find_toolchain(wanted: str | None) -> Toolchain:
    """The installed toolchain for the text of a toolchain file (`None`: elan's default, else what is on PATH).

    `SetupError` with code `no_toolchain` when nothing suitable is installed; it says what to run.
    """
    name = wanted or _default_toolchain()
    if name is not None:
        for folder in _elan_folders(name):
            if (folder / "bin" / _program("lean")).is_file():
                return _opened(name, folder / "bin")
    on_path = _on_path()
    if on_path is None:
        raise _missing(name, "")
    found = _opened("PATH", on_path)
    if name is None or _fits(name, found.version):
        return found
    raise _missing(name, f"; the `lean` on PATH is {found.version}")


def version_of(name: str) -> LeanVersion | None:
    """The version that a toolchain's name says, if it says one."""
    return LeanVersion.parse(name.rsplit(":", 1)[-1])


def _opened(name: str, programs: Path) -> Toolchain:
    folder = programs.resolve()  # a linked toolchain: elan's folder for it is a symbolic link
    lean = folder / _program("lean")
    try:
        ran = run_program([lean, "--version"], cwd=folder, env=plain_environment(), seconds=_VERSION_SECONDS)
    except OSError as error:
        raise SetupError(f"{lean} cannot be started: {error}", code="toolchain_broken", hint=_REINSTALL) from error
    read = read_version(ran.out) if ran.status == 0 else None
    if read is None:
        said = ran.said or ("no answer" if ran.status is None else "no message")
        raise SetupError(f"{lean} --version failed: {said}", code="toolchain_broken", hint=_REINSTALL)
    return Toolchain(name, lean, folder / _program("lake"), *read)


_REINSTALL = "reinstall the toolchain with elan, or use --engine embedded"


def plain_environment() -> dict[str, str]:
    """The caller's environment without what would point a toolchain's programs at another one's files."""
    foreign = ("LEAN", "LEAN_PATH", "LEAN_SRC_PATH", "LEAN_SYSROOT", "LEAN_CC", "LAKE", "LAKE_HOME", "ELAN_TOOLCHAIN")
    return {name: value for name, value in os.environ.items() if name not in foreign}


def _default_toolchain() -> str | None:
    try:
        settings = tomllib.loads((elan_home() / "settings.toml").read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError):
        return None
    name = settings.get("default_toolchain")
    return name if isinstance(name, str) and name else None


def _elan_folders(name: str) -> list[Path]:
    """Where elan may keep the toolchain: under the name itself (a link), its full name, or, for a channel, versions."""
    home = elan_home() / "toolchains"
    folders = [home / spelled.replace("/", "--").replace(":", "---") for spelled in _spellings(name)]
    channel = name.rsplit(":", 1)[-1]
    if channel in _CHANNELS:
        folders.extend(_newest(home, channel))
    return folders


def _spellings(name: str) -> list[str]:
    """`4.24.0`, `v4.24.0` and `leanprover/lean4:v4.24.0` are one toolchain."""
    if ":" in name:
        return [name]
    spelled = [name]
    if LeanVersion.parse(name) is not None:
        spelled.append(f"{_OFFICIAL}:{name if name.startswith('v') else 'v' + name}")
    elif name in _CHANNELS or re.match(r"nightly-\d", name):
        spelled += [f"{_OFFICIAL}:{name}", f"{_OFFICIAL}-nightly:{name}"]
    return spelled


def _newest(home: Path, channel: str) -> list[Path]:
    """The installed official toolchains of a channel, the newest first."""
    try:
        names = sorted(entry.name for entry in home.iterdir())
    except OSError:
        return []
    if channel == "nightly":
        return [home / name for name in reversed(names) if re.search(r"---nightly-\d", name)]
    prefix = _OFFICIAL.replace("/", "--") + "---"
    found: list[tuple[LeanVersion, Path]] = []
    for name in names:
        version = LeanVersion.parse(name.removeprefix(prefix)) if name.startswith(prefix) else None
        if version is not None and (channel == "beta" or not version.suffix):
            found.append((version, home / name))
    return [folder for _, folder in sorted(found, key=lambda row: row[0], reverse=True)]


def _on_path() -> Path | None:
    """The folder of the `lean` on PATH, unless that is elan's."""
    found = shutil.which("lean")
    if found is None:
        return None
    real = Path(found).resolve()
    if real.stem == "elan" or (elan_home() / "bin").resolve() == Path(found).parent.resolve():
        return None
    return real.parent if (real.parent / _program("lake")).exists() else Path(found).absolute().parent


def _fits(name: str, version: LeanVersion) -> bool:
    """Whether a Lean of this version is what the name asks for; channels and links cannot be told from a version."""
    wanted = version_of(name)
    return name.rsplit(":", 1)[-1] in _CHANNELS if wanted is None else wanted == version


def _missing(name: str | None, more: str) -> SetupError:
    if name is None:
        return SetupError(
            "no Lean toolchain: neither elan nor a `lean` on PATH",
            code="no_toolchain",
            hint="install elan (https://lean-lang.org/install), or use --engine embedded",
        )
    return SetupError(
        f"the toolchain {name} is not installed{more}",
        code="no_toolchain",
        hint=f"run `elan toolchain install {name}`, or use --engine embedded",
    )


def _program(name: str) -> str:
    return f"{name}.exe" if os.name == "nt" else name
