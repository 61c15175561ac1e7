"""Goals stated as theorems, on a real Lean: the statement is read, and a proof of it proves the goal."""

from __future__ import annotations

import pytest

from prover.core.outcome import Solved
from prover.core.state import Goal
from prover.generate.statement import stated
from prover.lean import Pool, Worker

# A text with one hole, and tactics that prove the goal as it is stated (with the names of the statement).
CASES = {
    "plain": ("example (a b : Nat) (h : a < b) : a + b < 2 * b := by\n  sorry", "omega"),
    "universe": ("example (α : Type u) (x y : α) (h : x = y) : y = x := by\n  sorry", "exact h.symm"),
    "instance": ("example (α : Type u) [Inhabited α] : Nonempty α := by\n  sorry", "exact ⟨default⟩"),
    "unnamed": ("example (a b : Nat) : a < b → b = 0 → False := by\n  intro _ _\n  sorry", "omega"),
    "named anew": ("example (a b : Nat) : a < b → b ≠ 0 := by\n  intro _\n  sorry", "exact Nat.ne_zero_of_lt a_1"),
    "hidden": ("example : ∀ x : Nat, x = 0 → ∀ x : Nat, x = 2 → x ≠ 1 := by\n  intro x h x k\n  sorry", "omega"),
    "hidden, used": (
        "example : ∀ x : Nat, x = 5 → ∀ x : Nat, 0 ≤ x := by\n  intro x h x\n  sorry",
        "have : x_1 = 5 := h\n  exact Nat.zero_le x",
    ),
    "case": ("example (n : Nat) : n + 0 = n := by\n  cases n\n  · rfl\n  · sorry", "exact Nat.add_zero (n_1 + 1)"),
    "value": (
        "example (x : Nat) (k : x = 2) : x < 5 := by\n  let y : Nat := x + 1\n"
        "  have h : y = 3 := by simp [y, k]\n  sorry",
        "intro y h\n  show x < 5\n  omega",
    ),
    "instance between": (
        "example {α : Type} : ∀ [DecidableEq α], ∀ x y : α, x = y → y = x := by\n  intros\n  sorry",
        "exact a_1.symm",
    ),
    "binders in the target": ("example : ∀ p q : Prop, p ∧ q → q ∧ p := by\n  sorry", "intro p q h\n  exact h.symm"),
}


async def opened(worker: Worker, text: str) -> tuple[int, Goal]:
    found = await worker.elaborate(worker.env, text + "\n", holes=True)
    (hole,) = found.holes
    assert hole.state is not None and hole.goals is not None
    return hole.state, hole.goals.goals[0]


@pytest.mark.parametrize("case", CASES)
async def test_a_proof_of_the_statement_proves_the_goal(pool: Pool, case: str) -> None:
    text, proof = CASES[case]
    async with pool.lease(["Init"]) as worker:
        state, goal = await opened(worker, text)
        statement = stated(goal)
        assert statement is not None
        alone = await worker.elaborate(worker.env, f"{statement.text} := by\n  {proof}\n")
        assert alone.clean, (statement, [m.text for m in alone.messages])
        script = "\n".join([*statement.before, proof.replace("\n  ", "\n")])
        (outcome,) = [outcome async for _, outcome in worker.apply(state, [script])]
        assert isinstance(outcome, Solved), (script, outcome)
