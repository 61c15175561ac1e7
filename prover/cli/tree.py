"""A page (HTML) that shows the searches of a run: `--tree FILE`, `prove report RUN`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from rich.text import Text

from prover.cli.terminal import errors, safe
from prover.core.errors import UserError
from prover.events import Event, Opaque, RunFolder, write_atomically
from prover.events.result import RUN


class TreePage:
    """Where a page is to be written."""

    def __init__(self, path: Path) -> None:
        self.path = path

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

    def write(self, events: Iterable[Event], document: Mapping[str, Any] | None = None) -> None:
        """Writes the page of a run. `document`: its result, where the events do not have it. Raises `UserError`."""
        from prover.report import page

        ended = [] if document is None else [Event(RUN, 0, 0.0, None, "Result", 1, Opaque("Result", 1, document))]
        text = page([*events, *ended])
        self.put(text)

    def put(self, text: str) -> None:
        """Writes a page that is made already. Raises `UserError`."""
        try:
            write_atomically(self.path, text)
        except OSError as error:
            raise UserError(f"cannot write {self.path}: {error.strerror}", code="not_writable") from None

    def announce(self, what: str = "the searches are") -> None:
        errors().print(Text(f"{what} in {safe(str(self.path))}", "dim"))


def report(run: RunFolder, page: TreePage, *, quiet: bool) -> int:
    """Writes the page of a recorded run."""
    page.write(run.events())
    if not quiet:
        page.announce()
    return 0
