"""A record as it was read, before it is a problem: Lean text, and what the record says about it."""

from __future__ import annotations

from dataclasses import dataclass, field

from prover.bench.files import DataFile


@dataclass(frozen=True, slots=True)
class Draft:
    """`text`: all of it, header and definitions included; `name`: for a theorem that has none. Others: `Problem`."""

    id: str
    text: str
    file: DataFile
    record: int = 0
    name: str = ""
    informal: str = ""
    split: str = ""
    topic: str = ""
    difficulty: str = ""
    answer: str = ""
    notes: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Rejected:
    """A record that is not used, and why. `record`: its line, or number where the file has no lines of records; 0:
    the file is the record."""

    file: str
    record: int
    reason: str
