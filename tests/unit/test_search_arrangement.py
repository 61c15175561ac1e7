"""Which goal a block is about: by place, by name, and not at all where the goals are not those of such a step."""

from __future__ import annotations

import pytest

from prover.core.cut import Block, ScriptStep
from prover.core.state import Goal, TacticState
from prover.search.arrangement import arrangement, of_case


def state(*goals: str) -> TacticState:
    """Goals as `CASE:TARGET`."""
    return TacticState(tuple(Goal(g.rpartition(":")[2], case=g.rpartition(":")[0]) for g in goals), " ".join(goals))


def step(kind: str, *cases: str) -> ScriptStep:
    return ScriptStep("x", kind, "y", tuple(Block((), case) for case in cases))


@pytest.mark.parametrize(
    ("of", "before", "after", "blocks", "rest"),
    [
        (step("have", ""), ["t"], ["t", "h"], [1], [0]),
        (step("have", ""), ["t", "other"], ["t", "h", "other"], [1], [0, 2]),
        (step("suffices", ""), ["t"], ["t", "s"], [0], [1]),
        (step("obtain", ""), ["t"], ["e", "t", "u"], [0], [1, 2]),
        (step("arms", "zero", "succ"), ["t"], ["a.zero:z", "a.succ:s"], [0, 1], []),
        (step("arms", "", ""), ["t", "other"], ["z", "s", "other"], [0, 1], [2]),
        (step("calc", "", ""), ["t"], ["a", "b"], [0, 1], []),
        (step("calc", ""), ["t"], ["a", "calc.step:b"], [0], [1]),
    ],
)
def test_each_goal_has_its_place(
    of: ScriptStep, before: list[str], after: list[str], blocks: list[int], rest: list[int]
) -> None:
    found = arrangement(of, state(*before), state(*after))
    assert found is not None and (list(found.blocks), list(found.rest)) == (blocks, rest)


@pytest.mark.parametrize(
    ("of", "before", "after"),
    [
        (step("have", ""), ["t"], ["t"]),
        (step("have", ""), ["t"], ["t", "h", "more"]),
        (step("have", ""), ["t"], ["h", "t"]),
        (step("suffices", ""), ["t"], ["s", "t"]),
        (step("obtain", ""), ["t"], ["t"]),
        (step("arms", "zero", "succ"), ["t"], ["succ:s", "zero:z"]),
        (step("arms", "", ""), ["t"], ["a", "b", "c"]),
        (step("calc", ""), ["t"], ["a", "b", "c"]),
        (step("unheard of", ""), ["t"], ["t"]),
    ],
)
def test_other_goals_than_such_a_step_leaves(of: ScriptStep, before: list[str], after: list[str]) -> None:
    assert arrangement(of, state(*before), state(*after)) is None


def test_a_case_is_the_one_called_so_before_one_that_ends_or_begins_so() -> None:
    goals = state("inl.x:a", "b.inl:b", "inl:c").goals
    assert [of_case("inl", goals), of_case("inl", goals[:2]), of_case("inl", goals[:1]), of_case("l", goals)] == [
        2,
        1,
        0,
        None,
    ]
