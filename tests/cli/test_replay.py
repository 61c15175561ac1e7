"""Runs on record: written, shown again, taken up again; no Lean here."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from prover.agent.hunt import INSTANCES_TRIED, Counterexample, Hunt, Tried
from prover.cli import fill
from prover.core.verdict import NotProved
from prover.events import Opaque, Recorder, RunFolder, from_line

Prove = Callable[..., Any]


@dataclass
class NoEngine:
    description: str = "no Lean"
    lean_version: str = "4"


@pytest.fixture
def engine(stand_in: Any, monkeypatch: pytest.MonkeyPatch) -> NoEngine:
    made = NoEngine()
    monkeypatch.setattr(fill, "open_engine", lambda *_, **__: made)
    return made


@pytest.fixture
def recorded(prove: Prove, engine: NoEngine, lean_file: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "run"
    assert prove(lean_file, "--run", folder).code == 0
    return folder


def unfinish(folder: Path) -> None:
    """The log as a kill before the result leaves it, in the middle of a line."""
    log = folder / "events.jsonl"
    lines = log.read_bytes().splitlines(keepends=True)
    assert from_line(lines[-1]).kind == "Result"
    log.write_bytes(b"".join(lines[:-1]) + lines[-1][:40])


def test_a_run_is_shown_again(prove: Prove, recorded: Path) -> None:
    ran = prove("replay", recorded)
    assert ran.code == 0 and "t (line 1): proved" in ran.out and "+theorem t : 1 = 1 := by rfl" in ran.out
    assert (recorded / "proofs" / "filled.lean").read_text() == "theorem t : 1 = 1 := by rfl\n"
    assert RunFolder.open(recorded).summary["proved"] == 1


def test_documents_of_a_run(prove: Prove, recorded: Path) -> None:
    document = prove("replay", recorded, "--json").document
    assert document["finished"] and document["result"]["targets"][0]["proved"]
    assert list(document["inputs"]) == ["F.lean"]
    lines = prove("replay", recorded, "--jsonl").out.splitlines()
    assert [from_line(line.encode()).kind for line in lines] == ["RunStarted", "Result"]


def test_hunts_for_counterexamples_are_shown(prove: Prove, recorded: Path) -> None:
    found = Counterexample("theorem t.refutation : ¬ t := by decide", (("n", "3"), ("m", "0")), "4 ≠ 3")
    with RunFolder.open(recorded).log() as log:
        recorder = Recorder(log, "run", start=100)
        for hunt in (Hunt(found, Tried(single=2, stopped="found")), Hunt(None, Tried(instances=48, seconds=1.23456))):
            recorder.record(Opaque(INSTANCES_TRIED, 1, hunt.told("t")))
        older = {"name": "u", "found": True, "instances": 1, "stopped": "found", "seconds": 0.5}
        recorder.record(Opaque(INSTANCES_TRIED, 1, older))
    ran = prove("replay", recorded)
    assert ran.code == 0
    assert "counterexample to t: false for n = 3, m = 0; 2 instances looked at; 0.0 s" in ran.out
    assert "counterexample to t: none found (exhausted); 48 instances looked at; 1.2 s" in ran.out
    assert "counterexample to u: false; 1 instances looked at; 0.5 s" in ran.out
    first, second, _ = prove("replay", recorded, "--json").document["hunts"]
    assert first["values"] == [["n", "3"], ["m", "0"]] and (second["found"], second["seconds"]) == (False, 1.235)


def test_the_exit_code_is_the_runs(
    prove: Prove, engine: NoEngine, stand_in: Any, lean_file: Path, tmp_path: Path
) -> None:
    stand_in.verdict = NotProved(stopped="exhausted")
    assert prove(lean_file, "--run", tmp_path / "run").code == 1
    ran = prove("replay", tmp_path / "run")
    assert ran.code == 1 and "not proved: exhausted" in ran.out


def test_a_finished_run_is_not_done_again(
    prove: Prove, recorded: Path, stand_in: Any, lean_file: Path, tmp_path: Path
) -> None:
    before = (recorded / "events.jsonl").read_bytes()
    ran = prove(lean_file, "--run", recorded, "--resume")
    assert ran.code == 0 and "proved" in ran.out and len(stand_in.asked) == 1
    assert prove(lean_file, "--run", recorded, "--resume", "--json").document["targets"][0]["proved"]
    assert (recorded / "events.jsonl").read_bytes() == before
    assert prove(lean_file, "--run", recorded, "--resume", "-o", tmp_path / "G.lean").code == 0
    assert "rfl" in (tmp_path / "G.lean").read_text()


def test_an_unfinished_run_is_shown_and_taken_up(prove: Prove, recorded: Path, stand_in: Any, lean_file: Path) -> None:
    unfinish(recorded)
    ran = prove("replay", recorded)
    assert ran.code == 1 and "not finished" in ran.out
    assert not prove("replay", recorded, "--json").document["finished"]
    assert prove(lean_file, "--run", recorded, "--resume").code == 0 and len(stand_in.asked) == 2
    events = list(RunFolder.open(recorded).events())
    assert [e.kind for e in events] == ["RunStarted", "RunResumed", "Result"]
    assert [e.sequence for e in events] == [0, 1, 2]


def test_the_page_of_a_recorded_run(prove: Prove, recorded: Path, lean_file: Path, tmp_path: Path) -> None:
    page, other, last = (tmp_path / name for name in ("a.html", "b.html", "c.html"))
    ran = prove("report", recorded, "-o", page)
    assert (ran.code, ran.out) == (0, "") and str(page) in ran.err.replace("\n", "")
    text = page.read_text("utf-8")
    assert "1 of 1 proved" in text
    # A finished run is not done again: its page is, from the record.
    assert prove(lean_file, "--run", recorded, "--resume", "--tree", other, "-q").code == 0
    assert prove(lean_file, "--run", tmp_path / "new", "--tree", last, "-q").code == 0
    assert other.read_text("utf-8") == last.read_text("utf-8") == text


def test_an_unfinished_run_has_a_page(prove: Prove, recorded: Path, tmp_path: Path) -> None:
    unfinish(recorded)
    ran = prove("report", recorded, "-o", tmp_path / "a.html", "-q")
    assert (ran.code, ran.err) == (0, "") and "the run did not end" in (tmp_path / "a.html").read_text("utf-8")


def test_resume_begins_where_there_is_no_run(prove: Prove, engine: NoEngine, lean_file: Path, tmp_path: Path) -> None:
    assert prove(lean_file, "--run", tmp_path / "new", "--resume").code == 0


@pytest.mark.parametrize("change", ["file", "options", "lean"])
def test_another_run_is_not_resumed(
    prove: Prove, recorded: Path, engine: NoEngine, lean_file: Path, change: str
) -> None:
    unfinish(recorded)
    words: list[Any] = [lean_file, "--run", recorded, "--resume", "--json"]
    match change:
        case "file":
            lean_file.write_text("theorem t : 2 = 2 := by sorry\n")
        case "options":
            words += ["--frontier", "mcts"]
        case _:
            engine.lean_version = "5"
    ran = prove(*words)
    assert ran.code == 2 and ran.error == "other_run"


def test_wrong_usage(prove: Prove, recorded: Path, lean_file: Path, tmp_path: Path) -> None:
    cases = {
        "run_exists": [lean_file, "--run", recorded],
        "usage": [lean_file, "--resume"],
        "no_frontier": [lean_file, "--frontier", "psychic"],
        "no_run": ["replay", tmp_path / "nothing"],
    }
    for code, words in cases.items():
        ran = prove(*words, "--json")
        assert (ran.code, ran.error) == (2, code)
    for code, folder, out in (
        ("not_a_page", recorded, lean_file),
        ("not_writable", recorded, tmp_path / "no" / "page.html"),
        ("no_run", tmp_path / "nothing", tmp_path / "page.html"),
    ):
        ran = prove("report", folder, "-o", out)
        assert ran.code == 2 and f"[{code}]" in ran.err and "sorry" in lean_file.read_text()


def test_a_spoiled_log_is_said(prove: Prove, recorded: Path) -> None:
    log = recorded / "events.jsonl"
    log.write_bytes(b"{}\n" + log.read_bytes())
    ran = prove("replay", recorded, "--json")
    assert (ran.code, ran.error) == (2, "corrupt_log")


def test_control_characters_of_a_log_do_not_reach_the_terminal(prove: Prove, recorded: Path) -> None:
    log = recorded / "events.jsonl"
    lines = log.read_bytes().splitlines()
    record = json.loads(lines[-1])
    record["payload"]["targets"][0]["scripts"] = ["exact \x1b[31mred"]
    log.write_bytes(lines[0] + b"\n" + json.dumps(record).encode() + b"\n")
    assert "\x1b" not in prove("replay", recorded, "--trace").out
