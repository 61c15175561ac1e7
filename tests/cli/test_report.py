"""`prove report` of evaluations: the table, the document, the page, what is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from bench_runs import failed, make, outcomes, problem, proved
from jsonschema import Draft202012Validator

from prover.bench import AttemptSpoilt
from prover.bench.document import evaluation_document
from prover.bench.record import read_record

Prove = Callable[..., Any]


@pytest.fixture
def two(tmp_path: Path) -> tuple[Path, Path]:
    table = {"p1": "++", "p2": "+-", "p3": "--", "p4": "-+"}
    a = outcomes(tmp_path / "first", table).path
    prover = {"frontier": "beam", "premises": True, "model": "", "model_only": False}
    facts = {"budget": {"seconds": 9.5, "heartbeats": None}, "prover": prover}
    b = outcomes(tmp_path / "second", {**table, "p3": "+-"}, **facts).path
    return a, b


def validator(name: str) -> Draft202012Validator:
    schema = json.loads((files("prover.cli") / "schemas" / f"{name}.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def test_rates_stand_beside_their_budgets(prove: Prove, two: tuple[Path, Path]) -> None:
    ran = prove("report", *two)
    assert ran.code == 0 and ran.err == ""
    lines = [" ".join(line.split()) for line in ran.out.splitlines()]
    assert lines[0] == "run statements solved pass@1 pass@2 within"
    assert lines[1].startswith("first toy-test 3 of 4 50.0 % [") and lines[1].endswith("seconds 60, 2 attempts")
    # Every problem is solved in two attempts: there is no interval to give.
    assert lines[2].startswith("second toy-test 4 of 4 62.5 % [") and "] 100.0 % seconds 9.5, 2 attempts" in lines[2]
    assert "not proved: out of time 4 3" in lines
    assert "prover frontier best-first" in lines and "prover frontier beam, premises" in lines
    assert any(line.startswith("first and second, 4 problems, the first 2 attempts of each: both 3,") for line in lines)
    assert "McNemar's exact test, two-sided: p = 1" in lines
    assert "differs: budget.seconds: 60 | 9.5" in lines


def test_a_run_that_is_not_finished_has_no_rate_yet(prove: Prove, tmp_path: Path) -> None:
    run = make(tmp_path / "run", [problem(1), problem(2)], [proved("p1"), AttemptSpoilt("p2", 1, "crashed")])
    ran = prove("report", run)
    assert ran.code == 0
    lines = [" ".join(line.split()) for line in ran.out.splitlines()]
    assert lines[1] == "run toy-test 1 of 2 pending seconds 60, 1 attempt"
    assert "pending 1 of 2 attempts have not ended; 1 problems are open" in lines
    assert "lost to broken machinery, made again: crashed 1" in lines


def test_the_document_agrees_with_its_schema(prove: Prove, two: tuple[Path, Path]) -> None:
    document = prove("report", *two, "--json", "--k", "1", "--k", "5").document
    for run in document["runs"]:
        validator("evaluation").validate(run)
    first, second = document["runs"]
    assert [(rate["k"], rate["exact"], rate["reason"]) for rate in first["score"]["rates"]] == [
        (1, "1/2", ""),
        (5, None, "k_exceeds_attempts"),
    ]
    assert (first["run"], second["finished"]) == ("first", True)
    (comparison,) = document["comparisons"]
    assert comparison["only_b"] == ["p3"] and comparison["difference"] == -0.125 and comparison["p"] == 1


def test_the_schema_refuses_what_cannot_be(tmp_path: Path) -> None:
    sound = json.loads(
        json.dumps(evaluation_document(read_record(make(tmp_path / "run", [problem(1)], [proved("p1")]))))
    )
    schema = validator("evaluation")
    schema.validate(sound)
    score, (asked,) = sound["score"], sound["problems"]
    (attempt,) = asked["attempts"]
    (rate,) = score["rates"]
    for wrong in (
        {**sound, "extra": 1},
        {**sound, "schema": "leap-prover/evaluation/2"},
        {**sound, "score": {**score, "rates": [{**rate, "value": None}]}},
        {**sound, "score": {**score, "rates": [{**rate, "reason": "pending"}]}},
        {**sound, "problems": [{**asked, "attempts": [{**attempt, "rung": 2}]}]},
        {**sound, "problems": [{key: value for key, value in asked.items() if key != "digest"}]},
    ):
        assert not schema.is_valid(wrong)


def test_other_problems_are_refused_unless_the_common_ones_are_asked_for(prove: Prove, tmp_path: Path) -> None:
    a = make(tmp_path / "a", [problem(1), problem(2)], [proved("p1"), failed("p2")])
    b = make(tmp_path / "b", [problem(1), problem(3)], [failed("p1"), failed("p3")])
    ran = prove("report", a, b, "--json")
    assert (ran.code, ran.error) == (2, "other_problems")
    ran = prove("report", a, b, "--common", "-o", tmp_path / "out.html")
    assert ran.code == 0 and "1 problems (2 that are not the same in both left out)" in ran.out
    assert "p3" in (tmp_path / "out.html").read_text("utf-8") and "out.html" in ran.err.replace("\n", "")


def test_the_page_alone(prove: Prove, two: tuple[Path, Path], tmp_path: Path) -> None:
    ran = prove("report", two[0], "-q", "-o", tmp_path / "out.html")
    assert (ran.code, ran.out, ran.err) == (0, "", "")
    assert "<title>toy-test: 3 of 4 solved</title>" in (tmp_path / "out.html").read_text("utf-8")


def test_what_is_no_evaluation(prove: Prove, two: tuple[Path, Path], tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert prove("report", tmp_path / "empty", "-o", tmp_path / "x.html").code == 2
    assert prove("report", two[0], tmp_path / "empty").code == 2
    assert prove("report", two[0], "-o", tmp_path / "F.lean").code == 2
    (two[1] / "evaluation.json").unlink()
    for options in ([], ["--json"], ["--common", "-o", tmp_path / "x.html"]):
        ran = prove("report", two[1], *options)
        assert ran.code == 2 and not (tmp_path / "x.html").exists()
    assert prove("report", two[1], "-q", "-o", tmp_path / "x.html").code == 0
