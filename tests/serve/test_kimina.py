"""What the published `kimina-client` asks for, and how texts are parted and put together again."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from kimina import AsyncKiminaClient, Infotree, KiminaClient, Snippet, SnippetStatus
from serve_running import Running, problem

from prover.serve.snippet import shifted, split


@pytest.mark.parametrize(
    ("code", "header", "body", "lines"),
    [
        ("import A\nimport Mathlib\nimport B", "import Mathlib\nimport A\nimport B", "", 3),
        ("import X\n\nimport Y\n\ndef a := 1\n  b", "import X\nimport Y", "def a := 1\n  b", 4),
        ("def a := 1", "", "def a := 1", 0),
        ("import Mathlib\nimport Mathlib\nimport Z\nimport Z\nZ", "import Mathlib\nimport Z", "Z", 4),
        ("import Mathlib  \n\ntheorem", "import Mathlib", "theorem", 2),
        ("\n\nimport Mathlib\n theorem", "import Mathlib", " theorem", 3),
        ("import Mathlib.Tactic\nimport Aesop\nimport Mathlib.Data.Nat", "import Mathlib\nimport Aesop", "", 3),
        ("import A\r\nx\r\n", "import A", "x\n", 1),
        ("-- text\nimport A\nx", "", "-- text\nimport A\nx", 0),
        ("importx", "", "importx", 0),
        ("", "", "", 1),
    ],
)
def test_imports_are_parted_from_the_rest(code: str, header: str, body: str, lines: int) -> None:
    found = split(code)
    assert (found.header, found.body, found.lines) == (header, body, lines)


def test_positions_are_those_of_the_whole_text() -> None:
    at = {"line": 2, "column": 1}
    found = shifted(
        {"env": 1, "messages": [{"pos": at, "endPos": None}], "sorries": [{"pos": at, "endPos": at}], "infotree": [at]},
        4,
    )
    down = {"line": 6, "column": 1}
    assert found["messages"] == [{"pos": down, "endPos": None}] and found["sorries"] == [{"pos": down, "endPos": down}]
    assert found["infotree"] == [at] and found["env"] == 1


async def test_the_client_of_kimina(running: Running) -> None:
    client = KiminaClient(running.url, n_retries=1)
    assert (await asyncio.to_thread(client.health)) == {"status": "ok"}
    texts = [Snippet(id=str(n), code=code) for n, code in enumerate(["a", "late", "lost", "b"])]
    answer = await asyncio.to_thread(lambda: client.check(texts, batch_size=2, show_progress=False))
    found = {result.id: result for result in answer.results}
    told: dict[str, Any] = dict(found["0"].response or {})
    assert told["messages"][0]["data"] == "a"
    assert found["0"].time == 0.5 and found["0"].diagnostics is None
    statuses = {name: result.analyze().status for name, result in found.items()}
    assert statuses == {
        "0": SnippetStatus.valid,
        "1": SnippetStatus.timeout_error,
        "2": SnippetStatus.server_error,
        "3": SnippetStatus.valid,
    }
    assert found["1"].error == "Lean REPL command timed out in 60.0 seconds" and found["1"].response is None


async def test_its_asynchronous_client(running: Running) -> None:
    client = AsyncKiminaClient(running.url, n_retries=1)
    answer = await client.check("a", timeout=1000, debug=True, reuse=False, infotree=Infotree.full, show_progress=False)
    assert answer.results[0].diagnostics == {"repl_uuid": "1", "cpu_max": 1.0, "memory_max": 2.0}
    [snippet] = running.work.asked
    assert (snippet.seconds, snippet.infotree, snippet.reuse) == (300.0, "full", False)
    await client.session.aclose()


async def test_the_older_form(running: Running) -> None:
    codes = [{"custom_id": 7, "proof": "a"}, {"custom_id": "x", "code": "late"}, {"custom_id": "y", "code": "bad"}]
    for path in ("/verify", "/one_pass_verify_batch"):
        response = await running.client.post(path, json={"codes": codes, "infotree_type": "tactics"})
        message: dict[str, Any] = {"severity": "info", "pos": {"line": 1, "column": 0}, "endPos": None, "data": "a"}
        assert response.json()["results"] == [
            {"custom_id": "7", "response": {"env": 0, "messages": [message], "time": 0.5}},
            {"custom_id": "x", "error": "Lean REPL command timed out in 300.0 seconds"},
            {"custom_id": "y", "error": "no such import [missing_import]"},
        ]


@pytest.mark.parametrize(
    "body",
    [
        {"snippets": []},
        {"snippets": [{"id": "1", "code": "a"}, {"id": "1", "code": "b"}]},
        {"snippets": [{"id": "1"}]},
        {"snippets": [{"id": "1", "code": "a"}], "infotree": "all"},
        {"snippets": [{"id": "1", "code": "a"}], "timeout": -1},
    ],
)
async def test_what_kimina_refuses(running: Running, body: dict[str, Any]) -> None:
    assert problem(await running.client.post("/api/check", json=body)) == (422, "invalid")
    assert problem(await running.client.post("/verify", json={"codes": [{"custom_id": "1"}]})) == (422, "invalid")


async def test_paths_with_a_slash_at_their_end(running: Running) -> None:
    assert (await running.client.get("/health/")).json() == {"status": "ok"}
    body = {"snippets": [{"id": "1", "code": "a"}]}
    assert (await running.client.post("/api/check/", json=body)).json()["results"][0]["id"] == "1"
