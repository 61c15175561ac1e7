"""Premises for the goals of one proof: from the imports, and from the file itself."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from prover.core.premise import Premise
from prover.core.state import Goal
from prover.retrieve.index import Found, Index, rank_own
from prover.retrieve.query import Query

#: How many of a file's own theorems may stand before those of its imports.
_OWN = 6


class Shelf:
    """What a proof may use: `index`, and `own`, the file's theorems before it; nothing in `avoid`.

    As a function it gives the `k` best premises for a goal. The file's own theorems that share constants with it come
    first. A goal that was asked for before is answered from memory.
    """

    def __init__(self, index: Index, own: Sequence[Premise] = (), *, avoid: Collection[str] = (), k: int = 16) -> None:
        self._index = index
        self._avoid = frozenset(avoid)
        self._own = [premise for premise in own if premise.name not in self._avoid]
        self._k = k
        self._known: dict[tuple[tuple[str, ...], tuple[str, ...]], tuple[Premise, ...]] = {}

    def __call__(self, goal: Goal) -> tuple[Premise, ...]:
        key = goal.symbols, goal.around
        if not goal.symbols:
            return ()
        known = self._known.get(key)
        if known is None:
            found = self.find(Query.of_goal(goal), self._k, own=_OWN)
            known = self._known[key] = tuple(f.premise for f in found)
        return known

    def find(self, query: Query, k: int, *, own: int) -> list[Found]:
        """The `k` best for a query, at most `own` of them from the file itself."""
        first = rank_own(self._own, query, self._index, own)
        return [*first, *self._index.find(query, k, avoid=self._avoid)][:k]
