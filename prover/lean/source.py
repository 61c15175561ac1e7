"""Lean source files, byte for byte: what Lean reads, and edits mapped back to what is on disk."""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
from bisect import bisect_right
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from prover.core.errors import UserError
from prover.core.position import Position, Span

_BOM = b"\xef\xbb\xbf"
_LOCK_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace the text at `span` (bytes of the normalised text) by `text`."""

    span: Span
    text: str


class SourceFile:
    """A Lean file as bytes, and as the text Lean is given: no byte order mark, LF line ends.

    Spans count bytes of that text's UTF-8 form. Edits keep every other byte of the file as it was.
    """

    def __init__(self, name: str, data: bytes, path: Path | None = None) -> None:
        """Raises `UserError` (`not_utf8`) for bytes that are not UTF-8."""
        self.name = name
        self.path = path
        self.data = data
        body = data.removeprefix(_BOM)
        self._offset = len(data) - len(body)
        try:
            body.decode()
        except UnicodeDecodeError as error:
            raise UserError(
                f"{name} is not UTF-8 text (byte {error.start + self._offset})",
                code="not_utf8",
                hint="save it as UTF-8",
            ) from None
        normal = body.replace(b"\r\n", b"\n")
        self.text = normal.decode()
        self._bytes = normal
        self._line_starts = _line_starts(normal)
        self._dropped = _dropped_returns(body)
        self.crlf = body.count(b"\r\n") * 2 > body.count(b"\n")

    @classmethod
    def read(cls, path: Path) -> SourceFile:
        """Reads a file. `UserError` codes: `no_file`, `directory`, `unreadable`, `not_utf8`."""
        if path.is_dir():
            raise UserError(f"{path} is a directory", code="directory", hint="name a .lean file")
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            raise UserError(f"there is no file {path}", code="no_file", hint="check the path") from None
        except OSError as error:
            raise UserError(f"{path} cannot be read: {error.strerror}", code="unreadable") from None
        return cls(str(path), data, path)

    @property
    def digest(self) -> str:
        """SHA-256 of the bytes as read."""
        return hashlib.sha256(self.data).hexdigest()

    def slice(self, span: Span) -> str:
        return self._bytes[span.start : span.end].decode()

    def position(self, offset: int) -> Position:
        """Line and column of a byte offset of the normalised text."""
        line = bisect_right(self._line_starts, offset) - 1
        return Position(line + 1, len(self._bytes[self._line_starts[line] : offset].decode(errors="ignore")))

    def offset(self, position: Position) -> int:
        """Byte offset of a line and column; past the end of a line: its end."""
        if position.line > len(self._line_starts):
            return len(self._bytes)
        line = max(1, position.line)
        return self._line_starts[line - 1] + len(self.line_text(line)[: position.column].encode())

    def line_text(self, line: int) -> str:
        """A line (1-based) of the normalised text, without its end."""
        end = self._line_starts[line] - 1 if line < len(self._line_starts) else len(self._bytes)
        return self._bytes[self._line_starts[line - 1] : end].decode()

    def with_edits(self, edits: Sequence[Edit]) -> SourceFile:
        """The file with `edits` made, which must not overlap (`ValueError`). Every other byte stays.

        Insertions at one place come in the order given, before what replaces the text there.
        """
        out = bytearray()
        at = 0
        for edit in sorted(edits, key=lambda e: e.span):
            start, end = self._raw(edit.span.start), self._raw(edit.span.end)
            if start < at:
                raise ValueError("edits overlap")
            new = edit.text.replace("\n", "\r\n") if self.crlf else edit.text
            out += self.data[at:start] + new.encode()
            at = end
        return SourceFile(self.name, bytes(out + self.data[at:]), self.path)

    def _raw(self, offset: int) -> int:
        """Offset into the bytes on disk of an offset into the normalised text."""
        return self._offset + offset + bisect_right(self._dropped, offset)

    def replaceable(self) -> Path:
        """The path, if the file can be replaced as things stand; `UserError` (`symlink`, `not_writable`) if not.

        Asked before a long search, so that nobody waits for proofs that could not be written.
        """
        path = self.path
        if path is None:
            raise UserError("standard input cannot be written back", code="not_writable", hint="use -o FILE")
        if path.is_symlink():
            raise UserError(
                f"{path} is a symbolic link; it is not replaced", code="symlink", hint="name the file itself"
            )
        if path.exists() and not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)):
            raise UserError(f"{path} or its folder is read-only", code="not_writable", hint="use -o FILE elsewhere")
        return path

    def write_over(self, original: SourceFile) -> None:
        """Replaces the file `original` was read from by this text, atomically.

        `UserError` codes: `symlink`, `changed` (since it was read), `not_writable`, `busy` (another
        run is writing it), `disk`. The file is whole at every moment.
        """
        path = original.replaceable()
        lock = FileLock(_lock_path(path))
        try:
            with lock.acquire(timeout=_LOCK_SECONDS):
                _refuse_if_changed(path, original)
                _replace(path, self.data)
        except Timeout:
            raise UserError(f"{path} is being written by another run", code="busy", hint="try again") from None

    def write_to(self, path: Path) -> None:
        """Writes a new file (or replaces one) atomically. Same error codes as `write_over`."""
        if path.is_symlink():
            raise UserError(f"{path} is a symbolic link; it is not replaced", code="symlink")
        if path.is_dir():
            raise UserError(f"{path} is a directory", code="directory", hint="name a file")
        _replace(path, self.data)


def _line_starts(data: bytes) -> list[int]:
    starts = [0]
    at = data.find(b"\n")
    while at >= 0:
        starts.append(at + 1)
        at = data.find(b"\n", at + 1)
    return starts


def _dropped_returns(body: bytes) -> list[int]:
    """Offsets in the normalised text after which one carriage return more was dropped."""
    dropped: list[int] = []
    at = body.find(b"\r\n")
    while at >= 0:
        # The line feed that followed the k-th dropped byte stands at at - k; what comes after it moved.
        dropped.append(at - len(dropped) + 1)
        at = body.find(b"\r\n", at + 2)
    return dropped


def _lock_path(path: Path) -> str:
    """One lock a file and user: another user's lock in the same folder could not be opened."""
    digest = hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:24]
    user = os.getuid() if hasattr(os, "getuid") else 0
    return str(Path(tempfile.gettempdir()) / f"leap-prover-{user}-{digest}.lock")


def _refuse_if_changed(path: Path, original: SourceFile) -> None:
    try:
        now = path.read_bytes()
    except OSError:
        now = None
    if now != original.data:
        raise UserError(
            f"{path} changed while its proofs were being found; it was left alone",
            code="changed",
            hint="run again, or use -o FILE",
        )


def _replace(path: Path, data: bytes) -> None:
    temporary: str | None = None
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            if not os.access(path, os.W_OK):
                raise PermissionError(13, "the file is read-only")
            os.chmod(temporary, stat.S_IMODE(path.stat().st_mode))
        else:
            os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, path)
    except OSError as error:
        if temporary is not None:
            with suppress(OSError):
                os.unlink(temporary)
        code = "not_writable" if isinstance(error, PermissionError) or error.errno in (13, 30) else "disk"
        raise UserError(
            f"{path} could not be written: {error.strerror}",
            code=code,
            hint="the file is as it was; use -o FILE elsewhere",
        ) from None


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current
