"""The agent's tools, where what they are called with costs a process."""

from __future__ import annotations

import json

from prover.agent.leap.brief import Brief
from prover.agent.leap.lemma import Statement
from prover.agent.leap.toolbox import Toolbox
from prover.agent.leap.tools import LeanTools
from prover.lean import Pool

BRIEF = Brief(Statement("", "t", "theorem t (n : Nat) : n + 0 = n"), "")
#: The kernel's own reduction looks at no limit.
RUNAWAY = "exact absurd (by decide +kernel : (List.range 100000000).length = 1) (by simp)"


async def test_a_tactic_that_does_not_end_costs_itself_and_no_more(pool: Pool) -> None:
    tools = Toolbox(LeanTools(pool, seconds=30)(BRIEF, ["try_tactics", "lean_check", "goal_at"]), 9)
    said = await tools.call("try_tactics", json.dumps({"tactics": ["rfl", RUNAWAY, "simp"]}))
    first, second, third = said.split("\n\n")
    assert first == "1. solves the goal"
    assert second.startswith(("2. costs too much", "2. took too long")), second
    assert third.startswith("3. ")
    # The next call has a worker that lives.
    assert await tools.call("lean_check", '{"code": "rfl"}') == "no errors"


async def test_a_check_that_does_not_end(pool: Pool) -> None:
    tools = Toolbox(LeanTools(pool, seconds=4)(BRIEF, ["try_tactics", "lean_check", "goal_at"]), 9)
    # Either Lean notices its limit, or its process ends.
    slow = ("took Lean too long", "took Lean longer than 4 s")
    checked = await tools.call("lean_check", json.dumps({"code": RUNAWAY}))
    assert any(words in checked for words in slow), checked
    shown = await tools.call("goal_at", json.dumps({"proof": f"have : 1 = 1 := by {RUNAWAY}\nsorry"}))
    assert any(words in shown for words in slow), shown
    assert await tools.call("lean_check", '{"code": "rfl"}') == "no errors"
