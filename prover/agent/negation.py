"""A theorem's statement as a hypothesis from which `False` is to be proved, on a worker."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field, replace

from prover.agent.instances import STATEMENT, Table
from prover.agent.refutation import refutation_header
from prover.core.state import Goal
from prover.lean import Worker

#: For reading the statement, or a text that stands before it.
OPEN_SECONDS = 30.0
_UNIVERSES = 4
_UNIVERSE = re.compile(r"\b(?:Type|Sort) (?:\(|[^\W\d])")


@dataclass(frozen=True, slots=True)
class Opened:
    """The goal `False` on a table, the statement there as Lean prints it, and that goal."""

    table: Table
    statement: str
    goal: Goal


@dataclass(slots=True)
class Negation:
    """The negation of theorem `name`. `quoted`: write the name between guillemets; `deadline`, `avoid`: as in `Table`.

    `header`: the statement of its proof, and `chosen` what that leaves open, once universes are chosen. `states`,
    `envs`: what is to be released.
    """

    worker: Worker
    name: str
    quoted: bool
    deadline: float
    avoid: tuple[str, ...] = ()
    header: str = ""
    chosen: tuple[int, str] | None = None
    states: list[int] = field(default_factory=list[int])
    envs: list[int] = field(default_factory=list[int])

    @property
    def at_lowest(self) -> bool:
        """Whether it is about the statement at its lowest universes only."""
        return ".{" in self.header

    async def begin(self, env: int) -> Opened | None:
        """The statement opened in `env`, at its lowest universes where it has any: the refutation is about that."""
        return await self._opened(self.chosen) if await self._choose_universes(env) and self.chosen else None

    async def _choose_universes(self, env: int) -> bool:
        self.header = refutation_header(self.name, quoted=self.quoted)
        opened = await self._state(env, self.header)
        if opened is None or not _UNIVERSE.search(opened[1]):
            self.chosen = opened
            return opened is not None
        for count in range(1, _UNIVERSES + 1):
            # Sort 1 is where data begins, Type 0 likewise.
            for levels in sorted(itertools.product("01", repeat=count), reverse="Sort" in opened[1]):
                header = refutation_header(self.name, quoted=self.quoted, levels=f".{{{', '.join(levels)}}}")
                self.chosen = await self._state(env, header)
                if self.chosen is not None:
                    self.header = header
                    return True
        return False

    async def open(self, env: int) -> Opened | None:
        """The statement opened in an environment that declares it."""
        state = await self._state(env, self.header)
        return None if state is None else await self._opened(state)

    async def _opened(self, state: tuple[int, str]) -> Opened | None:
        table = Table(self.worker, state[0], self.deadline, self.states, self.avoid)
        begun = await table.open(f"intro {STATEMENT}")
        if begun is None:
            return None
        return Opened(replace(table, state=begun.handle), state[1].removeprefix("¬"), begun.state.goals[0])

    async def after(self, env: int, text: str) -> int | None:
        """An environment with commands of ours after `env`; None where they took too long."""
        made = await self.worker.elaborate(env, text, keep=True, wall_seconds=OPEN_SECONDS)
        if made.stopped:
            return None
        self.envs.append(made.env)
        return made.env

    async def release(self) -> None:
        """Frees all states and environments that were made."""
        await self.worker.release(states=self.states, envs=self.envs)

    async def _state(self, env: int, header: str) -> tuple[int, str] | None:
        """The goal that a header leaves open, and that as it is printed."""
        opened = await self.worker.elaborate(env, f"{header} by sorry\n", holes=True, wall_seconds=OPEN_SECONDS)
        states = [h.state for h in opened.holes if h.state is not None]
        self.states += states
        goals = opened.holes[0].goals if opened.holes else None
        if not opened.clean or len(states) != 1 or goals is None:
            return None
        return states[0], goals.goals[0].target
