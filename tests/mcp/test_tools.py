"""The tools over a stand-in for the prover, through the protocol library's own client."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from mcp.client.client import Client
from mcp.shared.exceptions import MCPError
from mcp_stand_in import TEXT, StandIn, code, said
from mcp_types import ListRootsResult, Root
from plan_logs import small

from prover.core.errors import CallTimeout, UserError
from prover.events import RunFolder, RunSpec
from prover.mcp.tool import Desk

#: Makes a client of a server over a desk.
Connect = Callable[..., AbstractAsyncContextManager[Client]]

NAMES = [
    "fill_sorries", "prove_goal", "try_tactics", "check_proof", "find_premises", "lemma_dag", "search_status", "cancel",
]  # fmt: skip


async def done(client: Client, name: str, /, **arguments: Any) -> dict[str, Any]:
    """The structured result of a call that works, held against the tool's schema."""
    schemas = {tool.name: tool.output_schema for tool in (await client.list_tools()).tools}
    result = await client.call_tool(name, arguments)
    assert not result.is_error, said(result)
    schema = schemas[name]
    assert schema is not None and isinstance(result.structured_content, dict)
    Draft202012Validator(schema).validate(result.structured_content)
    assert said(result)
    return result.structured_content


async def refused(client: Client, name: str, /, **arguments: Any) -> str:
    return code(await client.call_tool(name, arguments))


async def test_what_there_is(connect: Connect) -> None:
    async with connect() as client:
        tools = (await client.list_tools()).tools
    assert [tool.name for tool in tools] == NAMES
    for tool in tools:
        assert tool.title and tool.description and tool.output_schema
        Draft202012Validator.check_schema(tool.input_schema)
        Draft202012Validator.check_schema(tool.output_schema)
        assert tool.input_schema["type"] == tool.output_schema["type"] == "object"
        assert all("description" in field for field in tool.input_schema["properties"].values()), tool.name
        assert not tool.name.startswith("lean_")  # those are lean-lsp-mcp's


@pytest.mark.parametrize("writes", [True, False])
async def test_what_tools_say_they_may_do(connect: Connect, desk: Desk, writes: bool) -> None:
    async with connect(replace(desk, writes=writes, models=not writes)) as client:
        hints = {tool.name: tool.annotations for tool in (await client.list_tools()).tools}
    assert all(hints.values())
    changing = {name for name, hint in hints.items() if hint and not hint.read_only_hint}
    assert changing == ({"fill_sorries", "cancel"} if writes else {"cancel"})
    assert {name for name, hint in hints.items() if hint and hint.destructive_hint} == (
        {"fill_sorries"} if writes else set()
    )
    assert {name for name, hint in hints.items() if hint and hint.open_world_hint} == (
        set() if writes else {"fill_sorries", "prove_goal"}
    )
    fill, cancel = hints["fill_sorries"], hints["cancel"]
    assert fill and cancel and fill.idempotent_hint is not writes and cancel.idempotent_hint


async def test_proofs_are_shown_and_not_written(connect: Connect, prover: StandIn, root: Path) -> None:
    prover.go.set()
    async with connect() as client:
        found = await done(client, "fill_sorries", path="F.lean", name="t", seconds=3)
    assert found["status"] == "done" and found["proved"] and not found["written"] and found["error"] is None
    assert found["targets"][0]["scripts"] == ["rfl"] and found["targets"][0]["verdict"]["axioms"] == ["propext"]
    assert "+  rfl" in found["diff"] and found["filled"] is None
    assert (root / "F.lean").read_text() == TEXT
    target, options = prover.asked[0]
    assert target == "t" and options.seconds == 3


async def test_proofs_are_written_where_that_is_allowed(connect: Connect, prover: StandIn, root: Path) -> None:
    prover.go.set()
    async with connect() as client:
        found = await done(client, "fill_sorries", path=str(root / "F.lean"), line=2, write=True)
    assert found["written"] and (root / "F.lean").read_text() == TEXT.replace("sorry", "rfl")
    assert prover.asked[0][0] == "#L2"


async def test_nothing_is_written_elsewhere(connect: Connect, desk: Desk, prover: StandIn, root: Path) -> None:
    (root / "link.lean").symlink_to(root / "F.lean")
    async with connect(replace(desk, writes=False)) as client:
        assert await refused(client, "fill_sorries", path="F.lean", write=True) == "not_writable"
    async with connect() as client:
        assert await refused(client, "fill_sorries", path="link.lean", write=True) == "symlink"
        assert await refused(client, "fill_sorries", path="../F.lean", write=True) == "outside"
    assert not prover.asked and (root / "F.lean").read_text() == TEXT


async def test_a_file_that_changed_is_left_alone(connect: Connect, prover: StandIn, root: Path) -> None:
    async with connect() as client:
        begun = await done(client, "fill_sorries", path="F.lean", write=True, background=True)
        await prover.begun.wait()
        (root / "F.lean").write_text("-- mine\n")
        prover.go.set()
        found = await ended(client, begun["id"])
    assert found["error"]["code"] == "changed" and not found["written"] and "+  rfl" in found["diff"]
    assert (root / "F.lean").read_text() == "-- mine\n"


