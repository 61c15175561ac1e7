"""Short proofs of one statement from another: the same up to the order of binders, or by automation."""

from __future__ import annotations

import itertools
import time
from collections.abc import Sequence

from prover.core.errors import LeanProcessError
from prover.core.outcome import Progress, Solved
from prover.formalize.joint import Joint
from prover.lean import Worker

#: These use the other statement as it is: what they prove says the same in another order.
_CLOSING = "first | assumption | omega | (simp_all; done) | grind"
_TURNED = "first | apply Eq.symm | apply And.symm | apply Iff.symm | apply Or.symm | apply Ne.symm"
_BY_FORM = (
    "exact h",
    "intros; exact h ..",
    "intros; exact (h ..).symm",
    "intros; apply h <;> assumption",
    f"intros; ({_TURNED}); apply h <;> assumption",
    f"intros; apply h <;> {_CLOSING}",
    f"intros; ({_TURNED}); apply h <;> {_CLOSING}",
)
#: These may prove a statement without the other; tried where they do not.
_BY_AUTOMATION = (
    "simpa using h",
    "grind",
    "intros; simpa using h ..",
    "intros; grind",
    "intros; have := h ..; omega",
    "obtain ⟨x, hx⟩ := h; exact ⟨x, by first | assumption | omega | (simp_all; done) | grind⟩",
)
_ALONE = ("grind", "omega", "simp", "decide", "intros; omega", "intros; simp_all", "intros; grind")
_HEARTBEATS = 40_000
#: For what counts no heartbeats: those are the limit, on a busy machine too.
_TACTIC_SECONDS = 30.0
_MOST_ORDERS = 6


class Implications:
    """Proofs between the drafts of one file, until `deadline` (monotonic). Raises `LeanProcessError`."""

    def __init__(self, worker: Worker, joint: Joint, deadline: float) -> None:
        self._worker = worker
        self._joint = joint
        self._deadline = deadline
        self._alone: dict[int, bool] = {}

    @property
    def over(self) -> bool:
        return time.monotonic() >= self._deadline

    @property
    def by_themselves(self) -> tuple[int, ...]:
        """Drafts that were found to be proved by automation."""
        return tuple(sorted(number for number, proved in self._alone.items() if proved))

    async def prove(self, i: int, j: int) -> str:
        """Tactics that prove draft j from `h`, draft i; empty where none is found."""
        statement = self._joint.implication(i, j)
        state = await self._opened(statement) if statement else None
        if state is None:
            return ""
        found = await self._first(state, _BY_FORM)
        if not found and not await self.alone(j):
            found = await self._first(state, _BY_AUTOMATION) or await self._at_variables(state)
        await self._worker.release([state])
        return found

    async def alone(self, j: int) -> bool:
        """Whether automation proves draft j from nothing."""
        if j not in self._alone:
            state = await self._opened(self._joint.alone(j))
            self._alone[j] = state is not None and bool(await self._first(state, _ALONE))
            if state is not None:
                await self._worker.release([state])
        return self._alone[j]

    async def _at_variables(self, state: int) -> str:
        """The other statement at this one's variables, in one order or another."""
        async for _, outcome in self._worker.apply(state, ["intros"], wall_seconds=_TACTIC_SECONDS):
            if not isinstance(outcome, Progress) or len(outcome.state.goals) != 1:
                return ""
            hypotheses = outcome.state.goals[0].hypotheses[1:]
            await self._worker.release([outcome.handle])
            names = [f"x{number}" for number in range(len(hypotheses))]
            data = [n for n, h in zip(names, hypotheses, strict=True) if not h.is_prop]
            orders = itertools.islice(itertools.permutations(data), _MOST_ORDERS)
            tactics = [_at(names, order) for order in orders]
            return await self._first(state, tactics) if data else ""
        return ""

    async def _opened(self, statement: str) -> int | None:
        text = f"{statement} := by\n  sorry\n"
        read = await self._worker.elaborate(self._joint.env, text, holes=True, wall_seconds=_TACTIC_SECONDS * 2)
        states = [hole.state for hole in read.holes if hole.state is not None]
        return states[0] if read.clean and len(states) == 1 else None

    async def _first(self, state: int, tactics: Sequence[str]) -> str:
        """The first that closes the goal, the drafts themselves, which are not proved, left out of it."""
        left = self._deadline - time.monotonic()
        if left <= 0:
            return ""
        found = ""
        try:
            async for index, outcome in self._worker.apply(
                state,
                tactics,
                heartbeats=_HEARTBEATS,
                wall_seconds=_TACTIC_SECONDS,
                total_seconds=left,
                avoid=list(self._joint.names.values()),
            ):
                if isinstance(outcome, Solved):
                    found = tactics[index]
        except LeanProcessError:
            if not self._worker.alive:
                raise
        return found


def _at(names: Sequence[str], order: Sequence[str]) -> str:
    intro = f"intro {' '.join(names)}"
    return f"{intro}; have at_these := h {' '.join(order)}; {_CLOSING}"
