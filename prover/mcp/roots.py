"""The folders whose files a client may name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from prover.core.errors import UserError
from prover.lean.source import SourceFile

#: The most that a Lean file may have, bytes.
_LARGEST = 8 * 2**20


@dataclass(frozen=True, slots=True)
class Roots:
    """Folders, each as the file system knows it, without links. `narrowed`: folders of the client's own; what it names
    must lie in one of them too. None: it has not said any."""

    folders: tuple[Path, ...]
    narrowed: tuple[Path, ...] | None = None

    @classmethod
    def of(cls, folders: Sequence[Path]) -> Roots:
        """Raises `UserError` (`no_folder`) for what is no folder."""
        for folder in folders:
            if not folder.is_dir():
                raise UserError(f"there is no folder {folder}", code="no_folder", hint="--root names a folder")
        return cls(tuple(dict.fromkeys(folder.resolve() for folder in folders)))

    def narrow(self, uris: Sequence[str]) -> Roots:
        """Only what lies in one of the client's own roots as well; a client without any narrows nothing."""
        if not uris:
            return self
        paths = [urlsplit(uri) for uri in uris]
        own = [Path(unquote(parts.path)) for parts in paths if parts.scheme == "file" and parts.path.startswith("/")]
        return Roots(self.folders, tuple(path.resolve() for path in own))

    def file(self, text: str, *, written: bool = False) -> SourceFile:
        """The Lean file that a client names, by a path from a root or a whole one.

        Links are followed first; one that is to be `written` may be none itself. Raises `UserError`: `outside`,
        `not_lean`, `symlink`, `too_large`, and what `SourceFile.read` raises.
        """
        named = self._named(text)
        path = self._inside(named)
        if written and named.is_symlink():
            raise UserError(f"{text} is a symbolic link; it is not replaced", code="symlink", hint="name the file")
        if path.suffix != ".lean":
            raise UserError(f"{text} is no Lean file", code="not_lean", hint="its name must end in .lean")
        if path.exists() and not (path.is_file() or path.is_dir()):
            raise UserError(f"{text} is no plain file", code="unreadable")
        if path.is_file() and path.stat().st_size > _LARGEST:
            raise UserError(f"{text} is too large", code="too_large", hint=f"{_LARGEST // 2**20} MiB are read at most")
        return SourceFile.read(path)

    def folder(self, text: str, files: Sequence[str] = ()) -> Path:
        """A folder that a client names; `files` will be read in it. Raises `UserError`: `outside`, `no_folder`."""
        path = self._inside(self._named(text))
        if not path.is_dir():
            raise UserError(f"there is no folder {text}", code="no_folder")
        for name in files:
            self._inside(path / name)
        return path

    def _named(self, text: str) -> Path:
        if "\0" in text or not text.strip():
            raise UserError("a path is expected", code="bad_arguments")
        path = Path(text)
        if path.is_absolute():
            return path
        found = [folder / path for folder in self.folders if (folder / path).exists()]
        return found[0] if found else self.folders[0] / path

    def _inside(self, path: Path) -> Path:
        try:
            real = path.resolve()
        except (OSError, RuntimeError):  # a link that leads to itself
            raise UserError(f"{path} cannot be resolved", code="unreadable") from None
        if not any(real.is_relative_to(folder) for folder in self.folders):
            allowed = ", ".join(map(str, self.folders))
            raise UserError(f"{path} lies outside of {allowed}", code="outside", hint="start prove mcp with --root DIR")
        if self.narrowed is not None and not any(real.is_relative_to(folder) for folder in self.narrowed):
            raise UserError(f"{path} lies outside of the client's own roots", code="outside")
        return real
