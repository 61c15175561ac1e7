"""The records of several sources without repetition."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator
from hashlib import blake2b

from prover.dataset.record import FAILED, LOST, PROGRESS, PROVED, REJECTED, SOLVED, TIMED_OUT, TacticRecord

_SAYS = {LOST: 0, REJECTED: 1, TIMED_OUT: 2, FAILED: 3, PROGRESS: 4, SOLVED: 4}


class Records:
    """The records of several sources, one after the other, those on theorems named in `without` left out.

    Iterate over it as often as the sources allow. `left_out`: how many records the last iteration left out.
    """

    def __init__(self, sources: Iterable[Iterable[TacticRecord]], *, without: Container[str] = ()) -> None:
        self._sources = list(sources)
        self._without = without
        self.left_out = 0

    def __iter__(self) -> Iterator[TacticRecord]:
        self.left_out = 0
        for source in self._sources:
            for record in source:
                if record.theorem in self._without:
                    self.left_out += 1
                else:
                    yield record


class Distinct:
    """One record for each state and tactic of `records`, both compared as text: the one that says most.

    A step of a verified proof says more than one of a proof that was found, then come a step that leads to one, what
    ran, what failed, what reached a limit; the first of several that say as much. `wanted` picks records. Goes through
    `records` twice for each iteration, and keeps 16 bytes a record in memory. `dropped`: how many records the last
    iteration left out as repetitions.
    """

    def __init__(
        self, records: Iterable[TacticRecord], *, wanted: Callable[[TacticRecord], bool] = lambda record: True
    ) -> None:
        self._records = records
        self._wanted = wanted
        self.dropped = 0

    def __iter__(self) -> Iterator[TacticRecord]:
        best: dict[bytes, int] = {}
        for record in filter(self._wanted, self._records):
            key = digest(record.state, record.tactic)
            best[key] = max(best.get(key, 0), _says(record))
        self.dropped = 0
        for record in filter(self._wanted, self._records):
            key = digest(record.state, record.tactic)
            if best.get(key) == _says(record):
                # Nothing says more than this: it is given once.
                best[key] = _GIVEN
                yield record
            else:
                self.dropped += 1


_GIVEN = 1 << 10


def _says(record: TacticRecord) -> int:
    standing = 16 * (record.led_to == PROVED) + 32 * record.on_proof + 64 * (record.on_proof and record.verified)
    return 1 + _SAYS.get(record.outcome, 0) + standing


def digest(*texts: str) -> bytes:
    """16 bytes that stand for some texts."""
    found = blake2b(digest_size=16)
    for text in texts:
        data = text.encode(errors="replace")
        found.update(len(data).to_bytes(8, "big"))
        found.update(data)
    return found.digest()
