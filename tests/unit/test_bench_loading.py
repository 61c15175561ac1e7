"""Benchmarks as released, read into problems."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from prover.bench.loading import load
from prover.core.errors import UserError

HEADER = "import Mathlib\nimport Aesop\n\nset_option maxHeartbeats 0\n\nopen BigOperators Real Nat Topology Rat\n\n"


def lines(path: Path, *records: object) -> Path:
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


def test_a_record_as_deepseek_prover_releases_it(tmp_path: Path) -> None:
    record = {
        "name": "sum_of_two",
        "split": "valid",
        "informal_prefix": "/-- The sum of two numbers.-/\n",
        "formal_statement": "theorem sum_of_two (a b : ℕ)\n  (h : a = 2) : a + b = b + 2 := by\n",
        "goal": "...",
        "header": HEADER,
    }
    loaded = load("minif2f", data=lines(tmp_path / "minif2f.jsonl", record))
    (problem,) = loaded.problems
    assert (problem.id, problem.name, problem.split) == ("sum_of_two", "sum_of_two", "valid")
    assert problem.statement == "theorem sum_of_two (a b : ℕ)\n  (h : a = 2) : a + b = b + 2"
    assert problem.informal == "The sum of two numbers."
    assert problem.header.startswith("import Mathlib\nimport Aesop\n\nset_option autoImplicit false\n")
    assert problem.text.endswith("a + b = b + 2 := by\n  sorry\n")
    assert problem.origin.record == 1
    assert loaded.rejected == () and loaded.variant == "deepseek"


def test_bad_records_are_reported_and_the_rest_is_read(tmp_path: Path) -> None:
    good = {"name": "good", "formal_statement": "theorem good : 1 = 1 := by"}
    path = lines(tmp_path / "minif2f.jsonl", good, {"name": "empty", "formal_statement": ""}, 7)
    with path.open("ab") as file:
        file.write(b'\n{"name": "cut", "formal_st\n\xff\xfe\n')
        file.write(json.dumps({**good, "name": "last"}).encode())
    loaded = load("minif2f", data=path)
    assert [problem.id for problem in loaded.problems] == ["good", "last"]
    assert [record.record for record in loaded.rejected] == [2, 3, 5, 6]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"name": "nothing"}, "no_benchmark"),
        ({"name": "minif2f", "variant": "v9"}, "no_variant"),
        ({"name": "minif2f", "split": "dev"}, "no_split"),
        ({"name": "minif2f", "corrected": "mine"}, "no_overlay"),
        ({"name": "minif2f", "data": Path("there is none.jsonl")}, "no_data"),
        ({"name": "minif2f", "data": None}, "no_data"),
    ],
)
def test_what_is_not_there(arguments: dict[str, object], code: str, tmp_path: Path) -> None:
    data = lines(tmp_path / "minif2f.jsonl", {"name": "a", "formal_statement": "theorem a : 1 = 1 := by"})
    with pytest.raises(UserError) as refused:
        load(**{"data": data, **arguments})  # type: ignore[arg-type]
    assert refused.value.code == code
