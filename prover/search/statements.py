"""What the theorems say that a generator is told of, asked of Lean once each."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Generic

from prover.core.premise import Premise
from prover.search.runner import Handle, Runner

#: Characters of a statement that is worth reading; of a longer one only the name is told.
LONGEST = 600


class Statements(Generic[Handle]):
    """Statements of theorems by name, for the states of one search: they all see the same theorems."""

    def __init__(self, runner: Runner[Handle]) -> None:
        self._runner = runner
        self._known: dict[str, str] = {}

    def unknown(self, premises: Sequence[Premise]) -> list[str]:
        """Names that Lean was not asked about yet."""
        return [p.name for p in premises if not p.signature and p.name not in self._known]

    async def ask(self, handle: Handle, names: Sequence[str]) -> None:
        """Asks Lean at a state. Only for who has the runner."""
        found = await self._runner.signatures(handle, names)
        for name in names:
            statement = " ".join(found.get(name, "").split())
            self._known[name] = statement if len(statement) <= LONGEST else ""

    def on(self, premises: Sequence[Premise]) -> tuple[Premise, ...]:
        """The premises with their statements, as far as they are known."""
        return tuple(
            dataclasses.replace(p, signature=self._known[p.name]) if self._known.get(p.name) else p for p in premises
        )
