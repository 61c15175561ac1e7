"""Where submissions come from: JSONL files, folders of pairs, folders of files, and what is wrong with them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from prover.core.errors import UserError
from prover.verify import Limits, Policy
from prover.verify.canaries import bundled_canaries, schedule
from prover.verify.docket import Docket, Item, read_docket

TEMPLATE = Item("", "", targets=("goal",), limits=Limits(seconds=7))


def lines(path: Path, *records: object) -> Path:
    path.write_bytes(b"\n".join(r if isinstance(r, bytes) else json.dumps(r).encode() for r in records) + b"\n")
    return path


def codes(docket: Docket) -> list[tuple[str, str]]:
    return [(Path(problem.where).name, problem.code) for problem in docket.problems]


def test_records_under_several_names(tmp_path: Path) -> None:
    source = lines(
        tmp_path / "a.jsonl",
        {"name": "a", "target_statement": "R", "submission": "S", "expected": "accept", "why": "x"},
        {"id": "b", "solution": "S", "target": "other", "policy": "proof", "timeout": 3, "allow": ["ax"]},
        {"code": "S", "reference": None, "filled": ["f"], "strict": True},
    )
    first, second, third = read_docket(source, TEMPLATE).items
    assert first == Item("a", "S", "R", ("goal",), limits=Limits(seconds=7))
    assert second == Item("b", "S", None, ("other",), Policy.PROOF, allowed_axioms=("ax",), limits=Limits(seconds=3))
    assert third.name == "line 3" and third.filled == ("f",) and third.strict


def test_bad_records_are_named_and_the_rest_is_used(tmp_path: Path) -> None:
    source = lines(
        tmp_path / "a.jsonl",
        b"{",
        [1],
        {"name": "no submission"},
        {"submission": 3},
        b"\xff\xfe{}",
        {"submission": "S", "policy": "anything"},
        b"[" * 100_000,
        b"",
        {"submission": "\ud800"},
    )
    docket = read_docket(source, TEMPLATE)
    assert [item.name for item in docket.items] == ["line 9"]
    assert codes(docket) == [
        ("a.jsonl:1", "not_json"),
        ("a.jsonl:2", "bad_record"),
        ("a.jsonl:3", "bad_record"),
        ("a.jsonl:4", "bad_record"),
        ("a.jsonl:5", "not_json"),
        ("a.jsonl:6", "bad_record"),
        ("a.jsonl:7", "not_json"),
    ]
    assert len(docket.items[0].key("")) == 64


def test_a_folder_of_pairs(tmp_path: Path) -> None:
    for name, arguments in (("one", None), ("two", {"targets": ["t"], "verdict": "proved", "seconds": 2})):
        (tmp_path / name).mkdir()
        (tmp_path / name / "Challenge.lean").write_text("R")
        (tmp_path / name / "Solution.lean").write_text("S")
        if arguments:
            (tmp_path / name / "verdict.json").write_text(json.dumps(arguments))
    (tmp_path / "half").mkdir()
    (tmp_path / "half" / "Solution.lean").write_text("S")
    docket = read_docket(tmp_path, TEMPLATE)
    assert docket.items == (
        Item("one", "S", "R", ("goal",), limits=Limits(seconds=7)),
        Item("two", "S", "R", ("t",), limits=Limits(seconds=2)),
    )
    assert [Path(problem.where).name for problem in docket.problems] == ["half"]


def test_a_folder_of_files_against_one_or_against_another_folder(tmp_path: Path) -> None:
    done, stated = tmp_path / "done", tmp_path / "stated"
    for name in ("a.lean", "deep/b.lean"):
        (done / name).parent.mkdir(parents=True, exist_ok=True)
        (done / name).write_text(name)
    (done / "c.lean").write_bytes(b"\xff")
    stated.mkdir()
    (stated / "a.lean").write_text("R")
    one = read_docket(done, TEMPLATE, against=stated / "a.lean")
    assert [(item.name, item.reference) for item in one.items] == [("a.lean", "R"), ("deep/b.lean", "R")]
    assert len(one.problems) == 1
    many = read_docket(done, TEMPLATE, against=stated)
    assert [(item.name, item.reference) for item in many.items] == [("a.lean", "R")] and len(many.problems) == 2
    none = read_docket(done, TEMPLATE)
    assert [item.reference for item in none.items] == [None, None]


def test_records_do_not_say_what_they_are_held_against(tmp_path: Path) -> None:
    own = {"name": "a", "submission": "S", "reference": "theorem goal : True", "targets": ["x"], "allow": ["ax"]}
    source = lines(tmp_path / "a.jsonl", {**own, "filled": ["f"], "policy": "file"}, {"submission": "T"}, {"name": "b"})
    (tmp_path / "asked.lean").write_text("R")
    template = Item("", "", targets=("goal",), policy=Policy.PROOF, strict=True)
    docket = read_docket(source, template, against=tmp_path / "asked.lean")
    assert docket.items == (
        Item("a", "S", "R", ("goal",), Policy.PROOF, strict=True),
        Item("line 2", "T", "R", ("goal",), Policy.PROOF, strict=True),
    )
    assert codes(docket) == [("a.jsonl:3", "bad_record")]


def test_nothing_usable_is_an_error(tmp_path: Path) -> None:
    for source in (tmp_path, lines(tmp_path / "a.jsonl", b"{"), tmp_path / "absent.jsonl"):
        with pytest.raises(UserError):
            read_docket(source, TEMPLATE)


def test_a_key_changes_with_everything_but_the_name() -> None:
    item = Item("a", "S", "R")
    keys = {
        other.key("x")
        for other in (
            item,
            Item("b", "S", "R"),
            Item("a", "S2", "R"),
            Item("a", "S", None),
            Item("a", "S", "R", ("t",)),
            Item("a", "S", "R", policy=Policy.PROOF),
            Item("a", "S", "R", strict=True),
            Item("a", "S", "R", preserve=True),
            Item("a", "S", "R", filled=("f",)),
            Item("a", "S", "R", allowed_axioms=("f",)),
            Item("a", "S", "R", limits=Limits(seconds=1)),
            Item("a", "S", "R", limits=Limits(heartbeats=1)),
        )
    }
    assert len(keys) == 11 and item.key("x") != item.key("y")


def test_canaries_stand_between_items_with_the_same_imports() -> None:
    canaries = bundled_canaries()
    assert len(canaries) >= 5 and all(item.reference and item.policy is Policy.FILE for item in canaries)
    plain = [Item(str(n), "theorem t : 1 = 1 := rfl") for n in range(5)]
    order = list(schedule(plain, canaries, 2, seed=1))
    assert [is_canary for _, is_canary in order] == [False, False, True, False, False, True, False]
    assert order == list(schedule(plain, canaries, 2, seed=1))
    assert {item.imports for item, _ in order} == {()}
    metaprogram = Item("m", "/-! x -/\nimport Lean\ntheorem t : 1 = 1 := rfl")
    assert next(reversed(list(schedule([metaprogram], canaries, 1, 0))))[0].imports == ("Lean",) == metaprogram.imports
    assert list(schedule(plain[:1], (), 1, 0)) == [(plain[0], False)]
