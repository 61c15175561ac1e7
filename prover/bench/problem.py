"""One statement of a benchmark, as a prover is given it, whatever form it was released in."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

#: What stands after a statement that is to be proved.
HOLE = ":= by\n  sorry"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a problem was read: the file (its name within the data), its SHA-256, and the line of the record, 1-based,
    or the record's number where the file has no lines of records; 0: the file is the record."""

    file: str
    sha256: str
    record: int = 0


@dataclass(frozen=True, slots=True)
class Problem:
    """A theorem to be proved.

    `id`: unique in its set. `name`: what Lean calls the theorem. The text in four parts, which `text` puts together:
    `header` (imports, options, opens), `preamble` (what is declared before it), `statement` (`theorem name binders :
    type`, without what proves it), `epilogue` (what has to stand after it). `informal`: the same in words. `split`,
    `topic`, `difficulty`: as the set says, empty where it does not. `answer`: what a placeholder of the preamble
    stands for, where the set tells it. `notes`: what the reader had to see to, a word each (`docs/benchmarks.md` has
    them all). `correction`: the overlay that the text is from; `bad`: why the set's list of known-bad statements has
    it.
    """

    id: str
    name: str
    statement: str
    origin: Origin
    header: str = ""
    preamble: str = ""
    epilogue: str = ""
    informal: str = ""
    split: str = ""
    topic: str = ""
    difficulty: str = ""
    answer: str = ""
    notes: tuple[str, ...] = ()
    correction: str = ""
    bad: str = ""

    @property
    def text(self) -> str:
        """A whole Lean file with a `sorry` for the proof."""
        return self._file(HOLE)

    def with_proof(self, script: str) -> str:
        """The file with a proof, a tactic a line."""
        return self._file(HOLE.replace("sorry", script.replace("\n", "\n  ")))

    def followed_by(self, command: str) -> str:
        """The file, its proof left open, with a command right after the theorem."""
        return self._file(f"{HOLE}\n\n{command}")

    def _file(self, proof: str) -> str:
        parts = (self.header, self.preamble, f"{self.statement.rstrip()} {proof}", self.epilogue)
        return "\n\n".join(part.strip("\n") for part in parts if part.strip()) + "\n"

    @property
    def digest(self) -> str:
        """SHA-256 of `text`: equal for problems that ask the same of a prover."""
        return hashlib.sha256(self.text.encode()).hexdigest()
