"""A small request, on which recipes are tried and shown."""

from __future__ import annotations

from prover.core.premise import Premise
from prover.core.state import Goal, Hypothesis, TacticState
from prover.core.theorem import Theorem
from prover.generate.request import Request

#: The first state of a small theorem, with two theorems that may help.
EXAMPLE = Request(
    TacticState(
        (
            Goal(
                "a + b < 2 * b",
                (
                    Hypothesis("a", "Nat"),
                    Hypothesis("b", "Nat"),
                    Hypothesis("h", "a < b", is_prop=True),
                ),
            ),
        ),
        "",
    ),
    premises=(
        Premise("Nat.add_lt_add_right", signature="{n m : Nat} (h : n < m) (k : Nat) : n + k < m + k"),
        Premise("Nat.two_mul", signature="(n : Nat) : 2 * n = n + n"),
    ),
    theorem=Theorem(
        "add_lt_twice",
        "theorem add_lt_twice (a b : Nat) (h : a < b) : a + b < 2 * b",
        informal="If a is less than b, then a plus b is less than twice b.",
    ),
)
