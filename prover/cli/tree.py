"""`--tree FILE`: a page that shows the searches of a run."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from prover.agent import FileResult
from prover.cli.document import result_document
from prover.core.errors import UserError
from prover.events import Memory, Opaque, Recorder, write_atomically


class TreePage:
    """Keeps the events of a run, as its log would have them, and writes the page at the end."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._memory = Memory()
        self._recorders: dict[str, Recorder] = {}

    @classmethod
    def at(cls, path: Path) -> TreePage:
        """A page to be written to `path`. Raises `UserError`, before any work, if that cannot be wanted."""
        if path.suffix == ".lean":
            raise UserError(f"{path} would be overwritten with a page", code="not_a_page", hint="name a file .html")
        if path.is_symlink() or (path.exists() and not path.is_file()):
            raise UserError(f"{path} is not a plain file; it is not replaced", code="not_writable")
        if not path.absolute().parent.is_dir():
            raise UserError(f"cannot write {path}: its folder does not exist", code="not_writable")
        return cls(path)

    def observe(self, kind: str, payload: Mapping[str, Any]) -> None:
        fields = dict(payload)
        search = str(fields.pop("search", ""))
        if search not in self._recorders:
            self._recorders[search] = Recorder(self._memory, search)
        self._recorders[search].record(Opaque(kind, 1, fields))

    def save(self, result: FileResult) -> UserError | None:
        """Writes the page. An error is given back, not raised: the proofs are still to be shown."""
        from prover.report import page

        self.observe("Result", result_document(result, 0))
        try:
            write_atomically(self.path, page(self._memory.events))
        except OSError as error:
            return UserError(f"cannot write {self.path}: {error.strerror}", code="not_writable")
        return None
