"""Goals stated as theorems: how names, values and universes are written, and when a goal cannot be stated."""

from __future__ import annotations

import pytest

from prover.core.state import Goal, Hypothesis
from prover.generate.statement import Statement, stated


def test_hypotheses_are_binders_in_their_order() -> None:
    goal = Goal("x = y", (Hypothesis("x", "ℕ"), Hypothesis("y", "ℕ"), Hypothesis("h", "x ≤\n  y", is_prop=True)))
    assert stated(goal, "t") == Statement("theorem t (x y : ℕ) (h : x ≤ y) : x = y")


def test_instances_that_nothing_mentions_stay_without_a_name() -> None:
    hidden = Hypothesis("inst", "Group G", inaccessible=True, is_instance=True)
    goal = Goal("g = g", (Hypothesis("G", "Type u_1"), hidden, Hypothesis("g", "G")))
    assert stated(goal) == Statement("theorem goal.{u_1} (G : Type u_1) [Group G] (g : G) : g = g")
    named = Goal("f inst✝ = g", goal.hypotheses)
    assert stated(named) == Statement(
        "theorem goal.{u_1} (G : Type u_1) [inst_1 : Group G] (g : G) : f inst_1 = g", ("rename_i inst_1",)
    )


def test_universes_are_those_of_types_only() -> None:
    hypotheses = (Hypothesis("α", "Type u"), Hypothesis("F", "α → Sort (max u v)"), Hypothesis("u", "α"))
    statement = stated(Goal("u = u", hypotheses))
    assert statement is not None
    assert statement.text.startswith("theorem goal.{u, v} (α : Type u)")


def test_names_that_cannot_be_written_get_new_ones() -> None:
    hidden, used = Hypothesis("x", "ℕ"), Hypothesis("h", "x✝ = 1", is_prop=True)
    goal = Goal("x✝ < x", (hidden, used, Hypothesis("x", "ℕ"), Hypothesis("x_1", "ℕ")))
    assert stated(goal) == Statement("theorem goal (x_2 : ℕ) (h : x_2 = 1) (x x_1 : ℕ) : x_2 < x", ("rename_i x_2",))


def test_unnamed_hypotheses_that_nothing_mentions_may_share_a_name() -> None:
    unnamed = tuple(Hypothesis("a", type_, is_prop=True, inaccessible=True) for type_ in ("p", "q"))
    statement = Statement("theorem goal (a_1 : p) (a_2 : q) : p ∧ q", ("rename_i a_1 a_2",))
    assert stated(Goal("p ∧ q", unnamed)) == statement


def test_from_the_first_value_on_hypotheses_are_reverted() -> None:
    local, fact = Hypothesis("k", "ℕ", value="x + 1"), Hypothesis("h", "0 < k", is_prop=True)
    statement = Statement("theorem goal (x : ℕ) : let k : ℕ := x + 1; ∀ (h : 0 < k), x < k", ("revert k h",))
    assert stated(Goal("x < k", (Hypothesis("x", "ℕ"), local, fact))) == statement


@pytest.mark.parametrize(
    "goal",
    [
        Goal("ℕ", is_prop=False),
        Goal("?w = 2"),
        Goal("?m.101 = 2"),
        Goal("f ⋯ = 2"),
        Goal("f sorry = 2"),
        Goal("∀ (y✝ : ℕ), y✝ = y✝"),
        Goal("x✝ = 0", (Hypothesis("x", "ℕ", inaccessible=True), Hypothesis("x", "ℤ", inaccessible=True))),
        Goal("x✝ = 0", (Hypothesis("x", "ℕ"), Hypothesis("x", "ℤ", inaccessible=True), Hypothesis("x", "ℤ"))),
    ],
    ids=lambda goal: goal.target,
)
def test_what_printing_does_not_say_is_not_stated(goal: Goal) -> None:
    assert stated(goal) is None
