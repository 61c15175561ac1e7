"""What the portfolio does with retrieved theorems."""

from __future__ import annotations

from prover.core.premise import Premise
from prover.core.state import Goal, Hypothesis, TacticState
from prover.generate import Portfolio, Request
from prover.generate.premises import use_premises
from prover.generate.priors import HAND_SET
from prover.generate.view import View

EQUATION = Premise("List.reverse_append", "M", "Eq", "List.reverse", "HAppend.hAppend")
DIVIDES = Premise("Nat.gcd_dvd_left", "M", "Dvd.dvd")
MINE = Premise("mine", "", "Eq", "", "Nat.add")


def texts(goal: Goal, *premises: Premise) -> list[str]:
    return [proposal.text for proposal in use_premises(View(goal, premises))]


def test_nothing_without_premises() -> None:
    assert texts(Goal("p", symbols=("Eq",))) == []


def test_equations_rewrite_where_their_sides_can_be_found() -> None:
    both = texts(Goal("…", symbols=("Eq", "List.reverse", "HAppend.hAppend")), EQUATION)
    assert {"rw [List.reverse_append]", "rw [← List.reverse_append]", "simp [List.reverse_append]"} <= set(both)
    left = texts(Goal("…", symbols=("Eq", "List.reverse")), EQUATION)
    assert "rw [List.reverse_append]" in left and "rw [← List.reverse_append]" not in left


def test_conclusions_are_applied_where_the_heads_agree() -> None:
    fits = texts(Goal("a ∣ b", symbols=("Dvd.dvd", "Nat")), DIVIDES)
    assert "apply Nat.gcd_dvd_left" in fits and not any(t.startswith("rw") for t in fits)
    assert "apply Nat.gcd_dvd_left" not in texts(Goal("a = b", symbols=("Eq", "Nat")), DIVIDES)


def test_own_equations_rewrite_though_a_side_is_a_variable() -> None:
    assert "rw [mine]" in texts(Goal("f 3 = 4", symbols=("Eq", "Nat")), MINE)
    library = Premise("general", "M", "Eq", "", "")
    assert "rw [general]" not in texts(Goal("f 3 = 4", symbols=("Eq", "Nat")), library)


def test_hypotheses_are_simplified_too() -> None:
    goal = Goal("a = b", (Hypothesis("h", "c = d", is_prop=True),), symbols=("Eq",))
    assert "simp [List.reverse_append] at *" in texts(goal, EQUATION)
    assert not any("at *" in t for t in texts(Goal("a = b", symbols=("Eq",)), EQUATION))


def test_few_however_many_were_found() -> None:
    many = [Premise(f"T.t{i}", "M", "Eq", "F", "F") for i in range(100)]
    found = list(use_premises(View(Goal("…", symbols=("Eq", "F")), tuple(many))))
    assert len(found) <= 32 and all(p.family in HAND_SET for p in found)
    ranks = [p.shift for p in found if p.family == "premise_rw"]
    assert ranks == sorted(ranks, reverse=True), "the better a premise, the more it is believed in"


def test_the_portfolio_proposes_them() -> None:
    state = TacticState((Goal("a.gcd b ∣ a", symbols=("Dvd.dvd", "Nat", "Nat.gcd")),), "f")
    found = {c.text: c.source for c in Portfolio().propose(Request(state, premises=(DIVIDES,)))}
    assert found["apply Nat.gcd_dvd_left"] == "portfolio/premise_apply"
    assert "apply Nat.gcd_dvd_left" not in {c.text for c in Portfolio().propose(Request(state))}
