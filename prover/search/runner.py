"""The seam between the search and whatever runs tactics."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Protocol, TypeVar

from prover.core.cut import Cut
from prover.core.outcome import TacticOutcome
from prover.core.state import TacticState

Handle = TypeVar("Handle")


class Runner(Protocol[Handle]):
    """Runs tactics on states it owns. A handle names a state until it is released, whatever happens to processes.

    Raises `LeanProcessError` only when it cannot go on at all; a tactic that costs a process is a `Lost` outcome.
    """

    async def root(self) -> tuple[Handle, TacticState]:
        """The state to prove."""
        ...

    def apply(
        self,
        handle: Handle,
        tactics: Sequence[str],
        *,
        heartbeats: int,
        wall_seconds: float,
        total_seconds: float | None = None,
        stop_at_solved: bool = True,
    ) -> AsyncIterator[tuple[int, TacticOutcome[Handle]]]:
        """Tries tactics in turn; yields (index, outcome) as they come. Tactics not reached are not reported.

        `heartbeats` (unit of `maxHeartbeats`) and `wall_seconds` bound each tactic, `total_seconds` all of them.
        """
        ...

    async def focus(self, handle: Handle, goals: Sequence[int]) -> tuple[Handle, TacticState]:
        """A new state with only these goals of another; they share no metavariable with the rest."""
        ...

    async def cut(self, handle: Handle, script: str) -> Cut | None:
        """The steps of a script that is meant for a state; None where scripts cannot be cut. Nothing is run."""
        ...

    async def signatures(self, handle: Handle, names: Sequence[str]) -> Mapping[str, str]:
        """The statements of theorems as Lean prints them at a state; without those it cannot or does not print."""
        ...

    async def release(self, handles: Sequence[Handle]) -> None:
        """These states will not be asked for again."""
        ...
