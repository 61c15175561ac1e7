"""`prove export` without Lean: what it writes, where, and what it refuses."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from dojo_data import write_dojo
from jsonschema import Draft202012Validator
from training_runs import play

from prover.dataset import RunLog, read_preferences, read_tactics

Prove = Callable[..., Any]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A run with a proof in it."""
    asyncio.run(play(tmp_path / "run", 9))
    return tmp_path / "run"


def lines(text: str, schema: str) -> list[dict[str, Any]]:
    """The objects of a JSONL text, each checked against the schema it names."""
    found = json.loads((files("prover.cli") / "schemas" / f"{schema}.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(found)
    validator = Draft202012Validator(found)
    records = [json.loads(line) for line in text.splitlines()]
    for record in records:
        validator.validate(record)
        assert record["schema"] == f"leap-prover/{schema}/1"
    return records


def test_pairs_are_the_steps_of_verified_proofs(prove: Prove, folder: Path) -> None:
    ran = prove("export", folder)
    pairs = lines(ran.out, "tactic")
    assert ran.code == 0 and ran.err.startswith(f"{len(pairs)} pairs")
    steps = {(r.state, r.tactic) for r in RunLog(folder) if r.on_proof}
    assert {(p["state"], p["tactic"]) for p in pairs} == steps and steps
    assert all(p["verified"] and p["goals"] for p in pairs)


def test_everything_that_was_tried(prove: Prove, folder: Path) -> None:
    records = lines(prove("export", folder, "--what", "tactics").out, "tactic")
    assert {(r["state"], r["tactic"]) for r in records} == {(r.state, r.tactic) for r in RunLog(folder)}
    assert {r["outcome"] for r in records} == {"progress", "solved", "failed"}


def test_preferences(prove: Prove, folder: Path) -> None:
    everything = lines(prove("export", folder, "--what", "preferences").out, "preference")
    few = lines(prove("export", folder, "--what", "preferences", "--per-state", "1").out, "preference")
    other = prove("export", folder, "--what", "preferences", "--seed", "5").out
    assert len(few) == len({p["state"] for p in everything}) < len(everything)
    assert lines(other, "preference") and other != prove("export", folder, "--what", "preferences").out


@pytest.mark.parametrize("what", ["pairs", "tactics", "preferences"])
def test_both_formats_hold_the_same_and_the_same_again(prove: Prove, folder: Path, tmp_path: Path, what: str) -> None:
    read = read_preferences if what == "preferences" else read_tactics
    jsonl, parquet = tmp_path / "a.jsonl", tmp_path / "a.parquet"

    def export() -> tuple[bytes, bytes]:
        assert prove("export", folder, "--what", what, "-o", jsonl, "-q").err == ""
        assert prove("export", folder, "--what", what, "-o", parquet).code == 0
        return jsonl.read_bytes(), parquet.read_bytes()

    first = export()
    assert list(read(jsonl)) == list(read(parquet)) != []  # pyright: ignore[reportUnknownArgumentType]
    assert export() == first
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.jsonl", "a.parquet", "run"]
    assert prove("export", folder, "--what", what, "-o", tmp_path / "b", "--format", "parquet").code == 0
    assert (tmp_path / "b").read_bytes() == first[1]


def test_a_run_that_was_cut_off_has_nothing_verified(prove: Prove, folder: Path) -> None:
    log = folder / "events.jsonl"
    log.write_bytes(log.read_bytes()[:-10])
    ran = prove("export", folder)
    assert ran.code == 0 and ran.out == "" and "is not finished" in ran.err and "--unverified" in ran.err
    pairs = lines(prove("export", folder, "--unverified").out, "tactic")
    assert pairs and not any(p["verified"] for p in pairs)


def test_runs_and_leandojos_data_together_without_repetitions(prove: Prove, folder: Path, tmp_path: Path) -> None:
    dojo = write_dojo(tmp_path / "dojo")
    ran = prove("export", folder, folder, "--dojo", dojo, "--dojo", dojo / "random" / "val.json")
    pairs = lines(ran.out, "tactic")
    assert {p["origin"] for p in pairs} == {"run", "dojo"} and "repetitions dropped" in ran.err
    assert len({(p["state"], p["tactic"]) for p in pairs}) == len(pairs)
    assert [p["theorem"] for p in pairs if p["origin"] == "dojo"].count("Numbers.both") == 2


def test_theorems_are_left_out_by_name(prove: Prove, folder: Path, tmp_path: Path) -> None:
    names = tmp_path / "names"
    names.write_text("# what is tested on\n\nNumbers.both  # twice\nt\n", encoding="utf-8")
    dojo = write_dojo(tmp_path / "dojo")
    ran = prove("export", folder, "--dojo", dojo, "--exclude", names)
    assert {p["theorem"] for p in lines(ran.out, "tactic")} == {"Numbers.add_comm_twice"}
    assert "left out by name" in ran.err


def test_bad_input(prove: Prove, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    for words, code in [
        ((), "usage"),
        ((tmp_path / "nothing",), "no_run"),
        ((folder, "--format", "parquet"), "usage"),
        ((folder, "-o", folder / "events.jsonl"), "not_writable"),
        ((folder, "-o", tmp_path / "no folder" / "a.jsonl"), "not_writable"),
        ((folder, "-o", tmp_path), "not_writable"),
        ((folder, "-o", tmp_path / "link"), "not_writable"),
        ((folder, "-o", tmp_path / "F.lean"), "not_writable"),
        ((folder, "--exclude", tmp_path / "nothing"), "bad_names"),
        ((folder, "--dojo", tmp_path / "nothing"), "no_dojo_data"),
        ((folder, "--what", "everything"), ""),
    ]:
        ran = prove("export", *words)
        assert ran.code == 2 and ran.out == "" and code in ran.err, words


def test_what_fails_midway_leaves_the_old_file(prove: Prove, folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "a.jsonl"
    out.write_text("old")
    bad = tmp_path / "train.json"
    bad.write_text("[1]")
    assert prove("export", folder, "--dojo", bad, "-o", out).code == 2
    assert out.read_text() == "old" and not list(tmp_path.glob(".*.tmp"))
