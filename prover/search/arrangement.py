"""Which goal belongs to which block of a step that was run with its blocks left open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from prover.core.cut import ScriptStep
from prover.core.state import Goal, TacticState


@dataclass(frozen=True, slots=True)
class Arrangement:
    """Numbers of goals: that of each block, and those with which the script goes on."""

    blocks: tuple[int, ...]
    rest: tuple[int, ...]


def arrangement(step: ScriptStep, before: TacticState, after: TacticState) -> Arrangement | None:
    """Whose goals those in `after` are, which `step.head` left of the first one of `before`.

    None where they are not what such a step leaves: another number, other cases, or a target that should have stayed.
    """
    count, others = len(after.goals), len(before.goals) - 1
    blocks, left = len(step.blocks), len(after.goals) - len(step.blocks) - others
    target = before.goals[0].target
    match step.kind:
        case "have" if left == blocks == 1 and after.goals[0].target == target:
            return Arrangement((1,), (0, *range(2, count)))
        case "suffices" if left == blocks == 1 and after.goals[0].target == target:
            return Arrangement((0,), tuple(range(1, count)))
        case "obtain" if left >= 1 and blocks == 1:
            return Arrangement((0,), tuple(range(1, count)))
        case "calc" if left in (0, 1):
            return Arrangement(tuple(range(blocks)), tuple(range(blocks, count)))
        case "arms" if left == 0 and all(
            not block.case or is_case(goal, block.case) for block, goal in zip(step.blocks, after.goals, strict=False)
        ):
            return Arrangement(tuple(range(blocks)), tuple(range(blocks, count)))
        case _:
            return None


def is_case(goal: Goal, name: str) -> bool:
    """Whether a goal is called so, as far as the name is written out."""
    return goal.case == name or goal.case.endswith(f".{name}")


def of_case(name: str, goals: Sequence[Goal]) -> int | None:
    """The number of the goal that `case` takes by a name: called so, else ending so, else beginning so."""
    ways = (
        [goal.case == name for goal in goals],
        [goal.case.endswith(f".{name}") for goal in goals],
        [goal.case.startswith(f"{name}.") for goal in goals],
    )
    return next((way.index(True) for way in ways if True in way), None)
