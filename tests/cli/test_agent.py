"""`prove FILE --agent`: lemmas planned and proved by a model behind a real server, or by a person in a folder."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from gauss_play import GAUSS, PROOF, REPLIES, TEXT, writes  # noqa: F401 (fixtures look for TEXT and writes here)
from model_server import ModelServer, Says

pytestmark = pytest.mark.lean

Prove = Callable[..., Any]
AGENT = ("--agent", "leap", "--model", "openai-api/local/tiny", "--timeout", "150")


def test_a_lemma_is_planned_proved_and_put_into_the_file(
    prove: Prove, server: ModelServer, file: Path, tmp_path: Path
) -> None:
    run = ("--run", tmp_path / "run")
    found = prove(
        file, *AGENT, *run, "--json", "--price", "1/10", "--hint", "think of Gauss", "-o", tmp_path / "o.lean"
    )
    assert found.code == 0, found.out + found.err
    (target,) = found.document["targets"]
    assert target["proved"] and target["scripts"] == ["rw [← gauss n]\ngrind"]
    assert found.document["model"]["money"] > 0 and found.document["model"]["recipe"] == "agents/leap"
    text = (tmp_path / "o.lean").read_text(encoding="utf-8")
    assert GAUSS in text and "sorry" not in text
    assert any("think of Gauss" in asked.text for asked in server.asked)
    assert prove("check", tmp_path / "o.lean", "--against", file).code == 0

    asked = len(server.asked)
    again = prove(file, *AGENT, *run, "--resume", "--price", "1/10", "--hint", "think of Gauss", "--json")
    assert again.code == 0 and len(server.asked) == asked, "nothing is asked again"


def test_what_is_missing_is_said(prove: Prove, server: ModelServer, file: Path) -> None:
    server.fault_of = lambda asked: Says(400, {"error": {"message": "no"}})
    found = prove(file, *AGENT, "--timeout", "20", "--json")
    assert found.code == 1
    verdict = found.document["targets"][0]["verdict"]
    assert (verdict["code"], verdict["stopped"]) == ("not_proved", "model_failed")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--agent", "leap"), "no_model"),
        (("--agent", "none-such", "--model", "openai/gpt"), "no_agent"),
        (("--hint", "x"), "usage"),
        (("--tactic-model", "hf/a/b"), "usage"),
        ((*AGENT, "--price", "cheap"), "usage"),
        ((*AGENT, "--money", "1"), "no_price"),
        ((*AGENT, "--money", "1", "--price", "1/2", "--tactic-model", "openai-api/local/other"), "no_price"),
        ((*AGENT, "--role-model", "judge=nonsense"), "model_reference"),
    ],
)
def test_options_that_make_no_sense(prove: Prove, file: Path, words: tuple[str, ...], code: str) -> None:
    found = prove(file, *words, "--json")
    assert (found.code, found.error) == (2, code)


def test_the_agent_that_searches_is_plain_search(prove: Prove, tmp_path: Path) -> None:
    easy = tmp_path / "easy.lean"
    easy.write_text("theorem easy (a b : Nat) : a + b = b + a := by\n  sorry\n", encoding="utf-8")
    plain = prove(easy, "--json").document
    found = prove(easy, "--agent", "search", "--json").document
    assert found["targets"][0]["scripts"] == plain["targets"][0]["scripts"]
    assert found["targets"][0]["statistics"].keys() == plain["targets"][0]["statistics"].keys()
    assert found["model"] is None
    refused = prove("plan", easy, "--agent", "search", "--run", tmp_path / "run")
    assert (refused.code, (tmp_path / "run").exists()) == (2, False) and "does not plan" in refused.err


def test_a_person_can_be_the_model(prove: Prove, file: Path, tmp_path: Path) -> None:
    """Replies are there before they are asked for: requests are numbered in the order in which they come."""
    import threading
    import time

    folder, done = tmp_path / "talk", threading.Event()

    def person() -> None:
        while not done.is_set():
            for request in sorted(folder.glob("*.request.md")):
                reply = request.with_name(request.name.replace(".request.", ".reply."))
                if not reply.exists():
                    text = request.read_text(encoding="utf-8")
                    begin = next((b for b in REPLIES if b in text), "")
                    said = REPLIES.get(begin) or (
                        PROOF if GAUSS in text.partition("The statement:")[2][:200] else "I cannot."
                    )
                    partial = reply.with_suffix(".tmp")
                    partial.write_text(said, encoding="utf-8")
                    partial.replace(reply)
            time.sleep(0.05)

    thread = threading.Thread(target=person)
    thread.start()
    try:
        found = prove(file, "--agent", "leap", "--model", f"manual/{folder}", "--timeout", "150", "--json")
    finally:
        done.set()
        thread.join()
    assert found.code == 0, found.out + found.err
    assert json.loads(found.out)["model"]["questions"] >= 3


def test_a_plan_alone_then_edited_and_proved(prove: Prove, server: ModelServer, file: Path, tmp_path: Path) -> None:
    """A person reads the blueprint, proves the lemma by hand, and goes on."""
    run = tmp_path / "run"
    planned = prove("plan", file, "--model", "openai-api/local/tiny", "--run", run)
    assert planned.code == 1 and "gauss" in planned.out and "open" in planned.out, planned.out + planned.err
    blueprint = run / "blueprint.lean"
    text = blueprint.read_text(encoding="utf-8")
    assert f"{GAUSS} := by\n  sorry" in text and "rw [← gauss n]" in text
    by_hand = "induction n with\n  | zero => rfl\n  | succ n ih => rw [sumTo, Nat.mul_add, ih]; grind"
    blueprint.write_text(text.replace(f"{GAUSS} := by\n  sorry", f"{GAUSS} := by\n  {by_hand}"), encoding="utf-8")
    asked = len(server.asked)
    again = prove("plan", file, "--model", "openai-api/local/tiny", "--run", run, "--resume")
    assert again.code == 0 and "proved" in again.out, again.out + again.err
    assert len(server.asked) == asked, "there was nothing left to ask"
