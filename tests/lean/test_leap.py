"""The agent with a scripted cast on real Lean: every branch of its loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from scripted_cast import NoSearch, Script, lemma

from prover.agent.leap import LemmaGraph, Standing, Statement
from prover.agent.leap.brief import Brief
from prover.agent.leap.closing import Closed
from prover.agent.leap.effort import Effort
from prover.agent.leap.events import (
    ActionChosen,
    ActionEnded,
    AgentEnded,
    LemmaProved,
    LimitReached,
    PlanCommitted,
    PlanRefused,
)
from prover.agent.leap.leap import Leap, Scene
from prover.agent.leap.limits import LemmaLimits
from prover.agent.leap.plan import Plan
from prover.agent.leap.policy import Action, Policy
from prover.agent.leap.replies import Diagnosis, DiagnosisReply, NoReply, PlanReply, ProofReply, ReviewReply
from prover.agent.leap.stage import Stage
from prover.core.budget import Budget
from prover.core.errors import ModelError
from prover.events import Event, Recorder
from prover.lean import Pool

BEFORE = """def sumTo : Nat → Nat
  | 0 => 0
  | n + 1 => sumTo n + (n + 1)

def sumSq : Nat → Nat
  | 0 => 0
  | n + 1 => sumSq n + (n + 1) * (n + 1)
