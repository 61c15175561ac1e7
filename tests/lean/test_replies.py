"""Replies as models write them, read, and run by a real Lean."""

from __future__ import annotations

import pytest

from prover.core.outcome import Solved
from prover.core.theorem import Theorem
from prover.generate import Request, find_recipe
from prover.lean import Pool
from prover.model import Answer, Sample

THEOREM = Theorem(
    "sum_lt",
    "theorem sum_lt (a b : Nat) (p q : Prop) (hab : a < b) (hp : p) (hq : q) : a + a < b + b ∧ (q ∧ p)",
    context="def twice (n : Nat) : Nat := n + n",
)  # fmt: skip
STEPS = [
    "exact ⟨by omega, hq, hp⟩",
    ":= by\n  constructor\n  · omega\n  · exact ⟨hq, hp⟩",
    "by refine ⟨?_, ?_⟩\n   · omega\n   · exact ⟨hq, hp⟩",
    "refine ⟨?_, ?_⟩\n  · omega\n  · exact ⟨hq, hp⟩",
    "  refine ⟨?_, ?_⟩\n  · omega\n  · constructor\n    · exact hq\n    · exact hp",
    "have h : a + a < b + b := by\n  omega\nexact ⟨h,\n  hq, hp⟩",
    "have h : a + a < b + b := by -- linear\n  -- so\n  omega\n/- and\nnow -/\nexact ⟨h, hq, hp⟩",
    "constructor\n  case left =>\n    omega\n  case right =>\n    exact ⟨hq, hp⟩",
    "```lean\nand_intros\n. omega\n. exact hq\n. exact hp\n```",
    "Tactic: `exact ⟨Nat.add_lt_add hab hab, hq, hp⟩`",
    "exact ⟨Nat.add_lt_add hab hab, hq, hp⟩\n\na b : Nat\n⊢ False",
    "suffices h : q ∧ p from ⟨by omega, h⟩\n  exact ⟨hq, hp⟩",
    "calc_free\n".replace("calc_free", "first | done | exact ⟨by omega, hq, hp⟩"),
    "cases Nat.lt_or_ge a b with\n| inl h => exact ⟨by omega, hq, hp⟩\n| inr h =>\n  exact ⟨by omega, hq, hp⟩",
    "obtain ⟨x, hx⟩ : ∃ x, x = a + a := ⟨_, rfl⟩\n  simp only [← hx]\n  exact ⟨by omega, hq, hp⟩",
]
PROOFS = [
    f"A plan.\n\n```lean4\n{THEOREM.statement} := by\n  constructor\n  · omega\n  · exact ⟨hq, hp⟩\n```\n",
    f"```lean4\nimport Mathlib\n\n{THEOREM.context}\n\n{THEOREM.statement} :=\n  ⟨by omega, hq, hp⟩\n```",
    f"```lean4\n{THEOREM.statement} :=\n  have h : a + a < b + b := by omega\n  ⟨h, hq, hp⟩\n```",
    "```lean4\nlemma swap (p q : Prop) (hp : p) (hq : q) : q ∧ p := by\n  constructor\n  · exact hq\n  · exact hp\n\n"
    "lemma grow {a b : Nat}\n    (h : a < b) : a + a < b + b := by omega\n\n"
    f"{THEOREM.statement} := by\n  exact ⟨grow hab, swap p q hp hq⟩\n```",
    "```lean4\n  have h : q ∧ p := ⟨hq, hp⟩\n  exact ⟨by omega, h⟩\n```",
    f"<think>Is `{THEOREM.name}` true? ```lean4\n{THEOREM.statement} := by\n  simp\n```</think>\n"
    f"```lean4\n/-- It is. -/\n{THEOREM.statement} := by\n  and_intros <;> first | assumption | omega\n```",
]


@pytest.mark.parametrize(
    ("recipe", "reply"),
    [("bfs-prover-v2", reply) for reply in STEPS] + [("goedel-prover-v2", reply) for reply in PROOFS],
)
async def test_what_was_read_is_what_lean_runs(pool: Pool, recipe: str, reply: str) -> None:
    async with pool.lease(["Init"]) as worker:
        text = f"{THEOREM.context}\n\n{THEOREM.statement} := by\n  sorry\n"
        opened = await worker.elaborate(worker.env, text, holes=True)
        (hole,) = opened.holes
        assert hole.goals is not None and hole.state is not None
        request = Request(hole.goals, theorem=THEOREM)
        (found,) = find_recipe(recipe).read(Answer((Sample(reply),)), request)
        assert not found.rejected
        (outcome,) = [outcome async for _, outcome in worker.apply(hole.state, [found.text])]
        assert isinstance(outcome, Solved), (found.text, outcome)
