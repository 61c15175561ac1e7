"""`prove bench ls` and `prove bench show`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from prover.bench.catalogue import manifests
from prover.cli.app import with_default_command

Prove = Callable[..., Any]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "minif2f.jsonl"
    records: list[dict[str, str]] = [
        {
            "name": "fine",
            "formal_statement": "theorem fine : 1 = 1 := by",
            "header": "import Mathlib",
            "split": "valid",
        },
        {"name": "mathd_algebra_314", "formal_statement": "theorem mathd_algebra_314 : 0 = 0 := by", "split": "test"},
        {"name": "broken"},
    ]
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


def test_every_benchmark_is_in_the_list(prove: Prove) -> None:
    ran = prove("bench", "ls")
    assert ran.code == 0
    for manifest in manifests():
        assert f"\n{manifest.name} " in ran.out
        assert all(variant in ran.out for variant in manifest.variants)


def test_the_document_says_where_data_come_from(prove: Prove) -> None:
    found = {benchmark["name"]: benchmark for benchmark in prove("bench", "ls", "--json").document["benchmarks"]}
    assert set(found) == {manifest.name for manifest in manifests()}
    deepseek = {form["name"]: form for form in found["minif2f"]["variants"]}["deepseek"]
    assert (deepseek["splits"], deepseek["data"]) == ({"valid": 244, "test": 244}, "data")
    assert "mathd_algebra_314" in deepseek["bad"]
    assert {overlay["name"] for overlay in found["minif2f"]["corrections"]} == {"goedel-v2", "upstream", "repaired"}


def test_one_benchmark(prove: Prove) -> None:
    ran = prove("bench", "ls", "minif2f")
    assert "mathd_algebra_314: 1 / 4" in ran.out and "--corrected goedel-v2" in ran.out
    assert prove("bench", "ls", "minif3f", "--json").error == "no_benchmark"


def test_what_was_read(prove: Prove, data: Path) -> None:
    ran = prove("bench", "show", "minif2f", "--data", data)
    assert ran.code == 0
    assert "2 problems of 2 (valid 1, test 1); 1 not used" in ran.out
    ran_without = prove("bench", "show", "minif2f", "--data", data, "--without-bad")
    assert "1 problems of 2 (valid 1, test 1)" in ran_without.out
    assert "minif2f.jsonl, record 3: it has no statement" in ran.out and "not as released" in ran.out
    document = prove("bench", "show", "minif2f", "--data", data, "--json").document
    assert [problem["id"] for problem in document["problems"]] == ["fine", "mathd_algebra_314"]
    assert [record["record"] for record in document["rejected"]] == [3]


def test_one_problem_is_shown_as_lean_text(prove: Prove, data: Path) -> None:
    ran = prove("bench", "show", "minif2f/mathd_algebra_314", "--data", data)
    assert "-- known to be wrong: 1 / 4" in ran.out
    assert ran.out.endswith("theorem mathd_algebra_314 : 0 = 0 := by\n  sorry\n\n")
    (problem,) = prove("bench", "show", "minif2f/fine", "--data", data, "--json").document["problems"]
    assert problem["text"].startswith("import Mathlib\n")
    assert prove("bench", "show", "minif2f/none", "--data", data, "--json").error == "no_problem"


def test_the_way_to_data_is_told(prove: Prove) -> None:
    ran = prove("bench", "show", "minif2f")
    assert ran.code == 2
    assert "[no_data]" in ran.err and "--data PATH" in ran.err and "datasets/minif2f.jsonl" in ran.err


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (["File.lean"], ["run", "File.lean"]),
        (["models"], ["models"]),
        (["bench", "minif2f"], ["bench", "run", "minif2f"]),
        (["bench", "ls"], ["bench", "ls"]),
        (["bench", "--help"], ["bench", "--help"]),
        (["bench"], ["bench"]),
        ([], []),
    ],
)
def test_a_first_word_that_is_no_subcommand_is_run(words: list[str], meant: list[str]) -> None:
    bench = SimpleNamespace(commands={"run": None, "ls": None})
    assert with_default_command(words, SimpleNamespace(commands={"run": None, "models": None, "bench": bench})) == meant
