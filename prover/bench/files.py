"""The files of a benchmark: one, a folder of them, or an archive, which is read and never unpacked to disk."""

from __future__ import annotations

import hashlib
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, Self, cast

from prover.core.errors import UserError

#: The most that is read: of one file, of all of them together, of an archive's members.
FILE_BYTES = 256 << 20
TOTAL_BYTES = 1 << 30
MEMBERS = 100_000
_ARCHIVES = (".tar", ".tar.gz", ".tgz", ".tar.xz", ".tar.bz2", ".zip")


@dataclass(frozen=True, slots=True)
class DataFile:
    """A file of data. `name`: within the folder or archive, `/` between; `path`: where it lies, None in an archive."""

    name: str
    content: bytes
    path: Path | None = None

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def read_files(path: Path, wanted: Callable[[str], bool]) -> Iterator[DataFile]:
    """The file `path`, whatever its name; of a folder or an archive, what is `wanted`, by name, in the order of names.

    Of an archive, links and names that lead out of it are passed over. Raises `UserError`: `no_data` (nothing is
    there, or it cannot be read), `data_too_large`, `bad_archive`.
    """
    if path.is_dir():
        yield from _folder(path, wanted)
    elif is_archive(path):
        yield from _archive(path, wanted)
    else:
        yield DataFile(_written(path.name), _content(path), path)


def is_archive(path: Path) -> bool:
    """Whether the name is that of an archive."""
    return path.name.lower().endswith(_ARCHIVES)


def _folder(folder: Path, wanted: Callable[[str], bool]) -> Iterator[DataFile]:
    total = 0
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if wanted(name) and path.is_file():
            content = _content(path)
            total = _within(total + len(content), folder)
            yield DataFile(_written(name), content, path)


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(FILE_BYTES + 1)  # a pipe or a device has no size of its own
        if len(content) > FILE_BYTES:
            raise _too_large(path)
        return content
    except OSError as error:
        hint = "--data PATH: a file of records, a folder, or an archive (.tar.gz, .zip)"
        raise UserError(f"cannot read {path}: {error.strerror}", code="no_data", hint=hint) from None


def _archive(path: Path, wanted: Callable[[str], bool]) -> Iterator[DataFile]:
    read = _zip if path.name.lower().endswith(".zip") else _tar
    try:
        found = {file.name: file for file in read(path, wanted)}
    except UserError:
        raise
    except Exception as error:  # the readers of archives have no one base of what they raise for a broken one
        if isinstance(error, OSError) and error.errno is not None:  # without: gzip's and lzma's own
            raise UserError(f"cannot read {path}: {error.strerror}", code="no_data") from None
        raise UserError(f"{path} is no archive that can be read: {error}", code="bad_archive") from None
    yield from (found[name] for name in sorted(found))


def _tar(path: Path, wanted: Callable[[str], bool]) -> Iterator[DataFile]:
    total = 0
    with path.open("rb") as file, _Tar.open(fileobj=file, mode="r:*") as archive:
        for number, member in enumerate(archive):
            if member.size < 0:
                raise tarfile.ReadError("a member has a negative size")
            # What is not wanted is decompressed too, on the way to the next.
            total = _within(total + member.size, path, number)
            if member.isreg() and _inside(member.name) and wanted(_plain(member.name)):
                if member.size > FILE_BYTES:
                    raise _too_large(path)
                content = archive.extractfile(member)
                assert content is not None  # it is a regular file
                yield DataFile(_plain(member.name), content.read())


class _Tar(tarfile.TarFile):
    """One whose headers are bounded too: a long name is a member of its own, which is read before it is shown."""

    @classmethod
    def taropen(cls, name: Any, mode: Any = "r", fileobj: Any = None, **more: Any) -> Self:
        return super().taropen(name, mode, cast(Any, _Bounded(fileobj)), **more)


class _Bounded:
    """What is read of a stream, decompressed, up to `TOTAL_BYTES`, and no more than a file's at once."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._left = TOTAL_BYTES

    def read(self, size: int = -1) -> bytes:
        if not 0 <= size <= min(self._left, FILE_BYTES):
            raise tarfile.ReadError("its headers are larger than any file's")
        found = self._stream.read(size)
        self._left -= len(found)
        return found

    def seek(self, place: int, whence: int = 0) -> int:
        return self._stream.seek(place, whence)

    def tell(self) -> int:
        return self._stream.tell()

    def close(self) -> None:
        self._stream.close()


def _zip(path: Path, wanted: Callable[[str], bool]) -> Iterator[DataFile]:
    total = 0
    with zipfile.ZipFile(path) as archive:
        for number, member in enumerate(archive.infolist()):
            _within(0, path, number)
            if member.is_dir() or not _inside(member.filename) or not wanted(_plain(member.filename)):
                continue
            with archive.open(member) as file:
                content = file.read(FILE_BYTES + 1)  # what a header says of the size need not be so
            if len(content) > FILE_BYTES:
                raise _too_large(path)
            total = _within(total + len(content), path)
            yield DataFile(_plain(member.filename), content)


def _plain(name: str) -> str:
    return _written(PurePosixPath(name).as_posix())


def _written(name: str) -> str:
    """A name that can be written down, also one whose bytes are not UTF-8."""
    return name.encode(errors="backslashreplace").decode()


def _inside(name: str) -> bool:
    return not name.startswith("/") and ".." not in PurePosixPath(name).parts


def _within(total: int, path: Path, members: int = 0) -> int:
    if total > TOTAL_BYTES or members >= MEMBERS:
        raise _too_large(path)
    return total


def _too_large(path: Path) -> UserError:
    hint = f"{FILE_BYTES >> 20} MiB in a file, {TOTAL_BYTES >> 20} MiB and {MEMBERS} files in all are read at most"
    return UserError(f"{path} is larger than the data of any benchmark", code="data_too_large", hint=hint)
