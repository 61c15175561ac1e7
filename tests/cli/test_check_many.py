"""`prove check` of a folder and of a JSONL file, with a real Lean."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from prover.cli import check_many
from prover.core import verdict as verdicts
from prover.core.verdict import Verdict
from prover.lean.pool_statistics import PoolStatistics
from prover.verify.batch import BatchOptions
from prover.verify.docket import Item

Prove = Callable[..., Any]

STATED = "theorem t (n : Nat) : n + 0 = n := by sorry\n"
RECORDS = [
    {"name": "good", "target_statement": STATED, "submission": "theorem t (n : Nat) : n + 0 = n := rfl\n"},
    {"name": "open", "target_statement": STATED, "submission": STATED},
    {"name": "other", "target_statement": STATED, "submission": "theorem t (n : Nat) : n = n := rfl\n"},
    {"name": "no target", "target_statement": "def d := 1\n", "submission": "def d := 1\n"},
    {
        "name": "frozen otherwise",
        "target_statement": STATED,
        "submission": f"-- frozen: t {'0' * 64}\ntheorem t (n : Nat) : n + 0 = n := rfl\n",
    },
]


@pytest.fixture
def one_canary(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that needs no worker of its own, to keep the test short; the bundled ones are in the slow tests."""
    canary = Item("canary", "theorem goal : 1 = 2 := by\n  sorry", "theorem goal : 1 = 2 := by\n  sorry")
    monkeypatch.setattr(check_many, "BatchOptions", lambda **given: BatchOptions(canaries=(canary,), **given))


@pytest.mark.lean
def test_a_jsonl_file_then_the_same_again(
    prove: Prove, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, one_canary: None
) -> None:
    monkeypatch.chdir(tmp_path)
    source = tmp_path / "all.jsonl"
    source.write_text("".join(json.dumps(record) + "\n" for record in RECORDS) + "{\n")
    ran = prove("check", source, "--jobs", "2", "--json")
    document = ran.document
    assert ran.code == document["exit_code"] == 1
    assert {item["name"]: item["code"] for item in document["items"]} == {
        "good": "proved",
        "open": "incomplete",
        "other": "mismatch",
        "no target": "bad_target",
        "frozen otherwise": "mismatch",
    }
    assert [problem["code"] for problem in document["problems"]] == ["not_json"]
    assert document["judged"] == 5 and document["canaries"] == {"held": 2, "inconclusive": 0}
    assert document["workers"]["started"] >= 2 and document["workers"]["peak_mb"] > 0
    written = [json.loads(line)["payload"] for line in (tmp_path / "all.results.jsonl").read_text().splitlines()]
    good = next(line for line in written if line["name"] == "good")
    assert good["verdicts"]["t"]["report"]["rungs"] and good["resources"]["parts"]["elaborate"] > 0
    frozen = next(line for line in written if line["name"] == "frozen otherwise")
    assert "not as it was frozen (line 1)" in frozen["verdicts"]["t"]["detail"]
    again = prove("check", source, "--json")
    assert again.document["resumed"] == 5 and again.document["items"] == document["items"]
    assert again.document["judged"] == again.document["canaries"]["held"] == 0


@pytest.mark.lean
def test_a_folder_against_one_file(prove: Prove, tmp_path: Path, one_canary: None) -> None:
    folder, stated = tmp_path / "done", tmp_path / "R.lean"
    folder.mkdir()
    stated.write_text(STATED)
    (folder / "a.lean").write_text(str(RECORDS[0]["submission"]))
    ran = prove("check", folder, "--against", stated, "-o", tmp_path / "out.jsonl")
    assert ran.code == 0 and ran.out.splitlines() == ["a.lean: proved", "", "1 submissions: proved 1"]
    assert "0 discarded" in ran.err and (tmp_path / "out.jsonl").exists()


def test_what_cannot_be_read(prove: Prove, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert (ran := prove("check", tmp_path / "empty", "--json")).code == 2 and ran.error == "no_submissions"
    assert (ran := prove("check", tmp_path / "absent.jsonl", "--json")).code == 2 and ran.error == "unreadable"
    (tmp_path / "F.lean").write_text("theorem t : 1 = 1 := rfl\n")
    ran = prove("check", tmp_path / "F.lean", "-o", tmp_path / "out", "--json")
    assert ran.code == 2 and ran.error == "bad_option"


class Played:
    """In place of the pool and the ladder, with no Lean: canaries get `canary`, all else is proved."""

    engine = SimpleNamespace(name="played", description="no Lean", lean_version="4", trusted_modules=())
    statistics = PoolStatistics()
    canary: Verdict = verdicts.Mismatch(what="statement")
    interrupted_at = ""

    def __init__(self, *_: Any, **__: Any) -> None: ...
    async def __aenter__(self) -> Played:
        return self

    async def __aexit__(self, *_: Any) -> None: ...
    async def judge(self, item: Item) -> dict[str, Verdict]:
        if item.submission == self.interrupted_at:
            os.kill(os.getpid(), signal.SIGINT)
            await asyncio.sleep(60)
        return {"goal": self.canary if "goal" in item.submission else verdicts.Proved()}


@pytest.fixture
def played(monkeypatch: pytest.MonkeyPatch, one_canary: None) -> type[Played]:
    kind = type("Kind", (Played,), {})
    monkeypatch.setattr(check_many, "Pool", kind)
    monkeypatch.setattr(check_many, "Ladder", kind)
    monkeypatch.setattr(check_many, "open_engine", lambda *_, **__: Played.engine)
    return kind


@pytest.fixture
def three(tmp_path: Path) -> Path:
    source = tmp_path / "three.jsonl"
    source.write_text("".join(json.dumps({"name": n, "submission": n, "reference": n}) + "\n" for n in "abc"))
    return source


def test_a_canary_believed_is_an_error_of_its_own(prove: Prove, three: Path, played: Any, tmp_path: Path) -> None:
    played.canary = verdicts.Proved()
    ran = prove("check", three, "-o", tmp_path / "out", "--json")
    assert ran.code == 3 and "[canary_proved]" in ran.err
    assert ran.document["exit_code"] == 3 and ran.document["items"] == []
    assert ran.document["alarm"] == {"canary": "canary", "code": "proved", "doubted": []}


def test_an_interrupt_keeps_what_is_done_and_says_how_to_go_on(
    prove: Prove, three: Path, played: Any, tmp_path: Path
) -> None:
    played.interrupted_at = "b"
    ran = prove("check", three, "-o", tmp_path / "out")
    assert ran.code == 130 and ran.out.splitlines()[0] == "a: proved" and "same command again" in ran.err
    played.interrupted_at = ""
    ran = prove("check", three, "-o", tmp_path / "out", "--json")
    assert ran.code == 0 and (ran.document["resumed"], ran.document["judged"]) == (1, 2)
