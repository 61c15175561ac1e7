"""`prove bench validate`: what it prints and its exit code; what Lean would say is given here."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from prover.bench import validation
from prover.bench.problem import Problem
from prover.bench.validation import Finding, Status, Validity
from prover.cli import bench_validate
from prover.lean.foundation import CORE_MATH

Prove = Callable[..., Any]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "minif2f.jsonl"
    names = ("first", "second", "third")
    records = [
        {"name": name, "formal_statement": f"theorem {name} : {i % 2} = {i % 2} := by", "header": "import Mathlib"}
        for i, name in enumerate(names)
    ]
    path.write_text("".join(json.dumps({**record, "split": "test"}) + "\n" for record in records) + '{"name": "x"}\n')
    return path


@pytest.fixture
def lean(monkeypatch: pytest.MonkeyPatch) -> dict[str, Validity]:
    """What is said of a problem by id; `ok` where nothing is. A problem called `interrupt` interrupts."""
    said: dict[str, Validity] = {}

    async def mathlib(_: str) -> Any:
        return SimpleNamespace(modules=("Mathlib",))

    @asynccontextmanager
    async def no_pool(*_: Any, **__: Any) -> AsyncGenerator[Any]:
        yield SimpleNamespace(foundation=CORE_MATH, read_header=mathlib)

    async def validate_all(problems: Sequence[Problem], *_: Any, **__: Any) -> AsyncGenerator[Validity]:
        for problem in problems:
            validity = said.get(problem.id, Validity(problem.id, Status.OK))
            if validity.detail == "interrupt":
                os.kill(os.getpid(), signal.SIGINT)
                await asyncio.sleep(60)
            yield validity

    engine = SimpleNamespace(name="embedded", description="a stand-in", lean_version="4")
    monkeypatch.setattr(bench_validate, "open_benchmark_engine", lambda *_, **__: (engine, CORE_MATH))
    monkeypatch.setattr(bench_validate, "Pool", no_pool)
    monkeypatch.setattr(validation, "validate_all", validate_all)
    return said


def test_counts_and_subset(prove: Prove, data: Path, lean: dict[str, Validity]) -> None:
    lean["second"] = Validity("second", Status.NEEDS_MATHLIB, "not there: ℝ", ("ℝ",))
    ran = prove("bench", "validate", "minif2f", "--data", data)
    assert ran.code == 1
    assert "second: needs mathlib: not there: ℝ" in ran.out
    assert "third: the same as first" in ran.out and "\nfirst:" not in ran.out
    assert "ok 2, needs mathlib 1" in ran.out
    assert "minif2f-test/core-lite: 2 of 3 statements can be asked" in ran.out
    assert "missing most often: ℝ 1" in ran.out
    assert "over CoreMath, not Mathlib" in ran.err and "not used: minif2f.jsonl, record 4" in ran.err


def test_the_document(prove: Prove, data: Path, lean: dict[str, Validity]) -> None:
    lean["first"] = Validity("first", Status.OK, findings=(Finding("trivial", "simp"),))
    lean["third"] = Validity("third", Status.AUTO_BOUND, "bound without being declared: n", ("n",))
    found = prove("bench", "validate", "minif2f", "--data", data, "--json", "--deep").document
    assert (found["exit_code"], found["counts"], found["findings"]) == (1, {"ok": 2, "auto_bound": 1}, {"trivial": 1})
    assert found["elaborating"] == ["first", "second", "third"]
    assert [item["same_as"] for item in found["items"]] == [None, None, "first"]
    assert found["items"][0]["findings"] == [{"what": "trivial", "detail": "simp"}]
    assert (found["foundation"], found["deep"], len(found["rejected"])) == ("over CoreMath, not Mathlib", True, 1)


@pytest.mark.parametrize(("what", "code"), [("trivial", 0), ("other_name", 0), ("false", 1), ("vacuous", 1)])
def test_what_speaks_against_a_statement(
    prove: Prove, data: Path, lean: dict[str, Validity], what: str, code: int
) -> None:
    data.write_text("".join(data.read_text().splitlines(keepends=True)[:2]))
    assert prove("bench", "validate", "minif2f", "--data", data).code == 0
    lean["second"] = Validity("second", Status.OK, findings=(Finding(what),))
    assert prove("bench", "validate", "minif2f", "--data", data, "--deep").code == code


def test_an_interrupt_keeps_what_was_found(prove: Prove, data: Path, lean: dict[str, Validity]) -> None:
    lean["second"] = Validity("second", Status.OK, "interrupt")
    found = prove("bench", "validate", "minif2f", "--data", data, "--json").document
    assert (found["exit_code"], found["interrupted"], found["problems"]) == (130, True, 3)
    assert [item["id"] for item in found["items"]] == ["first"]


def test_no_data(prove: Prove) -> None:
    assert prove("bench", "validate", "nothing", "--json").error == "no_benchmark"
