"""Targets of one file put together: what one of them needs is another one, or stands in the file under another name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

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
from prover.core.verdict import Proved
from prover.lean import Pool
from prover.lean.source import SourceFile

ZERO = "induction n with\n| zero => rfl\n| succ n ih => rfl"


async def filled(pool: Pool, text: str, says: dict[tuple[str, str], Sequence[Any]]) -> FileResult:
    judge = LadderJudge(pool)
    agent = FileAgent(
        SourceFile("t.lean", text.encode()),
        Target("t.lean"),
        pool,
        SearchCloser(SearchSolver(), judge),
        Script(says),
        judge,
        Plan(),
        LeapOptions(
            Budget(seconds=600), Policy([Action.PROVE, Action.PLAN], deepest=2), Effort(revisions=0, plan_revisions=0)
        ),
    )
    return await agent.run()


def planned(script: str, *texts: str) -> list[PlanReply]:
    return [PlanReply("", lemmas=tuple(lemma(text) for text in texts), script=script)]


def all_proved(result: FileResult) -> bool:
    assert all(isinstance(t.verdict, Proved) for t in result.targets), [(t.name, t.verdict) for t in result.targets]
    return bool(result.targets)


async def test_an_earlier_target_under_another_name_in_another_namespace(pool: Pool) -> None:
    """The lemma is stated with an implicit variable of another name, and the sketch relies on that."""
    text = """namespace A
theorem one (n : Nat) : n + 0 = n := by
  sorry
end A

namespace B
theorem two (k : Nat) : (k + 0) * 1 = k * 1 := by
  sorry
end B
"""
    says: dict[tuple[str, str], Sequence[Any]] = {
        ("prove", "one"): [ProofReply("", ZERO)],
        ("plan", "two"): planned("rw [again (m := k)]", "theorem again {m : Nat} : m + 0 = m"),
    }
    result = await filled(pool, text, says)
    assert all_proved(result)
    assert result.filled.text.count("induction n with") == 1, "it is proved once"


async def test_a_later_target_is_proved_before(pool: Pool) -> None:
    text = "\n\n".join(
        f"theorem {goal} := by\n  sorry"
        for goal in ("one (n : Nat) : (n + 0) * 1 = n * 1", "two (m : Nat) : m + 0 = m")
    )
    says: dict[tuple[str, str], Sequence[Any]] = {
        ("plan", "one"): planned("rw [two n]", "theorem two (n : Nat) : n + 0 = n"),
        ("prove", "two"): [ProofReply("", "rfl")],
    }
    result = await filled(pool, text, says)
    assert all_proved(result)
    assert result.filled.text.count("theorem two (") == 1, "the target keeps its name"


async def test_the_same_target_twice_and_a_name_that_comes_later(pool: Pool) -> None:
    """`helper` is declared further down; the second target is the first with another variable."""
    text = """namespace A
theorem first (n : Nat) (h : n * n + n = 6) : n * (n + 1) = 6 := by
  sorry
end A

def helper : Nat := 1

theorem helper_one : helper = 1 := rfl

example (k : Nat) (l : k * k + k = 6) : k * (k + 1) = 6 := by sorry
"""
    says: dict[tuple[str, str], Sequence[Any]] = {
        ("plan", "first"): planned("rw [helper, h]", "theorem helper (n : Nat) : n * (n + 1) = n * n + n"),
        ("prove", "helper"): [ProofReply("", "exact Nat.mul_succ n n")],
    }
    result = await filled(pool, text, says)
    assert all_proved(result) and len(result.targets) == 2
    assert result.filled.text.count("exact Nat.mul_succ n n") == 1
