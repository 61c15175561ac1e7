"""The agent's tools on a real Lean."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest

from prover.agent.leap.brief import Brief, Known
from prover.agent.leap.conversation import Talk
from prover.agent.leap.finder import Finder
from prover.agent.leap.lemma import Statement
from prover.agent.leap.model_cast import ModelCast
from prover.agent.leap.replies import ProofReply
from prover.agent.leap.roles import find_agent
from prover.agent.leap.toolbox import Toolbox
from prover.agent.leap.tools import LeanTools
from prover.core.errors import ModelError
from prover.lean import Pool
from prover.model import Answer, Capacity, Query, Sample

BEFORE = """namespace Demo

def sumTo : Nat → Nat
  | 0 => 0
  | n + 1 => sumTo n + (n + 1)

"""
BRIEF = Brief(
    Statement("", "gauss", "theorem gauss (n : Nat) : 2 * sumTo n = n * (n + 1)"),
    BEFORE,
    "def twice (n : Nat) : Nat := 2 * n",
    (
        Known("step", "theorem step (n : Nat) (h : 2 * sumTo n = n * (n + 1)) : "
              "2 * sumTo (n + 1) = (n + 1) * (n + 2)", "open"),
        Known("broken", "theorem broken (n : Nat) : nonsense n", "open"),
    ),
)  # fmt: skip
PROOF = "induction n with\n| zero => rfl\n| succ n ih => exact step n ih"
NAMES = ("lean_check", "goal_at", "premises", "try_tactics", "lemma_status")


@pytest.fixture
def tools(pool: Pool) -> Toolbox:
    made = LeanTools(pool, find=Finder(pool, BEFORE), seconds=60)
    return Toolbox(made(BRIEF, NAMES), 100)


async def call(tools: Toolbox, name: str, **arguments: object) -> str:
    return await tools.call(name, json.dumps(arguments))


async def test_lean_check(tools: Toolbox) -> None:
    assert await call(tools, "lean_check", code=PROOF) == "no errors"
    assert await call(tools, "lean_check", code="import Lean\ntheorem x : twice 2 = 4 := rfl") == "no errors"
    assert "`sorry` is left in: Demo.x" in await call(tools, "lean_check", code="theorem x : 1 = 1 := sorry")
    wrong = await call(tools, "lean_check", code=PROOF.replace("rfl", "exact trivial"))
    assert wrong.startswith("code, line 3:") and "trivial" in wrong
    # One lemma that does not elaborate is nobody's concern but whose who calls on it.
    assert "nonsense" in await call(tools, "lean_check", code="exact broken n")
    for refused in ('def f := 1\n#eval IO.println "x"', "run_cmd pure ()", "theorem x : 1 = 1 := by run_tac pure ()"):
        assert "may not be used" in await call(tools, "lean_check", code=refused)
    assert "an axiom is nothing" in await call(tools, "lean_check", code="axiom a : False")


async def test_goal_at(tools: Toolbox) -> None:
    shown = await call(tools, "goal_at", proof="induction n with\n| zero => sorry\n| succ n ih => sorry")
    assert "goal 1:" in shown and "⊢ 2 * sumTo 0 = 0 * (0 + 1)" in shown
    assert "goal 2:" in shown and "ih : 2 * sumTo n = n * (n + 1)" in shown and "errors" not in shown
    before = await call(tools, "goal_at", proof="intros\nrw [Nat.mul_comm]\nfoo\nbar", line=3)
    assert "⊢ sumTo n * 2 = n * (n + 1)" in before and "foo" not in before
    assert "⊢ 2 * sumTo n" in await call(tools, "goal_at", proof="", line=1)
    failing = await call(tools, "goal_at", proof="have h : 1 = 2 := by rfl\nsorry")
    assert "h : 1 = 2" in failing and "errors:\ncode, line 2:" in failing
    assert "no `sorry` was reached" in await call(tools, "goal_at", proof="omega")
    assert "no proof may contain" in await call(tools, "goal_at", proof="run_tac pure ()\nsorry")


async def test_try_tactics(tools: Toolbox) -> None:
    tried = [
        "rfl",
        "rw [Nat.mul_comm]",
        "native_decide",
        "induction n with\n| zero => rfl\n| succ n ih => exact step n ih",
    ]
    said = await call(tools, "try_tactics", tactics=tried)
    first, second, third, fourth = (part.strip() for part in said.split("\n\n") if part[0].isdigit())
    assert first.startswith("1. error:")
    assert second.startswith("2. leaves:") and "⊢ sumTo n * 2" in second
    assert third.startswith("3. not tried")
    assert fourth.startswith("4. error:"), "lemmas that the proof before does not mention are not there"
    proof = "induction n with\n| zero => sorry\n| succ n ih => exact step n ih"
    said = await call(tools, "try_tactics", tactics=["rfl", "intro x", "simp [sumTo]"], proof=proof)
    assert said.startswith("1. solves the goal\n\n2. error:") and said.endswith("3. solves the goal")
    assert "no `sorry` was reached" in await call(tools, "try_tactics", tactics=["rfl"], proof="omega")


async def test_premises(tools: Toolbox) -> None:
    said = await call(tools, "premises", query="Nat.mul_comm", k=3)
    assert "Nat.mul_comm" in said and "n * m = m * n" in said and len(said.split("\n")) == 3
    assert await call(tools, "premises", query="\x00 ⊢ zzqq", k=1) == "nothing was found"


class Person:
    """Looks at the goal, tries something, and then knows."""

    capacity = Capacity()

    def __init__(self) -> None:
        self.said = [
            ("goal_at", {"proof": PROOF.replace("exact step n ih", "sorry")}),
            ("lean_check", {"code": PROOF}),
        ]

    async def answer(self, queries: Sequence[Query]) -> list[Answer | ModelError]:
        asked = len(queries[0].turns) // 2 - 1
        if asked < len(self.said):
            name, arguments = self.said[asked]
            text = f"```tool\n{json.dumps({'name': name, 'arguments': arguments})}\n```"
        else:
            assert "no errors" in queries[0].turns[-1].content
            text = f"By induction.\n```lean proof\n{PROOF}\n```"
        return [Answer((Sample(text),))]


async def test_a_prover_that_looks_before_it_answers(pool: Pool) -> None:
    talks: list[Talk] = []
    cast = ModelCast(
        find_agent("leap"), {"main": Person()}, tools=LeanTools(pool), observe=lambda role, talk: talks.append(talk)
    )
    said = await cast.prove(BRIEF)
    assert said.reply == ProofReply("By induction.", PROOF) and said.calls == 3
    assert "ih : 2 * sumTo n" in talks[0].called[0].result
