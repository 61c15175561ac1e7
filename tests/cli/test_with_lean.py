"""The command with a real Lean behind it: documents, events, exit codes, bad input only Lean can see."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.lean
Prove = Callable[..., Any]

FILE = """/-! Everything at once. -/
theorem good (n : Nat) : n + 0 = n := by sorry
theorem false_one (n : Nat) : n = n + 1 := by sorry
def data : Nat := sorry
theorem stated : (sorry : Nat) = 3 := by sorry
theorem modulo (n : Nat) : n = n + 1 := by
  have := false_one n
  sorry
theorem broken (n : Nat) : n = "x" := by sorry
#exit
theorem after : 1 = 1 := by sorry
"""


def test_one_document_for_a_file_with_everything(prove: Prove, tmp_path: Path) -> None:
    path = tmp_path / "F.lean"
    data = b"\xef\xbb\xbf" + FILE.replace("\n", "\r\n").encode().removesuffix(b"\r\n")
    path.write_bytes(data)
    ran = prove(path, "--json", "--write", "--timeout", "20", "--run", tmp_path / "run")
    document = ran.document
    assert ran.code == document["exit_code"] == 1 and document["save_error"] is None
    hunts = prove("replay", tmp_path / "run", "--json").document["hunts"]
    (hunt,) = [hunt for hunt in hunts if hunt["name"] == "false_one"]
    assert hunt["values"] == ([["n", "0"]] if hunt["found"] else [])
    verdicts = {t["name"]: t["verdict"].get("what") or t["verdict"]["code"] for t in document["targets"]}
    assert verdicts == {
        "good": "proved",
        "false_one": "refuted",
        "data": "data_hole",
        "stated": "hole_in_statement",
        "modulo": "proved_modulo",
        "broken": "errors_around",
    }
    good = document["targets"][0]
    assert good["line"] == 2 and good["scripts"] and good["verdict"]["report"]["rungs"]
    lines = path.read_bytes().split(b"\r\n")
    original = data.split(b"\r\n")
    changed = [number for number, pair in enumerate(zip(original, lines, strict=True), 1) if pair[0] != pair[1]]
    assert changed == [2, 8]


def test_events_come_one_a_line(prove: Prove, tmp_path: Path) -> None:
    path = tmp_path / "F.lean"
    path.write_text("theorem t (n : Nat) : n + 0 = n := by sorry\n")
    ran = prove(path, "--jsonl")
    events = [json.loads(line) for line in ran.out.splitlines()]
    kinds = [event["event"] for event in events]
    assert ran.code == 0 and kinds[0] == "FileOpened" and kinds[-1] == "Result"
    assert kinds.index("TargetStarted") < kinds.index("TargetSearched") < kinds.index("Verifying")
    last = type(ran)(ran.code, ran.out.splitlines()[-1], "").document
    assert last["targets"][0]["proved"] and last["targets"][0]["verdict"]["report"]["rungs"]


@pytest.mark.parametrize(
    ("text", "target", "code"),
    [
        ("theorem t : := by\n", "", "elaboration_errors"),
        ("import Mathlib\ntheorem t : 1 = 1 := by sorry\n", "", "mathlib_on_embedded"),
        ("import Local.Thing\ntheorem t : 1 = 1 := by sorry\n", "", "missing_import"),
        ("theorem a.t : 1 = 1 := by sorry\ntheorem b.t : 1 = 1 := by sorry\n", ":t", "target_ambiguous"),
    ],
)
def test_bad_input_only_lean_can_see(prove: Prove, tmp_path: Path, text: str, target: str, code: str) -> None:
    path = tmp_path / "F.lean"
    path.write_text(text)
    ran = prove(f"{path}{target}", "--json", "--write")
    assert (ran.code, ran.error) == (2, code) and path.read_text() == text


def test_check(prove: Prove, tmp_path: Path) -> None:
    reference, done, cheat = (tmp_path / name for name in ("R.lean", "D.lean", "C.lean"))
    reference.write_text("theorem t (n : Nat) : n + 0 = n := by sorry\n")
    done.write_text("theorem t (n : Nat) : n + 0 = n := rfl\n")
    cheat.write_text("theorem t (n : Nat) : n = n := rfl\n")
    ran = prove("check", done, "--against", reference, "--json")
    assert ran.code == 0 and ran.document["verdicts"]["t"]["code"] == "proved"
    ran = prove("check", cheat, "--against", reference, "--json")
    assert ran.code == 1 and ran.document["verdicts"]["t"]["code"] == "mismatch"


def test_errors_of_the_file_itself_are_shown_beside_the_results(prove: Prove, tmp_path: Path) -> None:
    path = tmp_path / "F.lean"
    path.write_text("theorem broken : 1 = 2 := by rfl\ntheorem t : 1 = 1 := by sorry\n")
    ran = prove(path)
    assert ran.code == 0 and "t (line 2): proved" in ran.out and "error:" not in ran.out
    assert f"{path}:1:29: error: " in ran.err
    assert "error:" not in prove(path, "--quiet").err


def test_files_that_import_their_neighbours(prove: Prove, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a project whose folder has a space in its name; lemmas that rest on a hole are not used."""
    cache = tmp_path / "cache"
    monkeypatch.setattr("prover.lean.embedded.compiling.cache_folder", lambda: cache)
    folder = tmp_path / "my project"
    (folder / "Shapes" / "More").mkdir(parents=True)
    (folder / "lakefile.toml").write_text('name = "shapes"\n[[lean_lib]]\nname = "Shapes"\n')
    (folder / "Shapes" / "Area.lean").write_text(
        "def area (n : Nat) : Nat := n * n + n\n"
        "theorem area_pos (n : Nat) : 0 < area (n + 1) := Nat.add_pos_right _ (Nat.succ_pos n)\n"
        "opaque secret : Nat → Nat\n"
        "@[simp] theorem secret_eq (n : Nat) : secret n = 0 := by sorry\n"
    )
    file = folder / "Shapes" / "More" / "Main.lean"
    text = "import Shapes.Area\ntheorem t : 0 < area 3 := by sorry\ntheorem s : secret 3 = 0 := by sorry\n"
    file.write_text(text)
    before = sorted(folder.rglob("*"))
    ran = prove(file, "--json", "--timeout", "20")
    document = ran.document
    verdicts = {target["name"]: target["verdict"] for target in document["targets"]}
    assert verdicts["t"]["code"] == "proved" and verdicts["s"]["code"] == "not_proved"
    assert set(verdicts["t"]["report"]["audited"]) == {"Shapes.Area"}
    assert sorted(folder.rglob("*")) == before, "nothing is written beside the sources"
    (folder / "Shapes" / "Area.lean").write_text("import Shapes.Lost\n")
    ran = prove("check", file, "--json")
    assert ran.code == 2 and ran.error == "missing_import"
    assert "Shapes.Area -> Shapes.Lost" in ran.document["error"]["message"]
