"""`prove FILE --model`: a language model beside the portfolio, behind a real server on loopback."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from model_server import Asked, Gone, ModelServer, Says

pytestmark = pytest.mark.lean

TEXT = """theorem squares : ∃ x y : Nat, x * x = 2 * (y * y) + 7 ∧ 100 < x := by
  sorry

theorem swap (p q : Prop) (h : p ∧ q) : q ∧ p := by
  sorry
"""
#: What the model knows: the goal's target holds the key, the value is what it proposes.
KNOWS = {
    "100 < x": ["exact ⟨0, 0, by decide⟩", "sorry", "native_decide", "exact ⟨437, 309, by decide⟩"],
    "q ∧ p": ["```lean\nexact ⟨h.2, h.1⟩\n```", "axiom cheat : False"],
}  # fmt: skip
MODEL = ("--model", "openai-api/local/tiny", "--recipe", "chat")


def writes(asked: Asked) -> list[str]:
    goal = asked.text.rpartition("⊢")[2]
    found = next((tactics for key, tactics in KNOWS.items() if key in goal), ["simp"])
    return [json.dumps(found)]


Prove = Callable[..., Any]


def scripts(document: dict[str, Any]) -> dict[str, list[str]]:
    return {t["name"]: t["scripts"] for t in document["targets"]}


def test_a_model_proves_what_it_knows(prove: Prove, server: ModelServer, file: Path, tmp_path: Path) -> None:
    found = prove(file, *MODEL, "--model-only", "--json", "--no-refute", "--record", tmp_path / "said.jsonl")
    assert found.code == 0, found.out
    assert scripts(found.document) == {"squares": ["exact ⟨437, 309, by decide⟩"], "swap": ["exact ⟨h.2, h.1⟩"]}
    bill = found.document["model"]
    assert bill["questions"] == len(server.asked) > 0 and bill["tokens"] > 0 and bill["failed"] == 0
    assert found.document["targets"][0]["statistics"]["rejected"] >= 2, "`sorry` and `native_decide` are not tried"

    server.close()
    again = prove(
        file,
        "--model",
        f"replay/{tmp_path / 'said.jsonl'}",
        "--recipe",
        "chat",
        "--model-only",
        "--no-refute",
        "--json",
    )
    assert again.code == 0 and scripts(again.document) == scripts(found.document)
    assert again.document["model"]["questions"] == bill["questions"]


def test_a_server_that_dies_costs_no_proof_that_does_not_need_it(prove: Prove, server: ModelServer, file: Path) -> None:
    died: list[str] = []

    def fault(asked: Asked) -> Gone | Says:
        died.append(asked.text)
        return Says(500, "out of memory")

    server.fault_of = fault
    found = prove(f"{file}:swap", *MODEL, "--json")
    assert found.code == 0 and died, found.out
    assert found.document["targets"][0]["proved"]


def test_a_model_that_cannot_answer_is_an_outcome(prove: Prove, server: ModelServer, file: Path) -> None:
    server.fault_of = lambda asked: Says(400, {"error": {"message": "context length exceeded", "code": "too_long"}})
    found = prove(f"{file}:swap", *MODEL, "--model-only", "--no-refute", "--json")
    assert found.code == 1
    verdict = found.document["targets"][0]["verdict"]
    assert (verdict["code"], verdict["stopped"]) == ("not_proved", "model_failed")


def test_the_answer_to_a_person(prove: Prove, server: ModelServer, file: Path) -> None:
    found = prove(f"{file}:swap", *MODEL, "--model-only", "--no-refute")
    assert found.code == 0 and "proved" in found.out
    assert re.search(r"model openai-api/local/tiny: \d+ questions, \d+ tokens written", found.err)


def test_a_run_with_a_model_is_resumed_with_the_same_one(
    prove: Prove, server: ModelServer, file: Path, tmp_path: Path
) -> None:
    run = ("--run", tmp_path / "run")
    assert prove(f"{file}:swap", *MODEL, "--model-only", *run).code == 0
    spec = json.loads((tmp_path / "run" / "run.json").read_text())["spec"]
    assert spec["model"] == "openai-api/local/tiny" and len(spec["prompts"]["chat"]) == 64
    again = prove(f"{file}:swap", *MODEL, "--model-only", *run, "--resume", "--temperature", "0.1")
    assert again.code == 2 and "sampling" in again.err
    before = len(server.asked)
    assert prove(f"{file}:swap", *MODEL, "--model-only", *run, "--resume").code == 0
    assert len(server.asked) == before, "nothing is asked again"


def test_no_server(prove: Prove, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOCAL_BASE_URL", "http://127.0.0.1:9/v1")
    found = prove(file, *MODEL, "--json")
    assert (found.code, found.error) == (3, "model_unreachable")
    monkeypatch.delenv("LOCAL_BASE_URL")
    assert prove(file, *MODEL, "--json").error == "model_address"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--samples", "3"), "usage"),
        (("--model-only",), "usage"),
        (("--model", "nonsense"), "model_reference"),
        (("--model", "hf/some/model"), "recipe_needed"),
        (("--model", "openai/gpt", "--recipe", "none-such"), "no_recipe"),
        (("--model", "replay/x.jsonl"), "usage"),
    ],
)
def test_options_that_make_no_sense(prove: Prove, file: Path, words: tuple[str, ...], code: str) -> None:
    found = prove(file, *words, "--json")
    assert (found.code, found.error) == (2, code)
