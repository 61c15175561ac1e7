"""What is left to try on each node: candidates, cheapest limits first."""

from __future__ import annotations

from array import array
from bisect import insort_left
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from prover.core.candidate import Candidate


@dataclass(frozen=True, slots=True)
class Limit:
    """What one tactic may take: heartbeats (unit of `maxHeartbeats`) and wall seconds."""

    heartbeats: int
    seconds: float


#: Each level is tried on every goal before the next becomes attractive: automation may take seconds where it fails.
LEVELS: tuple[Limit, ...] = (Limit(2_500, 2.0), Limit(15_000, 10.0), Limit(80_000, 40.0))


class Agenda:
    """Candidates of one node, best first. A candidate that ran out of time comes back with a larger limit, later.

    `penalty`: what a level costs, as a log-probability. Small, since a search has one for each goal it worked on: the
    candidates that wait stand in one list a level, worst first, and of the others only a hash of the text is kept.
    """

    __slots__ = ("_taken", "_waiting", "draws", "dry", "fruitless", "penalty")

    def __init__(self, levels: int = len(LEVELS), penalty: float = -2.0) -> None:
        self.penalty = penalty
        self.draws = 0
        self.dry = False
        self.fruitless = 0
        self._waiting: list[list[Candidate]] = [[] for _ in range(levels)]
        self._taken = array("q")

    def add(self, candidates: Iterable[Candidate]) -> int:
        """Takes in candidates whose text is new here; the number of those."""
        seen = {*self._taken, *(hash(c.text) for level in self._waiting for c in level)}
        before = len(seen)
        for candidate in candidates:
            text = hash(candidate.text)
            if text not in seen:
                seen.add(text)
                self.put_back(candidate, min(candidate.effort, len(self._waiting) - 1))
        return len(seen) - before

    def again(self, candidate: Candidate, level: int) -> bool:
        """Puts a candidate back for the level after `level`; False when there is none."""
        if level + 1 >= len(self._waiting):
            return False
        self.put_back(candidate, level + 1)
        return True

    def put_back(self, candidate: Candidate, level: int) -> None:
        """Lets a candidate wait at a level, behind those of equal belief."""
        insort_left(self._waiting[level], candidate, key=partial(self._belief, level))

    def _belief(self, level: int, candidate: Candidate) -> float:
        return candidate.log_probability + self.penalty * max(0, level - candidate.effort)

    def copy(self) -> Agenda:
        """Another agenda with the same content."""
        other = Agenda(0, self.penalty)
        other.draws, other.dry, other.fruitless = self.draws, self.dry, self.fruitless
        other._waiting = [list(level) for level in self._waiting]
        other._taken = array("q", self._taken)
        return other

    def take(self, width: int, window: float) -> tuple[int, list[Candidate]]:
        """The best candidates of one level: at most `width`, none worse than the best by more than `window`."""
        best = self.best
        if best is None:
            return 0, []
        level = next(i for i, waiting in enumerate(self._waiting) if waiting and self._belief(i, waiting[-1]) == best)
        waiting = self._waiting[level]
        taken: list[Candidate] = []
        while waiting and len(taken) < width and self._belief(level, waiting[-1]) >= best - window:
            taken.append(waiting.pop())
        self._taken.extend(hash(c.text) for c in taken)
        return level, taken

    @property
    def best(self) -> float | None:
        """The belief in what would be tried next; None when nothing is left."""
        tops = [self._belief(i, waiting[-1]) for i, waiting in enumerate(self._waiting) if waiting]
        return max(tops) if tops else None

    def __len__(self) -> int:
        return sum(map(len, self._waiting))
