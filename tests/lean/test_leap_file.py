"""The agent on a file: lemmas put before their target, the file untouched elsewhere, every verdict the ladder's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from scripted_cast import Script, lemma

from prover.agent import FileResult, Target
from prover.agent.ladder_judge import LadderJudge
from prover.agent.leap.closing import SearchCloser
from prover.agent.leap.effort import Effort
from prover.agent.leap.filling import FileAgent, LeapOptions
from prover.agent.leap.plan import Plan
from prover.agent.leap.policy import Action, Policy
from prover.agent.leap.replies import PlanReply, ProofReply
from prover.agent.solver import SearchSolver
from prover.core.budget import Budget
from prover.core.verdict import NotProved, Proved, Refuted
from prover.lean import Pool
from prover.lean.source import SourceFile

TEXT = """import Init

/-! A file of somebody's. -/

namespace Demo

def sumTo : Nat → Nat
  | 0 => 0
  | n + 1 => sumTo n + (n + 1)

variable (n : Nat)

/-- Gauss. -/
theorem gauss : 2 * sumTo n = n * (n + 1) := by
  -- hint: induction
  sorry

/-- Unrelated, and left alone. -/
theorem other (a b : Nat) : (a + b) ^ 3 + sumTo a = sumTo a + (a + b) * (a + b) ^ 2 := by sorry

theorem false_one : sumTo n = n := by
  sorry

theorem twice : sumTo n + sumTo n = n * (n + 1) :=
  sorry

end Demo

example (k : Nat) : 2 * Demo.sumTo k = k * (k + 1) := by sorry
"""
STEP = "theorem gauss_step (n : Nat) (h : 2 * sumTo n = n * (n + 1)) : 2 * sumTo (n + 1) = (n + 1) * (n + 2)"
SPARE = "theorem spare (a b : Nat) : a * b = b * a"
PLAN = PlanReply(
    "by induction",
    lemmas=(lemma(STEP, "the step"), lemma(SPARE)),
    script="induction n with\n| zero => rfl\n| succ n ih => exact gauss_step n ih",
)
SAYS: dict[tuple[str, str], Sequence[Any]] = {
    ("plan", "gauss"): [PLAN],
    ("prove", "gauss_step"): [ProofReply("", "rw [sumTo, Nat.mul_add, h]\ngrind")],
    ("prove", "other"): [ProofReply("", "have h : False := by sorry\nexact h.elim")],
    ("prove", "twice"): [ProofReply("", "have := gauss n\nomega")],
    ("negate", "false_one"): [ProofReply("", "intro h\nhave := h 2\nsimp [sumTo] at this")],
}


async def filled(pool: Pool, target: str, says: dict[tuple[str, str], Sequence[Any]], **options: Any) -> FileResult:
    judge = LadderJudge(pool)
    agent = FileAgent(
        SourceFile("t.lean", TEXT.encode()),
        Target.parse(target),
        pool,
        SearchCloser(SearchSolver(), judge),
        Script(says),
        judge,
        Plan(),
        LeapOptions(
            Budget(seconds=300),
            Policy([Action.PROVE, Action.NEGATE, Action.PLAN], deepest=2),
            Effort(revisions=0, plan_revisions=0),
            **options,
        ),
    )
    return await agent.run()


async def test_a_target_and_its_lemma(pool: Pool) -> None:
    result = await filled(pool, "t.lean:gauss", SAYS)
    (target,) = result.targets
    assert isinstance(target.verdict, Proved), target.verdict
    assert set(target.verdict.axioms) <= {"propext", "Classical.choice", "Quot.sound"}
    text = result.filled.text
    assert "spare" not in text, "what nothing needs is not put in"
    new = f"/-- the step -/\n{STEP} := by\n  rw [sumTo, Nat.mul_add, h]\n  grind\n\n"
    before, _, after = text.partition(new)
    proof = "  -- hint: induction\n  induction n with\n  | zero => rfl\n  | succ n ih => exact gauss_step n ih\n"
    assert before + after.replace(proof, "  -- hint: induction\n  sorry\n") == TEXT
    assert target.statistics["model_calls"] > 0


async def test_what_is_not_proved_is_said_and_left(pool: Pool) -> None:
    result = await filled(pool, "t.lean:other", SAYS)
    (target,) = result.targets
    assert isinstance(target.verdict, NotProved) and target.verdict.stopped == "exhausted"
    assert result.filled.text == TEXT


async def test_a_refuted_target(pool: Pool) -> None:
    result = await filled(pool, "t.lean:false_one", SAYS)
    (target,) = result.targets
    assert isinstance(target.verdict, Refuted), target.verdict


async def test_all_targets_share_a_plan(pool: Pool) -> None:
    """The second one calls on the first by name; the example is the first in other words."""
    result = await filled(pool, "t.lean", SAYS, hints=("try small cases",))
    verdicts = {t.name.rpartition(".")[2]: t.verdict.code for t in result.targets}
    assert verdicts["gauss"] == "proved" and verdicts["false_one"] == "refuted", verdicts
    assert verdicts["other"] == "not_proved"
    assert verdicts["twice"] == "proved", verdicts
    assert all(code == "proved" for name, code in verdicts.items() if name.startswith("example")), verdicts
    assert len(verdicts) == 5
    assert result.filled.text.count("theorem gauss_step") == 1
    assert result.filled.text.startswith("import Init\n\n/-! A file of somebody's. -/\n")


@pytest.mark.parametrize("target", ["t.lean:nothing", "t.lean#L3"])
async def test_targets_that_are_none(pool: Pool, target: str) -> None:
    from prover.core.errors import UserError

    with pytest.raises(UserError):
        await filled(pool, target, SAYS)
