"""`prove formalize` as people and programs type it: a model server over HTTP, a real Lean."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from formalize_checks import checks
from model_server import Asked, ModelServer

from prover.events import RunFolder
from prover.formalize import formalizing

Prove = Callable[..., Any]
pytestmark = pytest.mark.timeout(600)

WORDS = "The sum of two odd numbers is even."
GOOD = "theorem statement (a b : Nat) (ha : a % 2 = 1) (hb : b % 2 = 1) : (a + b) % 2 = 0"
SAME = "theorem statement (m n : Nat) (hm : m % 2 = 1) (hn : n % 2 = 1) : (m + n) % 2 = 0"
FALSE = "theorem statement (a b : Nat) : (a + b) % 2 = 0"
BROKEN = "theorem statement (a b : Nat) (ha : Odd a) : Even (a + b)"
MODEL = ("--model", "openai-api/local/tiny")
BACK = "Numbers that leave 1 when halved have a sum that leaves 0."

#: What is drawn, in the order in which it is asked for; then the last again and again.
DRAFTS: list[str] = []
drawn: Counter[str] = Counter()


def writes(asked: Asked) -> Sequence[str]:
    if "never seen any other statement" in asked.text:
        assert WORDS not in asked.text
        return [BACK]
    assert WORDS in asked.text
    at = drawn["drafts"]
    drawn["drafts"] += 1
    return [f"I read it so.\n\n```lean lemma\n{DRAFTS[min(at, len(DRAFTS) - 1)]}\n```\n"]


@pytest.fixture(autouse=True)
def known_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn.clear()
    monkeypatch.setattr(formalizing, "lean_checks", lambda: checks(FALSE, FALSE.replace("statement", "odd_sum")))


@pytest.mark.lean
def test_the_best_is_frozen_and_proved(prove: Prove, server: ModelServer, tmp_path: Path) -> None:
    DRAFTS[:] = [GOOD, SAME, FALSE]
    out, run = tmp_path / "out.lean", tmp_path / "run"
    words = ("-n", 3, "--accept", "best", "-o", out, "--run", run, "--json", "--engine", "embedded", "--price", "1/2")
    ran = prove("formalize", WORDS, *MODEL, *words)
    document = ran.document
    assert ran.code == document["exit_code"] == 0 and document["words"] == WORDS
    best, worst = document["drafts"]
    assert best["statement"] in (GOOD, SAME) and (best["draws"], best["agreeing"], best["of"]) == (2, 2, 3)
    assert not best["damned"] and worst["damned"] and worst["doubts"][0]["concern"] == "false"
    assert best["back_translation"] == {"words": BACK, "problem": ""} and best["reading"] == "I read it so."
    accepted = document["accepted"]
    assert accepted["number"] == 1 and accepted["key"] == best["key"] and accepted["text"] == out.read_text()
    assert document["model"]["questions"] == 5 == document["costs"]["calls"] and document["costs"]["money"] > 0
    text = out.read_text()
    assert f"-- frozen: statement {best['key']}\n/-- {WORDS} -/\n{best['statement']} := by\n  sorry\n" in text

    folder = RunFolder.open(run)
    kinds = Counter(event.kind for event in folder.events())
    assert kinds["DraftWritten"] == 3 and kinds["DraftExamined"] == kinds["DraftTranslated"] == 2
    assert kinds["RoleAsked"] == 5 and kinds["Formalized"] == 1 and folder.summary["exit_code"] == 0
    assert len((run / "answers.jsonl").read_text().splitlines()) == 5

    told = prove("replay", run)
    assert told.code == 0 and f"{best['number']}. 2 of 3 drafts say this" in told.out and "(taken)" in told.out
    assert "; false" in told.out and f"key {best['key']}" in told.out
    assert prove("replay", run, "--json").document["result"]["accepted"]["key"] == best["key"]

    ran = prove("formalize", "--frozen", out, "--engine", "embedded", "--json")
    assert ran.code == 0 and [m["standing"] for m in ran.document["marks"]] == ["holds"]
    ran = prove(out, "--write", "--engine", "embedded", "--json", "--no-premises")
    assert ran.code == 0 and "-- frozen: " in out.read_text() and "sorry" not in out.read_text()
    assert prove("formalize", "--frozen", out, "--engine", "embedded").code == 0
    assert prove("check", out, "--engine", "embedded").code == 0

    changed = out.read_text().replace("% 2 = 0", "% 2 = 0 ∨ True")
    out.write_text(changed)
    assert prove("formalize", "--frozen", out, "--engine", "embedded").code == 1
    ran = prove("check", out, "--engine", "embedded", "--json")
    assert ran.code == 1 and ran.document["verdicts"]["statement"]["code"] == "mismatch"
    ran = prove(out, "--engine", "embedded", "--json")
    assert ran.code == 2 and ran.error == "statement_changed" and out.read_text() == changed

    # The answers that were kept are a model of their own.
    again = prove("formalize", WORDS, "--model", f"replay/{run / 'answers.jsonl'}", "-n", 3, "--json", "--accept", 1)
    assert again.code == 0 and {d["key"] for d in again.document["drafts"]} == {best["key"], worst["key"]}


@pytest.mark.lean
@pytest.mark.parametrize(
    ("drafts", "accept", "reason"),
    [
        ([FALSE], ("--accept", "best"), "damned"),
        ([FALSE], ("--accept", "1"), "damned"),
        ([GOOD], ("--accept", "best", "-n", "1"), "lone"),
        ([GOOD], (), "not_asked"),
        ([GOOD], ("--accept", "2"), "no_draft"),
        ([BROKEN], ("--accept", "best"), "no_draft"),
        ([BROKEN], (), "no_draft"),
    ],
)
def test_nothing_is_accepted(
    prove: Prove, server: ModelServer, tmp_path: Path, drafts: list[str], accept: tuple[str, ...], reason: str
) -> None:
    DRAFTS[:] = drafts
    out = tmp_path / "out.lean"
    counts = () if "-n" in accept else ("-n", 2)
    words = ("--mends", 0, "--no-back", "--engine", "embedded", "-o", out, "--json")
    ran = prove("formalize", WORDS, *MODEL, *words, *counts, *accept)
    assert ran.code == 1 and ran.document["reason"] == reason and ran.document["accepted"] is None
    assert not out.exists()


@pytest.mark.lean
def test_over_core_math(prove: Prove, server: ModelServer, tmp_path: Path) -> None:
    DRAFTS[:] = ["theorem statement (a b : ℕ) (ha : Odd a) (hb : Odd b) : Even (a + b)"]
    context, out = tmp_path / "Before.lean", tmp_path / "out.lean"
    context.write_text("import Mathlib\n")
    words = ("--lite", "--context", context, "-n", 1, "--mends", 0, "--no-back", "--accept", 1, "-o", out, "--json")
    ran = prove("formalize", WORDS, *MODEL, *words)
    assert ran.code == 0 and ran.document["foundation"] == "CoreMath", ran.err
    assert out.read_text().startswith("import Mathlib\n") and "Odd a" in out.read_text()
    ran = prove("formalize", "--frozen", out, "--lite")
    assert ran.code == 0 and "not Mathlib" in ran.err and "is as it was frozen" in ran.out
    context.write_text("import Mathlib\nset_option autoImplicit true\n")
    ran = prove("formalize", WORDS, *MODEL, *words)
    assert ran.code == 2 and ran.error == "lite_auto_implicit"


@pytest.mark.lean
def test_in_plain_lines(prove: Prove, server: ModelServer, tmp_path: Path) -> None:
    DRAFTS[:] = [FALSE, BROKEN, GOOD]
    words, context = tmp_path / "words.md", tmp_path / "Before.lean"
    words.write_text(f"{WORDS}\n")
    context.write_text("def two := 2\n")
    ran = prove("formalize", words, *MODEL, "-n", 2, "--context", context, "--name", "odd_sum", "--accept", "1")
    assert ran.code == 0, ran.err
    assert f"you said: {WORDS}" in ran.out and "1. 1 of 2 drafts say this; mended 1x" in ran.out
    assert f"said back: {BACK}" in ran.out and "FALSE" in ran.out and "\x1b" not in ran.out
    assert "def two := 2\n\n-- frozen: odd_sum " in ran.out and "theorem odd_sum" in ran.out
    assert "correct" not in ran.out + ran.err


@pytest.mark.lean
def test_limits_and_prices(prove: Prove, server: ModelServer) -> None:
    DRAFTS[:] = [BROKEN]
    ran = prove("formalize", WORDS, *MODEL, "-n", 1, "--calls", 2, "--json", "--engine", "embedded")
    document = ran.document
    assert ran.code == 1 and document["costs"]["calls"] == 2 == document["model"]["questions"]
    assert document["failures"][0]["stopped"] == "budget_calls" and len(document["failures"][0]["tries"]) == 2
    server.key = "another"
    ran = prove("formalize", WORDS, *MODEL, "-n", 2, "--json", "--engine", "embedded")
    assert ran.code != 0 and "error" in ran.document


def test_usage(prove: Prove, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty.md").write_text(" \n")
    (tmp_path / "many.jsonl").write_text("{}\n")
    (tmp_path / "no.lean").write_text("theorem t : True := trivial\n")
    for words, code in (
        ((WORDS,), "no_model"),
        ((WORDS, *MODEL, "--accept", "all"), "usage"),
        ((WORDS, *MODEL, "--accept", "0"), "usage"),
        ((WORDS, *MODEL, "--out", "d"), "usage"),
        ((WORDS, *MODEL, "--money", "1"), "no_price"),
        ((WORDS, *MODEL, "--agent", "nobody"), "no_agent"),
        ((" ", *MODEL), "usage"),
        (("", *MODEL), "usage"),
        (("empty.md", *MODEL), "usage"),
        (("absent.md", *MODEL), "no_file"),
        (("many.jsonl", *MODEL), "no_problems"),
        (("many.jsonl", *MODEL, "--accept", 1), "usage"),
        (("--frozen", "absent.lean"), "no_file"),
        ((WORDS, *MODEL, "--context", "absent.lean"), "no_file"),
    ):
        ran = prove("formalize", *words, "--json")
        assert ran.code == 2 and ran.error == code, (words, ran)


@pytest.mark.lean
def test_nothing_is_frozen_there(prove: Prove, tmp_path: Path) -> None:
    path = tmp_path / "F.lean"
    path.write_text("theorem t : True := trivial\n")
    ran = prove("formalize", "--frozen", path, "--json", "--engine", "embedded")
    assert ran.code == 2 and ran.error == "no_mark"
    path.write_text(f"-- frozen: t {'0' * 64}\ntheorem t : True := trivial\n")
    ran = prove("formalize", "--frozen", path, "--json", "--engine", "embedded")
    (mark,) = json.loads(ran.out)["marks"]
    assert ran.code == 1 and mark["standing"] == "changed" and len(mark["now"]) == 64 and mark["line"] == 1
