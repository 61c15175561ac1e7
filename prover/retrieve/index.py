"""A search among theorems: BM25 over words, overlap of symbols, usefulness in earlier proofs."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from prover.core.premise import Premise
from prover.retrieve.bm25 import Bm25
from prover.retrieve.query import Query
from prover.retrieve.words import name_words, statement_words

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Scores = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each part of a score counts. Each part is between 0 and 1 for the theorems of one query."""

    bm25: float = 0.25
    overlap: float = 1.0
    usefulness: float = 0.6


#: For queries that are words only: who names what is meant wants that, and not what is used most.
_FOR_WORDS = Weights(1.0, 0.0, 0.1)


@dataclass(frozen=True, slots=True)
class Found:
    """A theorem and how well it fits: a number that says something only beside the others of one query."""

    premise: Premise
    score: float


class Index:
    """Theorems to be searched. `uses`: how often each was used in earlier proofs.

    Names below `Lean.` serve programs about proofs: they are found only by queries that mention such names.
    Queries take milliseconds for tens of thousands of theorems, and equal ones give equal answers.
    """

    def __init__(self, premises: Sequence[Premise], uses: Mapping[str, int], bm25: Bm25 | None = None) -> None:
        self.premises = tuple(premises)
        self.bm25 = bm25 or Bm25([statement_words(p.name, p.constants) for p in self.premises])
        self._uses = uses

    def __len__(self) -> int:
        return len(self.premises)

    @cached_property
    def numbers(self) -> dict[str, int]:
        """Each theorem's place by its name."""
        return {premise.name: i for i, premise in enumerate(self.premises)}

    @cached_property
    def _postings(self) -> dict[str, NDArray[np.int32]]:
        """For each constant, the theorems whose statement mentions it."""
        import numpy as np

        found: dict[str, list[int]] = {}
        for number, premise in enumerate(self.premises):
            for constant in premise.constants:
                found.setdefault(constant, []).append(number)
        return {constant: np.array(numbers, dtype=np.int32) for constant, numbers in found.items()}

    def rarity(self, constant: str) -> float:
        """What it says that two statements share a constant: the logarithm of how rare it is."""
        common = len(self._postings.get(constant, ()))
        return math.log(1 + len(self.premises) / (1 + common))

    @cached_property
    def _sizes(self) -> Scores:
        """For each theorem, the rarity of all it mentions."""
        import numpy as np

        sizes = np.zeros(len(self.premises), dtype=np.float32)
        for constant, numbers in self._postings.items():
            sizes[numbers] += self.rarity(constant)
        return sizes

    @cached_property
    def _useful(self) -> Scores:
        import numpy as np

        found = np.array([math.log1p(self._uses.get(p.name, 0)) for p in self.premises], dtype=np.float32)
        return _scaled(found)

    @cached_property
    def _meta(self) -> NDArray[np.bool_]:
        import numpy as np

        return np.array([p.name.startswith("Lean.") for p in self.premises], dtype=bool)

    def scores(self, query: Query, weights: Weights = Weights()) -> Scores:
        """The score of every theorem; below zero: not to be offered."""
        import numpy as np

        if not query.symbols:
            weights = _FOR_WORDS
        words = _scaled(self.bm25.scores(query.words)) if weights.bm25 and query.words else 0.0
        shared = _scaled(self.overlap(query.symbols)) if weights.overlap and query.symbols else 0.0
        matched = weights.bm25 * words + weights.overlap * shared
        total = np.zeros(len(self.premises), dtype=np.float32) + matched
        total += weights.usefulness * self._useful * (total > 0)
        if not query.about_lean:
            total[self._meta] = -1.0
        return total

    def overlap(self, symbols: Mapping[str, float]) -> Scores:
        """How much of what a theorem mentions the query mentions too, rare constants counting more."""
        import numpy as np

        shared = np.zeros(len(self.premises), dtype=np.float32)
        for constant, weight in symbols.items():
            numbers = self._postings.get(constant)
            if numbers is not None:
                shared[numbers] += weight * self.rarity(constant)
        whole = sum(weight * self.rarity(constant) for constant, weight in symbols.items())
        return shared / np.sqrt(1.0 + self._sizes * whole).astype(np.float32)

    def find(self, query: Query, k: int, *, avoid: Collection[str] = (), weights: Weights = Weights()) -> list[Found]:
        """The `k` best theorems, best first; those in `avoid` and those that share nothing left out."""
        import numpy as np

        scores = self.scores(query, weights)
        for name in avoid:
            number = self.numbers.get(name)
            if number is not None:
                scores[number] = -1.0
        if not len(scores) or k <= 0:
            return []
        best = np.argpartition(-scores, min(k, len(scores)) - 1)[:k]
        # Equal scores: by place, so that the answer depends on nothing else.
        floor = scores[best].min()
        among = np.flatnonzero(scores >= max(floor, np.float32(1e-6)))
        ranked = among[np.argsort(-scores[among], kind="stable")][:k]
        return [Found(self.premises[int(i)], float(scores[i])) for i in ranked]


def rank_own(premises: Iterable[Premise], query: Query, index: Index, k: int) -> list[Found]:
    """The `k` of a file's own theorems that share most with the query; constants are as rare as in `index`.

    A query without constants is compared with the words of their names.
    """
    found: list[Found] = []
    whole = sum(weight * index.rarity(c) for c, weight in query.symbols.items())
    for premise in premises:
        shared = sum(query.symbols.get(c, 0.0) * index.rarity(c) for c in premise.constants)
        size = sum(index.rarity(c) for c in premise.constants)
        if not query.symbols:
            shared, size = sum(word in name_words(premise.name) for word in query.words), 0.0
        if shared > 0:
            found.append(Found(premise, shared / math.sqrt(1.0 + size * whole)))
    return sorted(found, key=lambda f: -f.score)[:k]


def _scaled(scores: Scores) -> Scores:
    most = float(scores.max(initial=0.0))
    return scores / most if most > 0 else scores
