"""`prove mcp` with a real Lean, through the protocol library's own client, over standard input and output."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters
from mcp_stand_in import code, said

pytestmark = pytest.mark.lean

FILE = """\
theorem a (n : Nat) : n + 0 = n := by
  sorry

theorem b (p q : Prop) (hp : p) (hq : q) : p ∧ q := by
  sorry
"""
#: No search decides it.
HARD = "∀ n > 2, ∀ a b c : Nat, a > 0 → b > 0 → a ^ n + b ^ n ≠ c ^ n"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("root")
    (folder / "F.lean").write_text(FILE)
    return folder


@pytest.fixture(scope="module")
async def client(root: Path) -> AsyncIterator[Client]:
    """One server for all tests here: Lean is started once."""
    words = ["-c", "import sys; from prover.cli.app import run; sys.exit(run())", "mcp", "--allow-write"]
    server = StdioServerParameters(command=sys.executable, args=words, env=dict(os.environ), cwd=root)
    async with Client(server) as client:
        yield client


async def done(client: Client, name: str, /, **arguments: Any) -> dict[str, Any]:
    result = await client.call_tool(name, arguments)
    assert not result.is_error, said(result)
    return result.structured_content


async def test_tactics_are_tried(client: Client) -> None:
    tactics = ["constructor", "exact hp", "exact ⟨hp, hq⟩", "exact sorry"]
    found = await done(client, "try_tactics", path="F.lean", name="b", tactics=tactics)
    assert [outcome["outcome"] for outcome in found["outcomes"]] == ["progress", "failed", "solved", "rejected"]
    assert found["line"] == 5 and found["goals"] == ["p q : Prop\nhp : p\nhq : q\n⊢ p ∧ q"]
    assert [goal.splitlines()[0] for goal in found["outcomes"][0]["goals"]] == ["case left", "case right"]
    after = await done(
        client, "try_tactics", path="F.lean", line=5, tactics=["exact hq"], after="constructor\nexact hp"
    )
    assert after["goals"] == ["case right\np q : Prop\nhp : p\nhq : q\n⊢ q"]
    assert after["outcomes"][0]["outcome"] == "solved"
    wrong = {"path": "F.lean", "name": "b", "tactics": ["rfl"], "after": "exact hq"}
    assert code(await client.call_tool("try_tactics", wrong)) == "bad_script"
    assert code(await client.call_tool("try_tactics", {**wrong, "name": "c"})) == "target_absent"


async def test_holes_are_filled_with_progress(client: Client, root: Path) -> None:
    told: list[tuple[float, str | None]] = []

    async def hear(progress: float, total: float | None, message: str | None) -> None:
        told.append((progress, message))

    result = await client.call_tool("fill_sorries", {"path": "F.lean", "seconds": 60}, progress_callback=hear)
    found = result.structured_content
    assert found["proved"] and [target["name"] for target in found["targets"]] == ["a", "b"]
    assert [target["line"] for target in found["targets"]] == [1, 4] and not found["written"]
    assert (root / "F.lean").read_text() == FILE
    amounts = [progress for progress, _ in told]
    assert amounts == sorted(set(amounts)) and any("verifying" in (message or "") for _, message in told)
    assert (await done(client, "search_status", id=found["id"]))["targets"] == found["targets"]


async def test_proofs_are_written_and_judged(client: Client, root: Path) -> None:
    (root / "G.lean").write_text(FILE)
    assert (await done(client, "fill_sorries", path="G.lean", name="b", write=True))["written"]
    assert (root / "G.lean").read_text().count("sorry") == 1
    judged = await done(client, "check_proof", path="G.lean", against="F.lean", targets=["b"])
    assert judged["accepted"] and judged["verdicts"][0]["verdict"]["code"] == "proved"
    judged = await done(client, "check_proof", path="G.lean", against="F.lean", targets=["a"])
    assert not judged["accepted"] and judged["verdicts"][0]["verdict"]["code"] == "incomplete"
    text = "axiom cheat : False\ntheorem a (n : Nat) : n + 0 = n := cheat.elim\n"
    judged = await done(client, "check_proof", text=text, against_text="theorem a (n : Nat) : n + 0 = n := by sorry\n")
    assert not judged["accepted"]


async def test_statements(client: Client) -> None:
    found = await done(
        client, "prove_goal", statement="(m : Nat) : twice m = 2 * m", context="def twice (n : Nat) := n + n"
    )
    assert found["proved"] and found["filled"].startswith("def twice") and "sorry" not in found["filled"]
    judged = await done(client, "check_proof", text=found["filled"])
    assert judged["accepted"] and not judged["stated"]
    result = await client.call_tool("prove_goal", {"statement": "(n : Nat) : n = nothing"})
    assert code(result) == "no_statement" and "nothing" in said(result)


async def test_theorems_are_found(client: Client) -> None:
    found = await done(client, "find_premises", query="(xs : List α) : xs.reverse.reverse = xs", k=5)
    assert found["read_as"] == "goal" and "List.reverse_reverse" in [premise["name"] for premise in found["premises"]]
    own = await done(client, "find_premises", query="p ∧ q from hp and hq", path="F.lean", k=100)
    assert own["read_as"] == "words" and len(own["premises"]) <= 100


async def test_a_long_search_is_ended(client: Client) -> None:
    begun = await done(client, "prove_goal", statement=HARD, seconds=3600, background=True)
    now = begun
    while now["doing"] in ("waiting", "file opened"):
        now = await done(client, "search_status", id=begun["id"])
    assert now["status"] == "running" and now["targets"] == []
    found = await done(client, "cancel", id=begun["id"])
    assert found["status"] == "done" and found["interrupted"] and not found["proved"]


async def test_a_call_that_is_given_up_ends_its_search(client: Client) -> None:
    searching = asyncio.Event()

    async def hear(progress: float, total: float | None, message: str | None) -> None:
        if message and "searching" in message:
            searching.set()

    arguments = {"statement": HARD, "seconds": 3600}
    calling = asyncio.create_task(client.call_tool("prove_goal", arguments, progress_callback=hear))
    await searching.wait()
    calling.cancel()
    await asyncio.gather(calling, return_exceptions=True)
    # There is one place to work in: the next search has it.
    assert (await done(client, "prove_goal", statement="1 + 1 = 2"))["proved"]
