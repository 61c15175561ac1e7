"""One goal to be closed, and what a solver answers: the seam between filling a file and searching."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from prover.agent.obligation import Obligation
from prover.agent.statement import statement_of
from prover.agent.workbench import Workbench
from prover.core.theorem import Theorem


@dataclass(frozen=True, slots=True)
class Attempt:
    """One goal to close: its live state on the bench's worker, its limit, what a proof must not use.

    `reopen` gives the state's number again after the bench renewed its worker. `obligation`: the declaration it belongs
    to. `refuting`: the goal is the negation of what that states.
    """

    bench: Workbench
    reopen: Callable[[], int]
    seconds: float
    avoid: tuple[str, ...]
    obligation: Obligation
    refuting: bool = False

    @property
    def name(self) -> str:
        """What the declaration is called in results."""
        return self.obligation.label

    def before(self) -> int:
        """The environment that the declaration was elaborated in, on the bench's worker."""
        return self.bench.before(self.obligation.command)

    @property
    def theorem(self) -> Theorem | None:
        """The statement as text, where the goal is all of it."""
        if self.refuting:
            return None
        return statement_of(self.bench.source, self.bench.header.end, self.obligation)


@dataclass(frozen=True, slots=True)
class Solution:
    """A script that leaves no goals (rung 1), or why there is none (`stopped`).

    `first`: the script as it was found, where `script` is one made from it; for when that is refused later.
    """

    script: str | None
    stopped: str
    statistics: dict[str, Any] = field(default_factory=dict[str, Any])
    first: str | None = None


Solve: TypeAlias = Callable[[Attempt], Awaitable[Solution]]