"""
GAUSS = "theorem gauss (n : Nat) : 2 * sumTo n = n * (n + 1)"
STEP = "theorem gauss_step (n : Nat) (h : 2 * sumTo n = n * (n + 1)) : 2 * sumTo (n + 1) = (n + 1) * (n + 2)"
BY_STEP = "induction n with\n| zero => rfl\n| succ n ih => exact gauss_step n ih"
STEP_PROOF = "rw [sumTo, Nat.mul_add, h]\ngrind"

GAUSS_PLAN = PlanReply("by induction", lemmas=(lemma(STEP, "the step"),), script=BY_STEP)


@dataclass
class Kept:
    events: list[Event] = field(default_factory=list[Event])

    def append(self, event: Event) -> None:
        self.events.append(event)

    def of(self, kind: type[Any]) -> list[Any]:
        return [e.payload for e in self.events if isinstance(e.payload, kind)]


@dataclass
class Played:
    stop: str
    plan: Plan
    script: Script
    closer: NoSearch
    log: Kept

    @property
    def graph(self) -> LemmaGraph:
        return self.plan.graph

    def standing(self, name: str) -> str:
        found = self.graph.named(name)
        assert found is not None, name
        return str(found.standing)


Play = Callable[..., Any]


@pytest.fixture
def play(pool: Pool) -> Play:
    async def played(
        says: dict[tuple[str, str], Sequence[Any]],
        *targets: str,
        knows: dict[str, Closed] | None = None,
        past: Sequence[Event] = (),
        **options: Any,
    ) -> Played:
        stage = Stage(pool, BEFORE)
        log = Kept(list(past))
        plan = Plan(Recorder(log, "leap", start=len(past)))
        plan.take(past)
        scenes: list[Scene] = []
        for text in targets or (GAUSS,):
            statement = await stage.read(text.split()[1], text)
            assert isinstance(statement, Statement), statement
            scenes.append(Scene(plan.target(statement), stage))
        script, closer = Script(says), NoSearch(knows)
        options.setdefault("budget", Budget(seconds=200))
        options.setdefault("policy", Policy([a for a in Action if a is not Action.SEARCH]))
        agent = Leap(plan, tuple(scenes), closer, script, **options)
        stop = await agent.run()
        plan.graph.check_invariants()
        return Played(stop, plan, script, closer, log)

    return played


async def test_a_direct_proof_mended_once(play: Play) -> None:
    wrong = ProofReply("", "induction n with\n| zero => rfl\n| succ n ih => omega")
    right = ProofReply("", "induction n with\n| zero => rfl\n| succ n ih =>\n  rw [sumTo, Nat.mul_add, ih]\n  grind")
    found = await play({("prove", "gauss"): [wrong, right]})
    assert found.stop == "proved" and found.script.roles() == ["prove", "prove"]
    again = found.script.asked[1][1]
    assert again.work == wrong.script and "gauss, line 4" in again.faults and "omega" in again.faults
    (proved,) = found.log.of(LemmaProved)
    assert proved.script == right.script and proved.source == "prove"


async def test_a_prover_who_answers_in_prose_is_told_so_before_it_is_left_alone(play: Play) -> None:
    right = ProofReply("", "induction n with\n| zero => rfl\n| succ n ih =>\n  rw [sumTo, Nat.mul_add, ih]\n  grind")
    only = Policy([Action.PROVE], most={Action.PROVE: 1})
    found = await play({("prove", "gauss"): [NoReply("prose", "It is well known."), right]}, policy=only)
    assert found.stop == "proved"
    first, again = (brief for _, brief in found.script.asked)
    assert not first.unusable and again.unusable == str(NoReply("prose", "It is well known."))
    assert not again.work and not again.faults, "there is nothing to be mended"

    wrong = ProofReply("", "omega")
    only = Policy([Action.PROVE], most={Action.PROVE: 1})
    found = await play(
        {("prove", "gauss"): [NoReply("prose"), wrong, NoReply("empty"), NoReply("truncated")]}, policy=only
    )
    assert found.script.roles() == ["prove"] * 4, "after a proof it is heard again"
    last = found.script.asked[3][1]
    assert last.unusable == str(NoReply("empty")) and last.work == "omega" and "omega" in last.faults
    (ended,) = found.log.of(ActionEnded)
    assert ended.text == "omega" and "omega" in ended.faults, "the complaint is of the text that was tried"


async def test_a_planner_without_a_plan_is_asked_for_one_again(play: Play) -> None:
    says = {("plan", "gauss"): [NoReply("prose", "Induction."), GAUSS_PLAN]}
    found = await play(says, policy=Policy([Action.PLAN], deepest=1), effort=Effort(plan_revisions=1, review=False))
    assert found.script.roles() == ["plan", "plan"] and len(found.graph.decompositions) == 1
    assert "Induction." in found.script.asked[1][1].unusable


async def test_a_plan_and_its_lemma(play: Play) -> None:
    says = {("plan", "gauss"): [GAUSS_PLAN], ("prove", "gauss_step"): [ProofReply("", STEP_PROOF)]}
    found = await play(says)
    assert found.stop == "proved" and found.standing("gauss_step") == "proved"
    assert [lemma.name for lemma in found.graph.order(found.graph.targets[0])] == ["gauss_step", "gauss"]
    assert found.closer.searched == ["gauss", "gauss_step"], "cheap closers first"
    brief = next(
        brief for role, brief in found.script.asked if role == "prove" and brief.statement.name == "gauss_step"
    )
    assert [above.name for above in brief.above] == ["gauss"]
    assert found.log.of(AgentEnded)[0].proved == ("gauss",)


async def test_a_plan_is_mended_until_lean_accepts_it(play: Play) -> None:
    without_proof = PlanReply("by induction", lemmas=(lemma(STEP),))
    wrong = PlanReply("by induction", lemmas=(lemma(STEP),), script="exact gauss_step n")
    says = {
        ("plan", "gauss"): [without_proof],
        ("sketch", "gauss"): [wrong, GAUSS_PLAN],
        ("prove", "gauss_step"): [ProofReply("", STEP_PROOF)],
    }
    found = await play(says)
    assert found.stop == "proved" and found.script.roles("gauss").count("sketch") == 2
    mended = [brief for role, brief in found.script.asked if role == "sketch"][1]
    assert "gauss, line" in mended.faults and "gauss_step" in mended.work


async def test_a_circular_plan_is_refused(play: Play) -> None:
    """The lemma of the lemma is the target, with other names."""
    again = "theorem renamed (m : Nat) : 2 * sumTo m = m * (m + 1)"
    circle = PlanReply("", lemmas=(lemma(again),), script="rw [sumTo, Nat.mul_add, h]\nhave := renamed n\ngrind")
    says = {("plan", "gauss"): [GAUSS_PLAN], ("plan", "gauss_step"): [circle], ("sketch", "gauss_step"): [circle]}
    found = await play(says, effort=Effort(revisions=0, plan_revisions=1))
    assert found.stop == "exhausted" and found.standing("gauss") == "open"
    refused = [event for event in found.log.of(PlanRefused) if "circle" in event.detail]
    assert refused and found.graph.named("renamed") is None


async def test_a_restatement_is_no_plan(play: Play) -> None:
    same = PlanReply(
        "", lemmas=(lemma("theorem flipped (n : Nat) : n * (n + 1) = 2 * sumTo n"),), script="exact (flipped n).symm"
    )
    found = await play({("plan", "gauss"): [same]}, effort=Effort(revisions=0, plan_revisions=0))
    assert found.stop == "exhausted" and found.graph.decompositions == []
    assert any("says the same" in event.detail for event in found.log.of(PlanRefused))


async def test_a_reviewer_can_stop_a_plan(play: Play) -> None:
    says = {("plan", "gauss"): [GAUSS_PLAN], ("review", "gauss"): [ReviewReply(False, 1, ("too bold",))]}
    found = await play(says, effort=Effort(revisions=0, plan_revisions=0))
    assert found.graph.decompositions == []
    assert any(event.reason == "review" and event.detail == "too bold" for event in found.log.of(PlanRefused))


async def test_a_false_lemma_is_refuted_and_the_next_plan_knows(play: Play) -> None:
    false = lemma("theorem too_strong (n : Nat) : sumTo n = n")
    bold = PlanReply(
        "boldly", lemmas=(false,), script="have := too_strong n\nhave := too_strong 2\nsimp [sumTo] at this"
    )

    def second(brief: Brief) -> PlanReply:
        assert any("is false" in tried.faults and "too_strong" in tried.faults for tried in brief.tried)
        return GAUSS_PLAN

    says = {
        ("plan", "gauss"): [bold, second],
        ("negate", "too_strong"): [ProofReply("", "intro h\nhave := h 2\nsimp [sumTo] at this")],
        ("prove", "gauss_step"): [ProofReply("", STEP_PROOF)],
    }
    found = await play(says, effort=Effort(revisions=0, plan_revisions=0))
    assert found.stop == "proved" and found.standing("too_strong") == "refuted"


async def test_a_search_refutes_too(play: Play) -> None:
    false = "theorem wrong (n : Nat) : sumTo n = n"
    found = await play({}, false, knows={"wrong": Closed(refutation="intro h\nexact absurd (h 2) (by decide)")})
    assert found.stop == "decided" and found.standing("wrong") == "refuted"


async def test_a_shared_lemma_is_proved_once(play: Play) -> None:
    """Two targets whose plans state the same lemma under different names."""
    other = "theorem twice_sum (n : Nat) : sumTo n + sumTo n = n * (n + 1)"
    shared = STEP.replace("gauss_step", "step_again").replace("(n : Nat) (h", "(k : Nat) (h").replace("n", "k")
    shared = "theorem step_again (k : Nat) (h : 2 * sumTo k = k * (k + 1)) : 2 * sumTo (k + 1) = (k + 1) * (k + 2)"
    plan = PlanReply(
        "",
        lemmas=(lemma(shared),),
        script="have h : 2 * sumTo n = n * (n + 1) := by\n  induction n with\n  | zero => rfl\n"
        "  | succ n ih => exact step_again n ih\nomega",
    )
    says = {
        ("plan", "gauss"): [GAUSS_PLAN],
        ("plan", "twice_sum"): [plan],
        ("prove", "gauss_step"): [ProofReply("", "nonsense"), ProofReply("", STEP_PROOF)],
        ("prove", "step_again"): [ProofReply("", "nonsense"), ProofReply("", STEP_PROOF.replace("n", "k"))],
    }
    found = await play(says, GAUSS, other)
    assert found.stop == "proved"
    assert len(found.log.of(LemmaProved)) == 1 and len(found.graph.lemmas) == 3
    assert sum(brief.statement.name == "step_again" for _, brief in found.script.asked) in (0,), "it has its first name"


async def test_new_definitions_and_proofs_that_use_them(play: Play) -> None:
    plan = PlanReply(
        "with a closed form",
        definitions="def tri (n : Nat) : Nat := n * (n + 1) / 2",
        lemmas=(
            lemma("theorem tri_eq (n : Nat) : sumTo n = tri n"),
            lemma("theorem tri_even (n : Nat) : 2 * tri n = n * (n + 1)"),
        ),
        script="rw [tri_eq, tri_even]",
    )
    nested = PlanReply(
        "",
        lemmas=(lemma("theorem tri_succ (n : Nat) : tri (n + 1) = tri n + (n + 1)"),),
        script="induction n with\n| zero => rfl\n| succ n ih => rw [sumTo, ih, tri_succ]",
    )
    even = (
        "unfold tri\nhave h : n * (n + 1) % 2 = 0 := by\n"
        "  rcases Nat.mod_two_eq_zero_or_one n with h | h <;> simp [Nat.mul_mod, Nat.add_mod, h]\nomega"
    )
    succ = (
        "have h1 := tri_even n\nhave h2 := tri_even (n + 1)\n"
        "have : (n + 1) * (n + 1 + 1) = n * (n + 1) + 2 * (n + 1) := by grind\nomega"
    )
    says = {
        ("plan", "gauss"): [plan],
        ("plan", "tri_eq"): [nested],
        ("prove", "tri_even"): [ProofReply("", even)],
        ("prove", "tri_succ"): [ProofReply("", succ)],
    }
    found = await play(says, effort=Effort(revisions=0))
    assert found.stop == "proved", [(e.key[:6], e.action, e.outcome, e.faults[:300]) for e in found.log.of(ActionEnded)]
    order = [lemma.name for lemma in found.graph.order(found.graph.targets[0])]
    assert order.index("tri_even") < order.index("tri_succ") < order.index("tri_eq") < order.index("gauss")


async def test_there_is_another_plan_where_a_lemma_resists(play: Play) -> None:
    hard = PlanReply(
        "", lemmas=(lemma("theorem hard (n : Nat) : 4 * sumTo n = 2 * (n * (n + 1))"),), script="have := hard n\nomega"
    )

    def second(brief: Brief) -> PlanReply:
        assert any("TOO_HARD: use induction" in tried.faults and "hard" in tried.faults for tried in brief.tried)
        return GAUSS_PLAN

    says = {
        ("plan", "gauss"): [hard, second],
        ("prove", "gauss_step"): [ProofReply("", STEP_PROOF)],
        ("diagnose", "hard"): [DiagnosisReply(Diagnosis.TOO_HARD, advice="use induction")],
    }
    found = await play(says, effort=Effort(revisions=0, plan_revisions=0, review=False))
    assert found.stop == "proved" and found.standing("hard") == "open"
    target = found.graph.targets[0]
    assert target.by is target.decompositions[1] and len(target.decompositions) == 2


async def test_the_budget_ends_it_midway_and_what_was_found_is_kept(play: Play) -> None:
    says = {("plan", "gauss"): [GAUSS_PLAN], ("prove", "gauss_step"): [ProofReply("", "nonsense")]}
    found = await play(says, budget=Budget(tokens=25), effort=Effort(revisions=0, review=False, diagnose=False))
    assert found.stop == "budget_tokens" and len(found.graph.decompositions) <= 1
    assert found.log.of(AgentEnded)[0].open == ("gauss",)


async def test_it_goes_on_where_it_was_cut_off(play: Play) -> None:
    says = {("plan", "gauss"): [GAUSS_PLAN], ("prove", "gauss_step"): [ProofReply("", STEP_PROOF)]}
    whole = await play(says)
    for cut in range(len(whole.log.events)):
        past = whole.log.events[:cut]
        if cut % 3 and cut != len(whole.log.events) - 1:
            continue
        again = await play(says, past=past)
        assert again.stop == "proved"
        assert len(again.log.of(PlanCommitted)) == 1, "nothing is planned twice"
        assert len(again.log.of(LemmaProved)) == 1, "nothing is proved twice"


async def test_a_model_that_fails_ends_its_part_and_no_more(play: Play) -> None:
    gone = ModelError("the server is gone", code="model_unreachable")
    found = await play({("prove", "gauss"): [gone]})
    assert found.stop == "model_failed" and found.script.said["prove", "gauss"] == 3


async def test_an_interrupted_agent_ends_at_once(play: Play) -> None:
    stop = asyncio.Event()
    stop.set()
    assert (await play({}, stop=stop)).stop == "interrupted"


async def test_without_a_model_there_is_search(play: Play) -> None:
    found = await play({}, knows={"gauss": Closed(script="grind", verdict="proved")}, policy=Policy([Action.CLOSE]))
    assert found.stop == "proved" and found.script.asked == []


#: The others cost a process at each look.
QUICK = ("claims success", "hides sorry", "adds an axiom")
LIES = {
    "claims success": ProofReply("This is proved.", ""),
    "hides sorry": ProofReply("", "have h : 2 * sumTo n = n * (n + 1) := by sorry\nexact h"),
    "admits": ProofReply("", "admit"),
    "adds an axiom": ProofReply("", "exact trust_me n", "axiom trust_me (n : Nat) : 2 * sumTo n = n * (n + 1)"),
    "axiom in a lemma": ProofReply("", "exact h n", "theorem h (n : Nat) : 2 * sumTo n = n * (n + 1) := by sorry"),
    "changes the function": ProofReply("", "rfl", "instance (priority := high) : HMul Nat Nat Nat := ⟨fun _ _ => 0⟩"),
    "runs a command": ProofReply("", "trivial\n#eval (IO.Process.exit 0 : IO Unit)"),
    "runs code": ProofReply("", "run_tac Lean.Elab.Tactic.done"),
    "another theorem": ProofReply("", "exact gauss' n\n\ntheorem gauss' : True := trivial"),
    "native": ProofReply("", "exact absurd rfl (by native_decide)"),
}


@pytest.mark.parametrize("name", [n if n in QUICK else pytest.param(n, marks=pytest.mark.slow) for n in LIES])
async def test_a_lying_model_proves_nothing(play: Play, name: str) -> None:
    lie = LIES[name]
    said = PlanReply(lie.plan, lie.definitions, (), lie.script)
    found = await play(
        {("prove", "gauss"): [lie], ("plan", "gauss"): [said], ("sketch", "gauss"): [said], ("negate", "gauss"): [lie]},
        effort=Effort(revisions=1, plan_revisions=1),
    )
    assert found.stop == "exhausted" and found.standing("gauss") == Standing.OPEN
    assert found.log.of(LemmaProved) == [] and found.graph.decompositions == []


async def test_a_failed_proof_is_taken_up_again(play: Play) -> None:
    wrong = ProofReply("", "induction n with\n| zero => rfl\n| succ n ih => omega")
    right = ProofReply("", "induction n with\n| zero => rfl\n| succ n ih =>\n  rw [sumTo, Nat.mul_add, ih]\n  grind")
    policy = Policy([Action.PROVE, Action.REPAIR], most={Action.PROVE: 1})
    found = await play({("prove", "gauss"): [wrong, right]}, policy=policy, effort=Effort(revisions=0, diagnose=False))
    assert found.stop == "proved" and [e.action for e in found.log.of(ActionEnded)] == ["prove", "repair"]
    again = found.script.asked[1][1]
    assert again.work == wrong.script and "omega" in again.faults
    chosen = found.log.of(ActionChosen)
    assert "0 of 1 helped" not in chosen[0].reason and "nothing else could be done" in chosen[1].reason


async def test_a_lemma_has_limits_of_its_own(play: Play) -> None:
    """The plan that needs it is given up, and the next one knows why."""
    hard = PlanReply("", lemmas=(lemma("theorem hard (n : Nat) : 4 * sumTo n = 2 * (n * (n + 1))"),), script="grind")
    bold = PlanReply("", lemmas=hard.lemmas, script="have := hard n\nomega")

    def second(brief: Brief) -> PlanReply:
        assert any("BUDGET: the limit of calls" in tried.faults and "hard" in tried.faults for tried in brief.tried)
        return GAUSS_PLAN

    says = {
        ("plan", "gauss"): [bold, second],
        ("prove", "hard"): [ProofReply("", "omega")],
        ("prove", "gauss_step"): [ProofReply("", STEP_PROOF)],
    }
    policy = Policy([Action.PROVE, Action.PLAN], limits=LemmaLimits(calls=12))
    found = await play(says, policy=policy, effort=Effort(revisions=40, plan_revisions=0, review=False, diagnose=False))
    assert found.stop == "proved" and found.standing("hard") == "open"
    (limit,) = found.log.of(LimitReached)
    assert (limit.limit, limit.most) == ("calls", 12) and limit.used >= 12
    assert found.graph.decompositions[0].dead == "stuck"
    assert [e.outcome for e in found.log.of(ActionEnded) if e.key == limit.key] == ["interrupted"]
    assert "BUDGET" in [d.diagnosis for d in found.plan.advice[limit.key]]


@pytest.mark.parametrize(
    ("budget", "limit"),
    [(Budget(seconds=200, calls=2), "calls"), (Budget(seconds=200, lean_seconds=1e-3), "lean_seconds")],
)
async def test_a_limit_of_the_whole_run(play: Play, budget: Budget, limit: str) -> None:
    found = await play({("prove", "gauss"): [ProofReply("", "omega")]}, budget=budget)
    assert found.stop == f"budget_{limit}" and found.standing("gauss") == "open"
    (reached,) = found.log.of(LimitReached)
    assert (reached.key, reached.limit) == ("", limit) and reached.used >= reached.most
