"""The file that a session is about, written at every step, and never over what somebody else wrote."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from prover.core.errors import UserError
from prover.lean.source import SourceFile


@dataclass
class Saving:
    """Writes to `path`. `known`: digests of what it may hold, all ours; `announce` is told of each before it is
    written. `aside`: the file cannot be written, and its text is kept there."""

    path: Path
    known: set[str]
    announce: Callable[[str], None]
    aside: bool = field(default=False, init=False)

    @property
    def beside(self) -> Path:
        """Where the text goes that cannot go into the file."""
        return self.path.with_name(f"{self.path.stem}.session.lean")

    def write(self, text: SourceFile) -> str:
        """Makes `text` the content of the file, atomically; what a person has to be told about it, mostly nothing.

        A file that somebody else has changed, or that cannot be written, is left alone: its text is kept beside it.
        """
        try:
            there = SourceFile.read(self.path)
            if there.digest not in self.known:
                raise UserError(f"{self.path} was changed by somebody else", code="changed")
            if there.data == text.data:
                self.aside = False
                return ""
            self.announce(text.digest)
            self.known.add(text.digest)
            text.write_over(there)
        except (UserError, OSError) as error:
            return self._aside(text, error)
        back, self.aside = self.aside, False
        return f"saved in {self.path} again" if back else ""

    def overwrite(self, text: SourceFile) -> str:
        """The same whatever the file holds: somebody has said so."""
        try:
            self.known.add(SourceFile.read(self.path).digest)
        except UserError:
            self.known.add(hashlib.sha256(b"").hexdigest())
        return self.write(text)

    def _aside(self, text: SourceFile, error: UserError | OSError) -> str:
        told, self.aside = self.aside, True
        try:
            text.write_to(self.beside)
        except UserError as worse:
            return f"not saved: {error}; nor beside it: {worse.message}. The journal has it all"
        if told:
            return ""
        return f"{error}; it was left alone, the proof is in {self.beside} (`save!` writes over it)"
