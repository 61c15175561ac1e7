"""What is left to try on each node: candidates, cheapest limits first."""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from dataclasses import dataclass, field

from prover.core.candidate import Candidate


@dataclass(frozen=True, slots=True)
class Limit:
    """What one tactic may take: heartbeats (unit of `maxHeartbeats`) and wall seconds."""

    heartbeats: int
    seconds: float


#: Each level is tried on every goal before the next becomes attractive: automation may take seconds where it fails.
LEVELS: tuple[Limit, ...] = (Limit(2_500, 2.0), Limit(15_000, 10.0), Limit(80_000, 40.0))


@dataclass(slots=True)
class Agenda:
    """Candidates of one node, best first. A candidate that ran out of time comes back with a larger limit, later.

    `penalty`: what a level costs, as a log-probability.
    """

    levels: int = len(LEVELS)
    penalty: float = -2.0
    draws: int = 0
    dry: bool = False
    _heap: list[tuple[float, int, int, Candidate]] = field(default_factory=list[tuple[float, int, int, Candidate]])
    _seen: set[str] = field(default_factory=set[str])
    _count: int = 0

    def add(self, candidates: Iterable[Candidate]) -> int:
        """Takes in candidates whose text is new here; the number of those."""
        before = self._count
        for candidate in candidates:
            if candidate.text not in self._seen:
                self._seen.add(candidate.text)
                self._push(candidate, min(candidate.effort, self.levels - 1))
        return self._count - before

    def again(self, candidate: Candidate, level: int) -> bool:
        """Puts a candidate back for the level after `level`; False when there is none."""
        if level + 1 >= self.levels:
            return False
        self._push(candidate, level + 1)
        return True

    def put_back(self, candidate: Candidate, level: int) -> None:
        """Puts back a candidate that was not reached."""
        self._push(candidate, level)

    def _push(self, candidate: Candidate, level: int) -> None:
        self._count += 1
        heapq.heappush(
            self._heap,
            (
                -(candidate.log_probability + self.penalty * max(0, level - candidate.effort)),
                self._count,
                level,
                candidate,
            ),
        )

    def copy(self) -> Agenda:
        """Another agenda with the same content."""
        return Agenda(self.levels, self.penalty, self.draws, self.dry, list(self._heap), set(self._seen), self._count)

    def take(self, width: int, window: float) -> tuple[int, list[Candidate]]:
        """The best candidates of one level: at most `width`, none worse than the best by more than `window`."""
        if not self._heap:
            return 0, []
        best, _, level, _ = self._heap[0]
        taken: list[Candidate] = []
        others: list[tuple[float, int, int, Candidate]] = []
        while self._heap and len(taken) < width and self._heap[0][0] <= best + window:
            entry = heapq.heappop(self._heap)
            if entry[2] == level:
                taken.append(entry[3])
            else:
                others.append(entry)
        for entry in others:
            heapq.heappush(self._heap, entry)
        return level, taken

    @property
    def best(self) -> float | None:
        """The belief in what would be tried next; None when nothing is left."""
        return -self._heap[0][0] if self._heap else None

    def __len__(self) -> int:
        return len(self._heap)
