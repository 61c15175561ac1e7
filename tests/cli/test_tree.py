"""`--tree`: the page is written, and nothing else is harmed."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from prover.core.errors import UserError

Prove = Callable[..., Any]


def data_of(page: Path) -> Any:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page.read_text("utf-8"), re.DOTALL)
    assert found is not None
    return json.loads(found.group(1))


def test_a_page_beside_the_usual_output(prove: Prove, lean_file: Path, tmp_path: Path, stand_in: Any) -> None:
    page = tmp_path / "out.html"
    page.write_text("an older one")
    plain = prove(lean_file)
    ran = prove(lean_file, "--tree", page)
    assert (ran.code, ran.out) == (0, plain.out) and str(page) in ran.err.replace("\n", "")
    assert page.read_text("utf-8").startswith("<!doctype html>") and "1 of 1 proved" in page.read_text("utf-8")
    ran = prove(lean_file, "--tree", page, "--json")
    assert ran.document["save_error"] is None and ran.err == ""
    assert sorted(os.listdir(tmp_path)) == ["F.lean", "out.html"]


@pytest.mark.parametrize(
    ("name", "code"),
    [("G.lean", "not_a_page"), ("no/such/folder.html", "not_writable"), (".", "not_writable"), ("l", "not_writable")],
)
def test_what_cannot_be_wanted_is_refused_before_any_work(
    name: str, code: str, prove: Prove, lean_file: Path, tmp_path: Path, stand_in: Any
) -> None:
    (tmp_path / "l").symlink_to(lean_file)
    before = lean_file.read_bytes()
    ran = prove(lean_file, "--json", "--tree", tmp_path / name)
    assert (ran.code, ran.error) == (2, code) and stand_in.asked == [] and lean_file.read_bytes() == before


def test_a_page_that_cannot_be_written_leaves_the_proofs(
    prove: Prove, lean_file: Path, tmp_path: Path, stand_in: Any
) -> None:
    def vanish(_: object) -> None:
        folder.rmdir()

    folder = tmp_path / "folder"
    folder.mkdir()
    stand_in.before = vanish
    ran = prove(lean_file, "--json", "--write", "--tree", folder / "out.html")
    assert ran.code == UserError.exit_code == 2 and ran.document["save_error"]["code"] == "not_writable"
    assert ran.document["targets"][0]["proved"] and "rfl" in lean_file.read_text()


@pytest.mark.lean
@pytest.mark.usefixtures("no_counterexample")
def test_the_page_of_a_real_run_has_the_searches(prove: Prove, tmp_path: Path) -> None:
    path, page = tmp_path / "F.lean", tmp_path / "out.html"
    path.write_text(
        "def double : Nat → Nat\n  | 0 => 0\n  | n + 1 => double n + 2\n\n"
        "theorem double_eq (n : Nat) : double n = 2 * n := by sorry\n"
        "theorem wrong (n : Nat) : n = n + 1 := by sorry\n"
    )
    ran = prove(path, "--tree", page, "--json")
    assert ran.code == 1 and [t["verdict"]["code"] for t in ran.document["targets"]] == ["proved", "refuted"]
    data = data_of(page)
    texts = data["texts"]
    proved, refuted = data["targets"]
    assert [texts[t["name"]] for t in (proved, refuted)] == ["double_eq", "wrong"]
    assert refuted["searches"][-1]["refuting"] and not refuted["searches"][0]["refuting"]
    last = proved["searches"][-1]
    assert last["solved"] and texts[last["stop"]] == "proof found" and last["heartbeats"] > 0
    goal = "\n".join(texts[line] for line in last["states"][0][1])
    assert goal == "n : Nat\n⊢ double n = 2 * n"
    steps = {texts[edge[1]] for edge in last["edges"] if edge[6]}
    script = ran.document["targets"][0]["scripts"][0]
    # Arms that a step leaves open stand apart in the script.
    assert steps and all(line.split(" | ")[0] in script for step in steps for line in step.split("\n"))


@pytest.mark.lean
def test_page_and_run_folder_tell_the_same(prove: Prove, tmp_path: Path) -> None:
    path, run = tmp_path / "F.lean", tmp_path / "run"
    path.write_text("theorem both (p q : Prop) (hp : p) (hq : q) : p ∧ q := by sorry\n")
    assert prove(path, "--run", run, "--tree", tmp_path / "a.html", "-q").code == 0
    assert prove("report", run, "-o", tmp_path / "b.html").code == 0
    assert (tmp_path / "a.html").read_text("utf-8") == (tmp_path / "b.html").read_text("utf-8")
    assert data_of(tmp_path / "a.html")["targets"][0]["searches"][0]["solved"]
    ran = prove(path, "--tree", tmp_path / "c.html", "--jsonl", "-q")
    told = [json.loads(line) for line in ran.out.splitlines()]
    assert {event["search"] for event in told if event["event"] == "SearchEnded"} == {"both#1"}
    (alone,) = data_of(tmp_path / "c.html")["targets"][0]["searches"]
    assert alone["solved"] and len(alone["states"]) >= 1