async def status(client: Client, name: str, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """Where a search stands, once that is what is wanted."""
    while True:
        found = await done(client, "search_status", id=name)
        if wanted(found):
            return found
        await asyncio.sleep(0.01)


async def ended(client: Client, name: str) -> dict[str, Any]:
    return await status(client, name, lambda found: found["status"] not in ("queued", "running"))


async def test_a_statement(connect: Connect, prover: StandIn) -> None:
    prover.go.set()
    async with connect() as client:
        found = await done(client, "prove_goal", statement="1 = 1", context="def f := 1\n")
    assert found["filled"] == "def f := 1\n\ntheorem goal : 1 = 1 := by\n  rfl\n"
    assert prover.asked[0][0] == "#L4"


async def test_in_the_background(connect: Connect, prover: StandIn) -> None:
    prover.events = [("FileOpened", {"targets": ["t", "u"]}), ("TargetStarted", {"name": "t"})]
    async with connect() as client:
        begun = await done(client, "prove_goal", statement="1 = 1", background=True)
        assert begun["status"] in ("queued", "running") and begun["targets"] == []
        await prover.begun.wait()
        now = await status(client, begun["id"], lambda found: found["doing"] != "waiting")
        assert now["status"] == "running" and "searching t" in now["doing"]
        assert (await done(client, "search_status", id=begun["id"], wait=0.01))["status"] == "running"
        waiting = asyncio.create_task(done(client, "search_status", id=begun["id"], wait=3600))
        # To give up waiting is not to give up the search.
        given_up = asyncio.create_task(client.call_tool("search_status", {"id": begun["id"], "wait": 3600}))
        await asyncio.sleep(0.05)
        given_up.cancel()
        await asyncio.gather(given_up, return_exceptions=True)
        prover.go.set()
        assert (await waiting)["proved"]
        assert await refused(client, "search_status", id="77") == "no_search"


async def test_a_search_is_ended_and_what_was_found_kept(connect: Connect, prover: StandIn, root: Path) -> None:
    async with connect() as client:
        begun = await done(client, "fill_sorries", path="F.lean", write=True, background=True)
        await prover.begun.wait()
        found = await done(client, "cancel", id=begun["id"])
        assert found["status"] == "done" and found["interrupted"] and found["proved"] and not found["written"]
        assert await done(client, "cancel", id=begun["id"]) == found
    assert (root / "F.lean").read_text() == TEXT


async def test_a_call_that_is_given_up_ends_its_run(connect: Connect, prover: StandIn) -> None:
    async with connect() as client:
        calling = asyncio.create_task(client.call_tool("fill_sorries", {"path": "F.lean"}))
        await prover.begun.wait()
        calling.cancel()
        await asyncio.gather(calling, return_exceptions=True)
        await prover.given_up.wait()
        assert (await ended(client, "1"))["status"] == "cancelled"
        prover.go.set()
        assert (await done(client, "fill_sorries", path="F.lean"))["proved"]


async def test_progress_grows_and_comes_in_order(connect: Connect, prover: StandIn) -> None:
    told: list[tuple[float, str | None]] = []

    async def hear(progress: float, total: float | None, message: str | None) -> None:
        assert total is None
        told.append((progress, message))
        if message and "searching t" in message:
            prover.go.set()

    prover.events = [("FileOpened", {"targets": ["t"]}), ("NodeExpanded", {}), ("TargetStarted", {"name": "t\u202e"})]
    async with connect() as client:
        await client.call_tool("fill_sorries", {"path": "F.lean"}, progress_callback=hear)
    amounts = [progress for progress, _ in told]
    assert amounts and amounts == sorted(set(amounts))
    assert told[-1][1] == "searching t\\u{202e} (1 goals looked at)"


async def test_arguments_that_make_no_sense(connect: Connect, prover: StandIn) -> None:
    async with connect() as client:
        for name, arguments in [
            ("fill_sorries", {}),
            ("fill_sorries", {"path": "F.lean", "name": "t", "line": 2}),
            ("fill_sorries", {"path": "F.lean", "line": 0}),
            ("fill_sorries", {"path": "F.lean", "seconds": -1}),
            ("fill_sorries", {"path": "F.lean", "more": 1}),
            ("fill_sorries", {"path": 1}),
            ("prove_goal", {"statement": ""}),
            ("try_tactics", {"path": "F.lean", "tactics": []}),
            ("try_tactics", {"path": "F.lean", "tactics": [""]}),
            ("try_tactics", {"path": "F.lean", "tactics": "rfl"}),
            ("try_tactics", {"path": "F.lean", "tactics": "[1]"}),
            ("check_proof", {}),
            ("check_proof", {"path": "F.lean", "text": "x"}),
            ("check_proof", {"text": "x", "against": "F.lean", "against_text": "x"}),
            ("check_proof", {"text": "x", "policy": "none"}),
            ("find_premises", {"query": "x", "k": 1000}),
            ("lemma_dag", {}),
            ("lemma_dag", {"run": "x", "id": "1"}),
        ]:
            assert await refused(client, name, **arguments) == "bad_arguments", (name, arguments)
        with pytest.raises(MCPError) as error:
            await client.call_tool("lean_goal", {})
    assert "fill_sorries" in str(error.value) and not prover.asked


async def test_errors_have_a_code_words_and_a_hint(connect: Connect, prover: StandIn) -> None:
    prover.go.set()
    async with connect() as client:
        prover.error = UserError("no such\x1b[31m thing", code="target_absent", hint="look")
        result = await client.call_tool("fill_sorries", {"path": "F.lean", "name": "u"})
        assert code(result) == "target_absent"
        assert said(result) == "error [target_absent]: no such\\u{1b}[31m thing\nlook"
        assert (await done(client, "search_status", id="1"))["error"]["code"] == "target_absent"
        prover.error = CallTimeout("too slow")
        assert code(await client.call_tool("check_proof", {"text": "x"})) == "call_timeout"
        prover.error = ZeroDivisionError("a secret")
        for name, arguments in (("check_proof", {"text": "x"}), ("fill_sorries", {"path": "F.lean"})):
            result = await client.call_tool(name, arguments)
            assert code(result) == "internal" and "secret" not in said(result)


async def test_hidden_characters_are_spelled_out(connect: Connect, prover: StandIn) -> None:
    prover.go.set()
    prover.script = "rfl -- \u202e\x1b[31m"
    async with connect() as client:
        result = await client.call_tool("prove_goal", {"statement": "1 = 1"})
    assert "rfl -- \\u{202e}\\u{1b}[31m" in said(result)
    # What is to be put into a file is as it is.
    assert result.structured_content["targets"][0]["scripts"] == [prover.script]


async def test_a_check(connect: Connect, prover: StandIn) -> None:
    async with connect() as client:
        alone = await done(client, "check_proof", path="F.lean", strict=True, targets='["t"]')
        assert not alone["stated"] and not alone["accepted"]
        stated = await done(client, "check_proof", text="x", against="F.lean")
        assert stated["stated"] and stated["accepted"] and stated["verdicts"][0]["verdict"]["code"] == "proved"
        assert await refused(client, "check_proof", text="x", against="../F.lean") == "outside"
        assert await refused(client, "find_premises", query="x", path="../F.lean") == "outside"
        assert await refused(client, "try_tactics", path="../F.lean", tactics=["rfl"]) == "outside"
        assert (await done(client, "find_premises", query="x"))["premises"] == []
    assert prover.asked[0][2].strict and prover.asked[0][2].targets == ("t",)
    assert prover.asked[1][1].text == TEXT


async def test_a_recorded_plan(connect: Connect, root: Path) -> None:
    made = RunFolder.create(root / "run", RunSpec(inputs={}))
    with made.log() as log:
        for event in small():
            log.append(event)
    async with connect() as client:
        plan = await done(client, "lemma_dag", run="run")
        text = said(await client.call_tool("lemma_dag", {"run": "run"}))
        assert plan["lemmas"][plan["targets"][0]]["name"] == "gauss" and plan["totals"]["targets_proved"] == 1
        assert "gauss: proved, from left, shared" in text and "bold: refuted" in text
        assert await refused(client, "lemma_dag", run="..") == "outside"
        await done(client, "fill_sorries", path="F.lean", background=True)
        assert await refused(client, "lemma_dag", id="1") == "no_plan"


async def test_the_plan_of_a_search(connect: Connect, prover: StandIn) -> None:
    prover.plan = [event.payload for event in small()]
    async with connect() as client:
        begun = await done(client, "prove_goal", statement="1 = 1", background=True)
        await prover.begun.wait()
        plan = await done(client, "lemma_dag", id=begun["id"])
    assert plan["lemmas"][plan["targets"][0]]["name"] == "gauss"


async def test_ended_searches_are_forgotten(connect: Connect, prover: StandIn) -> None:
    prover.go.set()
    async with connect() as client:
        for _ in range(4):
            await done(client, "fill_sorries", path="F.lean")
        assert await refused(client, "search_status", id="1") == "no_search" and set(prover.runs) == {"3", "4"}
        assert (await done(client, "search_status", id="4"))["proved"]


async def test_the_clients_roots_narrow(connect: Connect, prover: StandIn, root: Path) -> None:
    prover.go.set()
    (root / "sub").mkdir()
    (root / "sub/G.lean").write_text(TEXT)
    own = [root / "sub", root.parent]

    async def roots(_context: Any) -> ListRootsResult:
        return ListRootsResult(roots=[Root.model_validate({"uri": own[0].as_uri()})])

    async with connect(list_roots_callback=roots) as client:
        assert (await done(client, "fill_sorries", path="sub/G.lean"))["proved"]
        assert await refused(client, "fill_sorries", path="F.lean") == "outside"
        own.reverse()
        assert (await done(client, "fill_sorries", path="F.lean"))["proved"]
        (root.parent / "H.lean").write_text(TEXT)
        assert await refused(client, "fill_sorries", path=str(root.parent / "H.lean")) == "outside"
