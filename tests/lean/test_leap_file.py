"""The agent on a file: lemmas put before their target, the file untouched elsewhere, every verdict the ladder's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from scripted_cast import NoSearch, Script, lemma

from prover.agent import FileResult, Target
from prover.agent.ladder_judge import LadderJudge
from prover.agent.leap import Statement
from prover.agent.leap.cast import Cast
from prover.agent.leap.closing import Closer, SearchCloser
from prover.agent.leap.effort import Effort
from prover.agent.leap.filling import FileAgent, LeapOptions
from prover.agent.leap.plan import Plan
from prover.agent.leap.policy import Action, Policy
from prover.agent.leap.replies import PlanReply, ProofReply
from prover.agent.leap.stage import Stage
from prover.agent.solver import SearchSolver
from prover.agent.workbench import Workbench
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
TWICE = "theorem twice_it (n : Nat) : 2 * sumTo n = n * n + n"
COMMUTES = "theorem commutes (n : Nat) : sumTo n + sumTo n = sumTo n + sumTo n"
BY_TWICE = "rw [commutes, Nat.mul_add, Nat.mul_one, ← twice_it, Nat.two_mul]"
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


def file_agent(
    pool: Pool, target: str, cast: Cast | None, closer: Closer, effort: Effort, text: str = TEXT, **options: Any
) -> FileAgent:
    return FileAgent(
        SourceFile("t.lean", text.encode()),
        Target.parse(target),
        pool,
        closer,
        cast,
        LadderJudge(pool),
        Plan(),
        LeapOptions(
            Budget(seconds=300), Policy([Action.PROVE, Action.NEGATE, Action.PLAN], deepest=2), effort, **options
        ),
    )


async def filled(pool: Pool, target: str, says: dict[tuple[str, str], Sequence[Any]], **options: Any) -> FileResult:
    closer = SearchCloser(SearchSolver(), LadderJudge(pool))
    effort = Effort(revisions=0, plan_revisions=0)
    return await file_agent(pool, target, Script(says), closer, effort, **options).run()


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


#: False for one million alone: no hunt for a counterexample gets there before the model is asked.
FALSE = "sumTo n ≠ 500000500000"
#: As `says` of a cast, for every role and lemma.
LIES = [
    ProofReply("This is proved.", "sorry"),
    ProofReply("", "exact trust_me n", f"axiom trust_me (n : Nat) : {FALSE}"),
    ProofReply("", "rfl", "instance (priority := high) : OfNat Nat n := ⟨0⟩"),
    ProofReply("", "run_tac Lean.Elab.Tactic.done"),
    ProofReply("", "trivial\n\nend Demo\nnamespace Demo\ntheorem false_one' : True := trivial"),
]


@pytest.mark.slow
async def test_a_lying_model_leaves_the_file_as_it_is(pool: Pool) -> None:
    """Nothing but the ladder stands between the agent and the file: no lemma is verified on its own."""
    plans = [PlanReply("", lie.definitions, (), lie.script) for lie in LIES]
    plans.append(PlanReply("", lemmas=(lemma(f"theorem helper (n : Nat) : {FALSE}"),), script="exact helper n"))
    says: dict[tuple[str, str], Sequence[Any]] = {("prove", "*"): LIES, ("negate", "*"): LIES[:1]}
    says |= {("plan", "*"): plans, ("sketch", "*"): plans}
    text = TEXT.replace("theorem false_one : sumTo n = n", f"theorem false_one : {FALSE}")
    effort = Effort(revisions=4, plan_revisions=5)
    result = await file_agent(pool, "t.lean:false_one", Script(says), NoSearch(), effort, text).run()
    assert [t.verdict.code for t in result.targets] == ["not_proved"] and result.filled.text == text != TEXT


@pytest.mark.parametrize("script", ["sorry", "exact (sorryAx _ false)", "exact lie n"])
async def test_a_log_that_lies_proves_nothing(pool: Pool, script: str) -> None:
    """What an earlier run is said to have proved is verified again in the file that is put together."""
    agent = file_agent(pool, "t.lean:false_one", None, NoSearch(), Effort(close_seconds=1))
    written = await Stage(pool, TEXT.partition("theorem false_one")[0]).read(
        "false_one", "theorem false_one : sumTo n = n"
    )
    assert isinstance(written, Statement)
    agent.plan.target(written)
    if "lie" in script:
        agent.plan.define("axiom lie (n : Nat) : sumTo n = n")
    agent.plan.prove(agent.plan.graph.targets[0], script, "person", "proved")
    result = await agent.run()
    (target,) = result.targets
    assert not target.proved and result.filled.text == TEXT, target.verdict


async def test_what_there_is_of_an_open_target_is_a_file_too(pool: Pool) -> None:
    """The plan is given up in the end, since nobody proves the step; what was verified is in the file all the same."""
    says = {**SAYS, ("prove", "gauss_step"): [ProofReply("", "omega")], ("prove", "twice"): [ProofReply("", "grind")]}
    says["plan", "twice"] = [PlanReply("", lemmas=(lemma(TWICE), lemma(COMMUTES)), script=BY_TWICE)]
    says["prove", "commutes"] = [ProofReply("", "rfl -- it is")]
    closer = SearchCloser(SearchSolver(), LadderJudge(pool))
    agent = file_agent(pool, "t.lean", Script(says), closer, Effort(revisions=0, plan_revisions=0))
    result = await agent.run()
    assert not result.all_proved and "gauss_step" not in result.filled.text
    assert result.partial is not None
    text = result.partial.text
    step = text.index("theorem gauss_step")
    comment = text[text.rindex("/--", 0, step) : step]
    assert "the step" in comment and "[open]" in comment and "tried: plan: " in comment
    assert text.index("exact gauss_step n ih") > text.index("theorem gauss ") > step
    assert f"{COMMUTES} := by\n  rfl -- it is" in text and "[proved (prove)]" in text
    for line in TEXT.splitlines():
        assert line in text or "sorry" in line, line
    async with Workbench(pool, result.partial, seconds=60) as bench:
        assert not bench.elaboration.errors


async def test_there_is_nothing_of_a_target_without_a_plan(pool: Pool) -> None:
    result = await filled(pool, "t.lean:other", SAYS)
    assert result.partial is None
