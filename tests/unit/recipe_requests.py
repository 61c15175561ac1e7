"""Requests with all that prompts have to cope with, and a prompt as one text."""

from __future__ import annotations

from prover.core.premise import Premise
from prover.core.state import Goal, Hypothesis, TacticState
from prover.core.theorem import Theorem
from prover.generate.request import Request
from prover.model.query import Query

THEOREM = Theorem(
    "Arch.two_mul_lt",
    "theorem Arch.two_mul_lt {α : Type u_1} [LinearOrder α] (a b : ℕ) (h₀ : 0 < a ∧ 0 < b)\n"
    "    (h₁ : a < b) : 2 * a < a + b",
    header="import Mathlib\n\nopen Nat Real",
    context="def twice (n : ℕ) : ℕ := 2 * n\n",
    informal="If $a$ is less than $b$, twice $a$ is less than $a + b$.",
)
PREMISES = (
    Premise("Nat.add_lt_add_left", signature="Nat.add_lt_add_left {n m : ℕ} (h : n < m) (k : ℕ) : k + n < k + m"),
    Premise("Nat.two_mul", signature="(n : ℕ) : 2 * n = n + n"),
    Premise("Nat.unprinted"),
    Premise("lt_irrefl", signature="¬a < a"),
)
#: The theorem's own goal.
ROOT = Request(
    TacticState(
        (
            Goal(
                "2 * a < a + b",
                (
                    Hypothesis("α", "Type u_1"),
                    Hypothesis("inst", "LinearOrder α", inaccessible=True, is_instance=True),
                    Hypothesis("a", "ℕ"),
                    Hypothesis("b", "ℕ"),
                    Hypothesis("h₀", "0 < a ∧ 0 < b", is_prop=True),
                    Hypothesis("h₁", "a < b", is_prop=True),
                ),
            ),
        ),
        "1",
    ),
    premises=PREMISES,
    theorem=THEOREM,
)
#: Some tactics later: a name that cannot be written, a value, a second goal.
LATER = Request(
    TacticState(
        (
            Goal(
                "n✝ + 1 ≤ k",
                (
                    Hypothesis("n", "ℕ", inaccessible=True),
                    Hypothesis("k", "ℕ", value="n✝ + 2"),
                    Hypothesis("a", "n✝ ≤ k", is_prop=True, inaccessible=True),
                ),
                case="succ",
            ),
            Goal("∃ x, x = k", (Hypothesis("k", "ℕ"),), case="w"),
        ),
        "2",
    ),
    premises=PREMISES[:1],
    history=("cases n", "· simp", "induction k with\n| zero => simp\n| succ k ih => skip"),
    theorem=THEOREM,
)
#: Nothing is known but a goal, and it is long: 120 hypotheses, the longest of 400 characters.
LONG = Request(
    TacticState(
        (
            Goal(
                "x0 = x1",
                (
                    *(Hypothesis(f"x{i}", "ℕ") for i in range(20)),
                    *(Hypothesis(f"h{i}", f"x0 + {'1' * (4 * i)} = x1", is_prop=True) for i in range(100)),
                ),
            ),
        ),
        "3",
    ),
    premises=PREMISES,
)


def written(query: Query) -> str:
    """All of a prompt in one text, ends of turns marked: white space at an end matters."""
    if query.turns:
        return "".join(f"<<{turn.role}>>\n{turn.content}<<end>>\n" for turn in query.turns)
    return f"<<prompt>>\n{query.prompt}<<end>>\n"
