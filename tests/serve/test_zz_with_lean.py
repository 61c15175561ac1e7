"""One server process with a real Lean: its own interface, the published clients of Kimina's, hostile texts, its end."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from kimina import AsyncKiminaClient, Infotree, KiminaClient, Snippet, SnippetStatus

from prover.serve.settings import KEY

pytestmark = pytest.mark.lean

SECRET = "a-key-that-nobody-guesses"
COMMAND = "import sys; from prover.cli.app import run; sys.exit(run())"
PROVED = "theorem t (n : Nat) : n + 0 = n := rfl"
OPEN = "theorem t (n : Nat) : n + 0 = n := sorry"
OTHERWISE = f"-- frozen: t {'0' * 64}\n"
ENDLESS = "#reduce (proofs := true) (List.range 100000000).length"


@dataclass
class Served:
    """A server process. `client` shows the key."""

    process: subprocess.Popen[str]
    url: str
    client: httpx.Client
    log: Path

    def check(self, *items: dict[str, Any]) -> list[dict[str, Any]]:
        response = self.client.post("/v1/check", json={"items": list(items)})
        assert response.status_code == 200, response.text
        return response.json()["items"]

    def codes(self, *items: dict[str, Any]) -> list[str]:
        return [item["code"] for item in self.check(*items)]


@contextmanager
def serving(folder: Path, *words: str) -> Iterator[Served]:
    """A server started in `folder`, ended with SIGTERM: exit code 0, and no process left."""
    log = folder / "log"
    with (
        log.open("w") as errors,
        subprocess.Popen(
            [sys.executable, "-c", COMMAND, "serve", "--port", "0", "--engine", "embedded", "--jobs", "1", *words],
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            cwd=folder,
            env={**os.environ, KEY: SECRET},
        ) as process,
    ):
        try:
            assert process.stdout is not None
            url = re.search(r"http://\S+", process.stdout.readline())
            assert url is not None, log.read_text()
            headers = {"Authorization": f"Bearer {SECRET}"}
            with httpx.Client(base_url=url[0], headers=headers, timeout=280) as client:
                yield Served(process, url[0], client, log)
            lean = psutil.Process(process.pid).children(recursive=True)
            process.send_signal(signal.SIGTERM)
            assert process.wait(120) == 0
            _, left = psutil.wait_procs(lean, timeout=20)
            assert not left
        finally:
            process.kill()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, embedded: object) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("served")
    (folder / "Secret.lean").write_text("def secret := 1\n")
    with serving(folder, "--queue", "20", "--max-seconds", "100") as found:
        yield found


def test_verdicts_with_their_reasons(served: Served) -> None:
    items = [
        {"id": "proved", "submission": PROVED, "reference": OPEN},
        {"id": "other", "submission": "theorem t (n : Nat) : n = n := rfl", "reference": OPEN},
        {"id": "alone", "submission": PROVED},
        {"id": "axiom", "submission": "axiom a : False\ntheorem t : False := a"},
        {"id": "missing", "submission": "import Mathlib\n" + PROVED},
        {"id": "target", "submission": PROVED, "reference": OPEN, "targets": ["nothing"]},
        {"id": "hole", "submission": OPEN, "reference": OPEN},
        {"id": "frozen otherwise", "submission": OTHERWISE + PROVED, "reference": OPEN},
        {"id": "asked otherwise", "submission": PROVED, "reference": OTHERWISE + OPEN},
    ]
    found = served.check(*items)
    assert [item["id"] for item in found] == [item["id"] for item in items]
    codes = {item["id"]: item["code"] for item in found}
    assert codes == {
        "proved": "proved",
        "other": "mismatch",
        "alone": "consistent",
        "axiom": "forbidden_axiom",
        "missing": "elaboration_error",
        "target": codes["target"],
        "hole": "incomplete",
        "frozen otherwise": "mismatch",
        "asked otherwise": "statement_changed",
    }
    assert codes["target"] not in ("proved", "consistent")
    assert found[0]["verdicts"]["t"]["report"]["rungs"] == ["elaborated", "replayed", "compared"]


def test_many_clients_at_once_get_their_own_answers(served: Served) -> None:
    def one(number: int) -> bool:
        [found] = served.check({"id": f"{number}", "submission": f"theorem t{number} : {number} = {number} := rfl"})
        return found["id"] == f"{number}" and list(found["verdicts"]) == [f"t{number}"] and found["accepted"]

    with ThreadPoolExecutor(16) as threads:
        assert all(threads.map(one, range(20)))


def test_the_client_of_kimina(served: Served) -> None:
    client = KiminaClient(served.url, SECRET, n_retries=1)
    client.test()
    texts = [
        Snippet(id="valid", code="theorem a : 1 + 1 = 2 := by rfl"),
        Snippet(id="open", code="import Lean\n\n\ntheorem a : 1 = 2 := by\n  sorry"),
        Snippet(id="wrong", code="\n\ntheorem a : 1 = 2 := by\n  rfl"),
        Snippet(id="missing", code="import Nowhere\n#check Nat"),
    ]
    answer = client.check(texts, timeout=60, show_progress=False, batch_size=4, infotree=Infotree.original)
    found = {result.id: result for result in answer.results}
    statuses = {name: result.analyze().status for name, result in found.items()}
    assert statuses == {
        "valid": SnippetStatus.valid,
        "open": SnippetStatus.sorry,
        "wrong": SnippetStatus.lean_error,
        "missing": SnippetStatus.server_error,
    }
    told: dict[str, dict[str, Any]] = {name: dict(result.response or {}) for name, result in found.items()}
    assert told["valid"]["infotree"]
    assert told["open"]["sorries"] == [
        {"pos": {"line": 5, "column": 2}, "endPos": {"line": 5, "column": 7}, "goal": "⊢ 1 = 2", "proofState": 0}
    ]
    assert told["open"]["env"] == 1 and told["wrong"]["env"] == 0
    assert told["wrong"]["messages"][0]["pos"] == {"line": 4, "column": 2}


async def test_its_asynchronous_client_and_a_time_limit(served: Served) -> None:
    client = AsyncKiminaClient(served.url, SECRET, n_retries=1)
    texts = [Snippet(id="endless", code=ENDLESS), Snippet(id="quick", code="#check Nat")]
    answer = await client.check(texts, timeout=2, show_progress=False, batch_size=1, debug=True)
    found = {result.id: result for result in answer.results}
    assert found["endless"].analyze().status is SnippetStatus.timeout_error
    assert found["quick"].analyze().status is SnippetStatus.valid and found["quick"].diagnostics
    await client.session.aclose()


def test_the_older_form(served: Served) -> None:
    codes = [{"custom_id": 1, "proof": PROVED}, {"custom_id": "b", "code": "#check Nat"}]
    results = served.client.post("/verify", json={"codes": codes, "timeout": 60}).json()["results"]
    assert [result["custom_id"] for result in results] == ["1", "b"]
    assert "messages" not in results[0]["response"] and results[1]["response"]["messages"][0]["data"] == "Nat : Type"
    assert all(result["response"]["time"] > 0 for result in results)


def test_nothing_of_one_client_is_seen_by_another(served: Served) -> None:
    def said(code: str) -> str:
        body = {"snippets": [{"id": "1", "code": code}], "timeout": 60}
        [result] = served.client.post("/api/check", json=body).json()["results"]
        return json.dumps(result)

    said('def mine := 12345\nmacro "ours" : term => `(0)\nset_option pp.all true')
    for _ in range(3):
        told = said("#check mine\n#check ours\n#check (1 : Nat)")
        assert "12345" not in told and told.count("error") == 2 and "1 : Nat" in told


def test_texts_cannot_read_files(served: Served) -> None:
    """The server's own folder and its memory's secrets: neither by import nor by code."""
    body = {"snippets": [{"id": "1", "code": "import Secret\n#eval secret"}, {"id": "2", "code": _READING}]}
    for result in served.client.post("/api/check", json=body).json()["results"]:
        assert "error" in json.dumps(result) and "root:" not in json.dumps(result)
        assert SECRET not in json.dumps(result)
    [item] = served.check({"submission": "import Secret\ntheorem t : secret = 1 := rfl"})
    assert item["code"] == "elaboration_error" and str(served.log.parent) not in json.dumps(item)


_READING = '#eval do return (← IO.FS.readFile "/etc/passwd")\n#eval do return (← IO.getEnv "PROVER_SERVE_KEY").get!'


def test_hostile_texts_harm_nobody(served: Served) -> None:
    """Each is answered for itself, and those beside it are judged as ever."""
    hostile = [
        "#eval (IO.Process.exit 0 : IO Unit)",
        ENDLESS,
        "theorem t : False := by\n  exact (sorryAx _ false)",
        "x" * 200_000,
        "theorem «\u202e» : 1 = 1 := rfl -- \x00",
    ]
    items = [{"id": f"{n}", "submission": text, "seconds": 20} for n, text in enumerate(hostile)]
    beside = [{"id": f"good {n}", "submission": PROVED, "reference": OPEN} for n in range(len(hostile))]
    mixed = [one for pair in zip(items, beside, strict=True) for one in pair]
    found = {item["id"]: item["code"] for item in served.check(*mixed)}
    assert all(found[item["id"]] == "proved" for item in beside), found
    assert not {found[item["id"]] for item in items[:4]} & {"proved", "consistent"}, found


def test_who_goes_away_leaves_no_work_behind(served: Served) -> None:
    with pytest.raises(httpx.ReadTimeout):
        body = {"items": [{"submission": ENDLESS, "seconds": 90} for _ in range(4)]}
        served.client.post("/v1/check", json=body, timeout=httpx.Timeout(60, read=1))
    deadline = time.monotonic() + 60
    idle = {"status": "ok", "running": 0, "waiting": 0}
    while (state := served.client.get("/v1/health").json()) != idle and time.monotonic() < deadline:
        time.sleep(0.1)
    assert state == idle
    assert served.codes({"submission": PROVED}) == ["consistent"]


async def test_a_proof_is_found_and_can_be_followed(served: Served) -> None:
    text = "theorem t (a b : Nat) : a + b = b + a := by sorry\n\ntheorem u : 1 = 2 := by sorry\n"
    begun = served.client.post("/v1/prove", json={"text": text, "seconds": 20})
    assert begun.status_code == 202
    kinds: list[str] = []
    async with (
        httpx.AsyncClient(base_url=served.url, headers=served.client.headers, timeout=280) as client,
        client.stream("GET", begun.headers["location"] + "/events") as stream,
    ):
        async for line in stream.aiter_lines():
            if line.startswith("event: "):
                kinds.append(line.removeprefix("event: "))
    assert "TargetStarted" in kinds and kinds[-1] == "end"
    found = served.client.get(begun.headers["location"]).json()
    verdicts = {target["name"]: target["verdict"]["code"] for target in found["result"]["targets"]}
    assert found["status"] == "done" and not found["proved"] and verdicts == {"t": "proved", "u": "refuted"}


def test_a_statement_is_proved(served: Served) -> None:
    wanted = {"statement": "(a b : Nat) : a + b = b + a", "seconds": 30}
    found = served.client.post("/v1/prove?wait=true", json=wanted).json()
    assert found["proved"] and "theorem" in found["result"]["diff"]
    refused = served.client.post("/v1/prove?wait=true", json={"statement": "not a statement at all"}).json()
    assert refused["status"] == "failed" and refused["error"]["code"] == "no_statement"


def test_a_process_in_which_a_text_may_have_run_code_serves_nobody_else(served: Served) -> None:
    """As told by the number of the process that a snippet was put to."""

    def process() -> str:
        body = {"snippets": [{"id": "1", "code": "#check Nat"}], "timeout": 60, "debug": True}
        [result] = served.client.post("/api/check", json=body).json()["results"]
        return result["diagnostics"]["repl_uuid"]

    def prove(text: str) -> None:
        found = served.client.post("/v1/prove?wait=true", json={"text": text, "seconds": 10, "refute": False}).json()
        assert found["proved"], found

    first = process()
    assert process() == first
    prove("theorem t : 1 = 1 := by sorry")
    assert process() != first


def test_the_key_and_the_texts_are_not_in_the_log(served: Served) -> None:
    assert httpx.get(f"{served.url}/v1/version").status_code == 401
    log = served.log.read_text()
    lines = [json.loads(line) for line in log.splitlines()]
    assert lines and SECRET not in log and "theorem" not in log
    assert {line["status"] for line in lines} <= {200, 202, 401, 499}


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_core_math_in_the_place_of_mathlib(tmp_path: Path, embedded: object) -> None:
    """Texts that import Mathlib, where every name in them is there; what is not there is said, for each."""
    mathlib, real = "import Mathlib\n\n", "theorem t (x : ℝ) : x = x := rfl"
    with serving(tmp_path, "--lite") as served:
        assert served.client.get("/v1/version").json()["foundation"] == "CoreMath"
        found = served.check(
            {"submission": mathlib + PROVED, "reference": mathlib + OPEN},
            {"submission": mathlib + real, "reference": mathlib + real.replace("rfl", "sorry")},
            {"submission": mathlib + "set_option autoImplicit true\n" + PROVED},
            {"submission": PROVED, "reference": OPEN},
        )
        assert [item["code"] for item in found] == ["proved", "lite_unresolved", "lite_auto_implicit", "proved"]
        assert found[0]["verdicts"]["t"]["report"]["foundation"] == "CoreMath"
        client = KiminaClient(served.url, SECRET, n_retries=1)
        texts = [mathlib + PROVED, mathlib + real, mathlib + "set_option autoImplicit true\n" + real]
        answer = client.check(texts, show_progress=False, batch_size=3)
        statuses = [result.analyze().status for result in answer.results]
        assert statuses == [SnippetStatus.valid, SnippetStatus.lean_error, SnippetStatus.server_error]
