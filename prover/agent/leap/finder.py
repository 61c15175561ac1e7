"""Theorems among the imports, found by words, with their statements as Lean prints them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from prover.core.premise import Premise
from prover.lean import Pool, Worker
from prover.retrieve import Index, Query, library


class Finder:
    """Looks theorems up for a file that begins with `before`. The index is made, or read from the cache, at first."""

    def __init__(self, pool: Pool, before: str) -> None:
        self._pool = pool
        self._before = before
        self._index: Index | None = None
        self._lock = asyncio.Lock()

    async def __call__(self, query: str, k: int) -> Sequence[Premise]:
        """The `k` best. Raises `LeanProcessError`, `UserError` for imports that cannot be had."""
        header = await self._pool.read_header(self._before)
        async with self._pool.lease(header.modules) as worker:
            async with self._lock:
                if self._index is None:
                    self._index = await library(worker, self._pool.engine)
            found = self._index.find(Query.of_words(query), k)
            return await _signed(worker, [entry.premise for entry in found])


async def _signed(worker: Worker, premises: Sequence[Premise]) -> list[Premise]:
    """With their statements, where Lean prints them."""
    said = await worker.signatures([premise.name for premise in premises], env=worker.env)
    return [replace(premise, signature=said.get(premise.name, "")) for premise in premises]
