"""How holes are to be filled, in the words of the command's options."""

from __future__ import annotations

from dataclasses import dataclass

from prover.agent import FillOptions
from prover.core.budget import Budget
from prover.core.errors import UserError
from prover.search import FRONTIERS

_REFUTE_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class ProveOptions:
    """How holes are filled.

    `seconds`: wall limit of the search for each target; a tenth of it goes to the negation where `refute`. `jobs`:
    targets worked on at once. `assume_open`: proofs may use declarations that are still open. `frontier`: which goal
    comes next, a name in `prover.search.FRONTIERS`. `premises`: offer theorems of the imports to the search.
    `tokens`, `money`, `calls`, `lean_seconds`: what a model may cost, for each target, with an agent in all (money in
    the price table's currency; calls and Lean seconds for agents). `depth`: an agent only plans lemmas, so deep.
    """

    seconds: float = 60.0
    refute: bool = True
    jobs: int = 1
    assume_open: bool = False
    frontier: str = "best"
    premises: bool = True
    tokens: int | None = None
    money: float | None = None
    calls: int | None = None
    lean_seconds: float | None = None
    depth: int | None = None

    def checked(self) -> ProveOptions:
        """Itself. Raises `UserError` (`no_frontier`, `bad_option`) for options that make no sense."""
        if self.frontier not in FRONTIERS:
            known = ", ".join(FRONTIERS)
            raise UserError(f"there is no frontier {self.frontier!r}", code="no_frontier", hint=f"one of: {known}")
        if not self.seconds > 0 or self.jobs < 1:
            raise UserError("seconds and jobs must be more than nothing", code="bad_option")
        return self

    def filling(self, *, refutes: bool = True) -> FillOptions:
        """The filler's part. `refutes`: whether the engine can refute at all."""
        share = _REFUTE_SHARE if self.refute and refutes else 0.0
        return FillOptions(seconds=self.seconds, refute_share=share, jobs=self.jobs, assume_open=self.assume_open)

    @property
    def budget(self) -> Budget:
        """The agent's budget: seconds for each target, the rest in all."""
        return Budget(
            seconds=self.seconds,
            tokens=self.tokens,
            money=self.money,
            calls=self.calls,
            lean_seconds=self.lean_seconds,
        )


#: As the command does it without options.
DEFAULT = ProveOptions()
