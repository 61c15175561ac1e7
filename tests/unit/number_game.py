"""A made-up game with the shape of tactic proving, for searches without Lean.

A goal is a number. `dec` takes one off, `half` and `third` divide where they can, `split` leaves two independent goals
that add up to it, `pair` leaves two coupled goals, `zero` closes 0, `slow` closes 0 only with a large limit, `die`
loses the worker.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from prover.core.cut import Block, Cut, ScriptStep
from prover.core.errors import Crashed
from prover.core.outcome import Cost, Failed, Lost, Progress, Solved, TacticOutcome, TimedOut
from prover.core.state import Goal, TacticState
from prover.generate import Scripted

Numbers = tuple[int, ...]
SLOW_HEARTBEATS = 10_000


def state_of(numbers: Numbers, coupled: bool = False) -> TacticState:
    groups = [0] * len(numbers) if coupled else range(len(numbers))
    goals = tuple(Goal(str(n), group=g) for n, g in zip(numbers, groups, strict=True))
    return TacticState(goals, f"{numbers}{coupled}")


class Game:
    """A runner of the game. `calls` counts tactics run; `live` holds the handles not yet released."""

    def __init__(self, *start: int, coupled: bool = False) -> None:
        self.places: dict[int, tuple[Numbers, bool]] = {0: (start, coupled)}
        self.live = {0}
        self.calls: list[tuple[Numbers, str]] = []
        self.broken = False
        self.cuts: list[str] = []
        self.cannot_cut = False
        self.read: list[tuple[str, ...]] = []

    def _keep(self, numbers: Numbers, coupled: bool) -> int:
        handle = len(self.places)
        self.places[handle] = numbers, coupled
        self.live.add(handle)
        return handle

    async def root(self) -> tuple[int, TacticState]:
        return 0, state_of(*self.places[0])

    async def apply(
        self,
        handle: int,
        tactics: Sequence[str],
        *,
        heartbeats: int,
        wall_seconds: float,
        stop_at_solved: bool = True,
        **_: object,
    ) -> AsyncIterator[tuple[int, TacticOutcome[int]]]:
        assert handle in self.live, "a released state was asked for"
        assert wall_seconds > 0
        for index, tactic in enumerate(tactics):
            outcome = self.run(handle, tactic, heartbeats)
            yield index, outcome
            if isinstance(outcome, Solved) and stop_at_solved:
                return

    def run(self, handle: int, tactic: str, heartbeats: int) -> TacticOutcome[int]:
        numbers, coupled = self.places[handle]
        self.calls.append((numbers, tactic))
        if self.broken:
            raise Crashed("the machine is gone")
        for line in tactic.split("\n"):
            moved = self.move(numbers, coupled, line.strip(), heartbeats)
            if not isinstance(moved, tuple):
                return moved
            numbers, coupled = moved
        if not numbers:
            return Solved(cost=Cost(0.001, 1))
        return Progress(state_of(numbers, coupled), self._keep(numbers, coupled), cost=Cost(0.001, 1))

    def move(
        self, numbers: Numbers, coupled: bool, step: str, heartbeats: int
    ) -> tuple[Numbers, bool] | TacticOutcome[int]:
        bullet = step.startswith("· ")
        step = step.removeprefix("· ")
        if step.startswith("rotate_left"):
            turn = int(step.split()[1]) if " " in step else 1
            return numbers[turn:] + numbers[:turn], coupled
        if not numbers:
            return Failed("error", "no goals", cost=Cost(0.01, 3))
        first, rest = numbers[0], numbers[1:]
        match step:
            case "dec" if first > 0:
                return (first - 1, *rest), coupled
            case "half" if first > 0 and first % 2 == 0:
                return (first // 2, *rest), coupled
            case "third" if first > 0 and first % 3 == 0:
                return (first // 3, *rest), coupled
            case "split" if first > 1 and not bullet:
                return (first // 2, first - first // 2, *rest), coupled
            case "pair" if first > 1 and not bullet:
                return (first // 2, first - first // 2, *rest), True
            case "zero" if first == 0:
                return rest, coupled and len(rest) > 1
            case "slow" if first == 0:
                return (
                    (rest, coupled)
                    if heartbeats >= SLOW_HEARTBEATS
                    else TimedOut("heartbeats", Cost(0.001, heartbeats))
                )
            case "die":
                return Lost("crashed")
            case _:
                return Failed("error", f"{step} does nothing to {first}", cost=Cost(0.01, 3))

    async def cut(self, handle: int, script: str) -> Cut | None:
        """A line is a step, `???` is none. Deeper lines belong to it: in the block that `· ` begins, or, below
        `TACTIC with`, which does not run as it is written, each is the block of one goal."""
        self.cuts.append(script)
        return None if self.cannot_cut else _cut(script)

    async def signatures(self, handle: int, names: Sequence[str]) -> dict[str, str]:
        """Every theorem says that it is one, but those called `silent`."""
        self.read.append(tuple(names))
        return {name: f"{name} : theorem" for name in names if name != "silent"}

    async def focus(self, handle: int, goals: Sequence[int]) -> tuple[int, TacticState]:
        numbers, coupled = self.places[handle]
        part = tuple(numbers[i] for i in goals)
        kept = self._keep(part, coupled and len(part) > 1)
        return kept, state_of(*self.places[kept])

    async def release(self, handles: Sequence[int]) -> None:
        for handle in handles:
            self.live.discard(handle)


def _cut(script: str) -> Cut:
    steps: list[ScriptStep] = []
    lines = script.split("\n")
    while lines:
        line, inside = lines.pop(0), list[str]()
        while lines and lines[0].startswith("  "):
            inside.append(lines.pop(0)[2:])
        text = "\n  ".join([line, *inside])
        if line == "???":
            return Cut(tuple(steps), "unknown tactic")
        if line.startswith("· "):
            steps.append(ScriptStep(text, "focus", blocks=(Block(_cut("\n".join([line[2:], *inside])).steps),)))
        elif line.endswith(" with"):
            blocks = tuple(Block(_cut(arm.replace("; ", "\n")).steps) for arm in inside)
            steps.append(ScriptStep(text, "arms", line.removesuffix(" with"), blocks))
        else:
            steps.append(ScriptStep(line))
    return Cut(tuple(steps))


def always(*tactics: str) -> Scripted:
    return Scripted(lambda _: tactics)
