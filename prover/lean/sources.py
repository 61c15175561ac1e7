"""The Bridge's sources: which modules there are, in which order they are compiled, what identifies their contents."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from prover.core.errors import SetupError

MODULES = "modules.txt"


@dataclass(frozen=True, slots=True)
class BridgeSources:
    """A folder with the Bridge; `modules`: each after those it imports."""

    folder: Path
    modules: tuple[str, ...]

    @classmethod
    def read(cls, folder: Path) -> BridgeSources:
        """Reads the list of modules; `SetupError` (`bridge_missing`) when it is not there."""
        try:
            lines = (folder / MODULES).read_text(encoding="utf-8").splitlines()
        except OSError as error:
            raise SetupError(f"the Bridge's list of modules cannot be read: {error}", code="bridge_missing") from error
        return cls(folder, tuple(line.strip() for line in lines if line.strip() and not line.startswith("#")))

    def files(self, *more: str) -> list[PurePosixPath]:
        """The files called `more`, then the modules', relative to the folder."""
        return [*map(PurePosixPath, more), *map(source_path, self.modules)]

    def digest(self, salt: str, files: Sequence[PurePosixPath]) -> str:
        """Names the contents of `files` together with `salt`, in 16 characters."""
        found = hashlib.sha256("\0".join([salt, *self.modules]).encode())
        for file in files:
            try:
                contents = (self.folder / file).read_bytes()
            except OSError as error:
                raise SetupError(f"a source of the Bridge cannot be read: {error}", code="bridge_missing") from error
            found.update(f"\0{file}\0{len(contents)}\0".encode() + contents)
        return found.hexdigest()[:16]


def source_path(module: str) -> PurePosixPath:
    """Where the source of a module lies below the Bridge's folder."""
    return PurePosixPath(*module.split(".")).with_suffix(".lean")
