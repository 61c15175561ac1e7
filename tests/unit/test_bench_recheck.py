"""Which proofs are judged anew, against what, and what is said where the verdict is another."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from bench_runs import failed, make, problem, proved

from prover.bench.recheck import Differing, against, claims_docket, differing, proved_problems
from prover.bench.record import Record, read_record
from prover.core.errors import UserError
from prover.verify import Policy
from prover.verify.docket import Item, read_docket

TEMPLATE = Item("", "", strict=True)


@pytest.fixture
def evaluation(tmp_path: Path) -> Record:
    ends = [
        proved("p1", proof_file="proofs/p1.lean"),
        proved("p1", 2, proof_file="proofs/gone.lean"),
        proved("p2", rung=2, proof_file="proofs/p1.lean"),
        failed("p2", 2),
        failed("p3"),
    ]
    asked = [problem(1), problem(2), replace(problem(3), id="Set|p3 α", notes=("placeholder",))]
    return read_record(make(tmp_path / "run", asked, ends, attempts=2, proofs={"proofs/p1.lean": "-- one\n"}))


def test_every_claim_is_judged_against_its_problem(evaluation: Record) -> None:
    docket = claims_docket(evaluation, TEMPLATE)
    one, unfounded = docket.items
    assert (one.name, one.submission, one.reference) == ("p1#1", "-- one\n", problem(1).text)
    assert one.targets == ("p1",) and one.preserve and one.strict
    # What was claimed below rung 3 is judged too.
    assert (unfounded.name, unfounded.reference) == ("p2#1", problem(2).text)
    assert [(one.where, one.code) for one in docket.problems] == [("p1#2", "no_proof_file")]
    codes = {"p1#1": "proved", "p2#1": "mismatch"}
    assert differing(evaluation, codes, docket.problems) == [
        Differing("p1#2", "proved", "no_proof_file"),
        Differing("p2#1", "proved", "mismatch"),
    ]
    # An interrupted check says nothing of what it did not come to.
    assert differing(evaluation, {}, ()) == []


def test_a_run_without_claims(tmp_path: Path) -> None:
    record = read_record(make(tmp_path / "run", [problem(1)], [failed("p1")]))
    with pytest.raises(UserError) as refused:
        claims_docket(record, TEMPLATE)
    assert refused.value.code == "no_submissions"


def test_somebodys_proofs_are_held_against_the_problems_they_name(evaluation: Record, tmp_path: Path) -> None:
    own_rules = {
        "reference": "theorem p1 : True",
        "targets": ["other"],
        "policy": "file",
        "allow": ["ax"],
        "filled": ["f"],
    }
    records = [
        {"problem_id": "p1", "proof": "-- A", **own_rules},
        {"name": "p2#7", "code": "-- B"},
        {"name": "Set|p3 α", "submission": "-- C"},
        {"name": "somewhere else", "submission": "-- D"},
    ]
    source = tmp_path / "proofs.jsonl"
    source.write_text("".join(json.dumps(one) + "\n" for one in records))
    template = replace(TEMPLATE, policy=Policy.PROOF)
    docket = against(evaluation, read_docket(source, template), template)
    a, b, c = docket.items
    assert (a.name, a.submission, a.reference, a.targets) == ("p1", "-- A", problem(1).text, ("p1",))
    assert a.policy is Policy.PROOF and a.allowed_axioms == () and a.filled == () and a.preserve
    assert b.reference == problem(2).text and c.reference == problem(3).text and c.targets is None
    assert [(one.where, one.code) for one in docket.problems] == [("somewhere else", "unknown_problem")]
    assert proved_problems(evaluation, ["p1", "p1#2", "Set|p3 α", "no"]) == {"p1", "Set|p3 α"}


def test_a_folder_of_exported_files_finds_its_problems(evaluation: Record, tmp_path: Path) -> None:
    from prover.bench.proof_files import proof_file_name

    folder = tmp_path / "theirs"
    folder.mkdir()
    for name in ("p1", "Set|p3 α"):
        (folder / proof_file_name(name)).write_text(f"-- {name}")
    docket = against(evaluation, read_docket(folder, TEMPLATE), TEMPLATE)
    assert {item.submission: item.reference for item in docket.items} == {
        "-- p1": problem(1).text,
        "-- Set|p3 α": problem(3).text,
    }
    (folder / "p1.lean").rename(folder / "x.lean")
    (folder / proof_file_name("Set|p3 α")).unlink()
    with pytest.raises(UserError) as refused:
        against(evaluation, read_docket(folder, TEMPLATE), TEMPLATE)
    assert refused.value.code == "no_submissions"
