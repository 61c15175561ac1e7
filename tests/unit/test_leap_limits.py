"""What one lemma may cost, and what is done first."""

from __future__ import annotations

from dataclasses import replace

import pytest

from prover.agent.leap import Sketch, Statement
from prover.agent.leap.bill import Bill
from prover.agent.leap.choice import per_lemma
from prover.agent.leap.events import ActionEnded
from prover.agent.leap.limits import LemmaLimits, Reached
from prover.agent.leap.plan import Plan
from prover.agent.leap.policy import Action, Policy
from prover.agent.leap.roles import agents, find_agent
from prover.core.errors import UserError


def says(name: str) -> Statement:
    return Statement(f"key of {name}", name, f"theorem {name} : True")


def ended(action: Action, name: str = "root", outcome: str = "failure", **costs: float) -> ActionEnded:
    return replace(ActionEnded(f"key of {name}", action, outcome, "text", "faults", seconds=1.0), **costs)


def test_the_first_limit_that_is_reached() -> None:
    limits = LemmaLimits(calls=3, money=0.5, lean_seconds=10)
    one, two = Bill(100, 0.2, 1, 4.0), Bill(50, 0.29, 1, 5.9)
    assert limits.reached(1e9, one, two) is None
    two.calls = 2
    assert limits.reached(0, one, two) == Reached("calls", 3, 3)
    two.calls, two.lean_seconds = 1, 6.0
    assert limits.reached(0, one, two) == Reached("lean_seconds", 10.0, 10)
    assert LemmaLimits(seconds=5).reached(5) == Reached("seconds", 5, 5)
    assert LemmaLimits().reached(1e9, one, two) is None


def test_a_lemma_at_its_limit_is_left_alone() -> None:
    plan = Plan()
    root = plan.target(says("root"))
    policy = Policy(limits=LemmaLimits(tokens=100))
    plan.record(ended(Action.CLOSE))
    plan.record(ended(Action.PROVE, tokens=99))
    assert policy.choose(plan) is not None and policy.reached(plan, root) is None
    assert policy.reached(plan, root, Bill(tokens=1)) == Reached("tokens", 100, 100)
    plan.record(ended(Action.PROVE, outcome="interrupted", tokens=1))
    assert policy.choose(plan) is None, "what was interrupted has cost something too"


def test_what_was_learnt_decides_and_is_said() -> None:
    """Proofs that keep failing elsewhere make a plan the better choice here."""
    plan = Plan()
    plan.target(says("root"))
    plan.record(ended(Action.CLOSE))
    plan.record(ended(Action.PROVE))
    policy = Policy([Action.CLOSE, Action.PROVE, Action.PLAN])
    first = policy.choose(plan)
    assert first is not None and first.choice.action is Action.PROVE and first.choices == 2
    assert "0 of 1 helped" in first.reason and "failed 1 times here" in first.reason and "plan root" in first.reason
    for _ in range(20):
        plan.record(ended(Action.PROVE, "elsewhere", seconds=90.0))
        plan.record(ended(Action.PLAN, "elsewhere", "success", seconds=20.0))
    then = policy.choose(plan)
    assert then is not None and then.choice.action is Action.PLAN
    assert "20 of 20 helped" in then.reason


def test_another_plan_is_weighed_once_a_lemma_resists() -> None:
    plan = Plan()
    root = plan.target(says("root"))
    plan.record(ended(Action.PROVE))
    plan.commit(root, [says("hard"), says("easy")], Sketch("exact hard easy"))
    policy = Policy([Action.PROVE, Action.PLAN])

    def could_plan() -> bool:
        return any(c.lemma is root and c.action is Action.PLAN for c in policy.choices(plan))

    plan.record(ended(Action.PROVE, "hard"))
    assert not could_plan(), "the lemma may have a plan of its own"
    plan.record(ended(Action.PLAN, "hard"))
    assert could_plan()
    hard = plan.graph.named("hard")
    assert hard is not None
    plan.prove(hard, "rfl", "test")
    assert not could_plan()


def test_what_a_user_says_of_a_lemma() -> None:
    agent = LemmaLimits(calls=400, lean_seconds=3600)
    assert per_lemma(agent, None) == agent
    given = ["calls=7", "lean-seconds=0", "money=0.25"]
    assert per_lemma(agent, given) == LemmaLimits(calls=7, money=0.25)


@pytest.mark.parametrize(
    "text", ["calls", "calls=many", "calls=1.5", "lines=3", "money=-1", "seconds=inf", "money=nan"]
)
def test_limits_that_are_none(text: str) -> None:
    with pytest.raises(UserError) as caught:
        per_lemma(LemmaLimits(), [text])
    assert caught.value.code == "usage" and "lean-seconds" in caught.value.hint


@pytest.mark.parametrize("name", agents())
def test_agents_say_what_a_lemma_may_cost(name: str) -> None:
    LemmaLimits(**find_agent(name).limits.lemma.model_dump())
