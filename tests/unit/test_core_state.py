from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from prover.core.state import Goal, Hypothesis, TacticState


def state(*groups: int) -> TacticState:
    return TacticState(tuple(Goal(target=f"P{index}", group=group) for index, group in enumerate(groups)), "")


def test_goals_that_share_metavariables_stay_together() -> None:
    assert state(7, 2, 7, 0).groups() == [[0, 2], [1], [3]]


def test_no_goals_no_groups() -> None:
    assert state().groups() == []


@given(st.lists(st.integers(0, 5)))
def test_groups_partition_the_goals_in_order(numbers: list[int]) -> None:
    groups = state(*numbers).groups()
    assert sorted(index for group in groups for index in group) == list(range(len(numbers)))
    assert all(group == sorted(group) for group in groups)
    assert [group[0] for group in groups] == sorted(group[0] for group in groups)
    assert len({numbers[group[0]] for group in groups}) == len(groups)
    assert all(len({numbers[index] for index in group}) == 1 for group in groups)


def test_a_goal_shows_its_text_as_lean_printed_it() -> None:
    shown = TacticState((Goal(target="a = a", hypotheses=(Hypothesis("a", "Nat"),)), Goal(target="True")), "")
    assert str(shown) == "a : Nat\n⊢ a = a\n\n⊢ True"
