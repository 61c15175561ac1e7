"""The project's own problems (`benchmarks/core`): what stands in the files, and the reference proofs."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from prover.bench.loading import load
from prover.core.errors import LeanProcessError
from prover.core.outcome import Solved
from prover.core.verdict import Proved
from prover.lean import Pool
from prover.verify import Ladder, Limits

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
CORE = BENCHMARKS / "core"


def lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


PROBLEMS = lines(CORE / "problems.jsonl")
SINGLE: dict[str, list[str]] = json.loads((CORE / "single_calls.json").read_text(encoding="utf-8"))
TOPICS = sorted({record["topic"] for record in PROBLEMS})
#: Topics whose proofs take longest; together they are two thirds of the time.
LONG = {"languages", "lists", "numbers", "sums", "trees"}


def definitions(topic: str) -> str:
    file = CORE / f"{topic}.lean"
    return file.read_text(encoding="utf-8") if file.exists() else ""


def normalised(statement: str) -> str:
    """A statement with bound names numbered in order of appearance, so that renaming hides no copy."""
    numbers: dict[str, str] = {}
    tokens = re.findall(r"[^\W\d][\w'.]*|\d+|[^\w\s]", statement)
    bound = set(re.findall(r"[^\W\d][\w']*", " ".join(re.findall(r"[({\[]([^:(){}\[\]]*):", statement))))
    return " ".join(numbers.setdefault(t, f"x{len(numbers)}") if t in bound else t for t in tokens)


def test_what_stands_in_the_files() -> None:
    assert len(PROBLEMS) == 120
    assert len({record["name"] for record in PROBLEMS}) == 120
    for record in PROBLEMS:
        assert set(record) == {"id", "name", "topic", "grade", "statement", "preamble", "informal"}
        assert record["id"] == record["name"] and record["informal"].endswith(".") and 1 <= record["grade"] <= 5
        assert record["preamble"] == (f"{record['topic']}.lean" if definitions(record["topic"]) else "")
    grades = Counter(record["grade"] for record in PROBLEMS)
    assert all(grades[grade] >= 8 for grade in range(1, 6)), grades
    assert {file.stem for file in (CORE / "proofs").iterdir()} == set(TOPICS)
    assert {file.stem for file in CORE.glob("*.lean")} <= set(TOPICS)


def test_the_loader_reads_them() -> None:
    loaded = load("core")
    assert [problem.id for problem in loaded.problems] == [record["id"] for record in PROBLEMS]
    assert not loaded.rejected and not loaded.excluded
    assert loaded.problems[0].informal == PROBLEMS[0]["informal"]


def test_none_is_of_the_training_set() -> None:
    def said(record: dict[str, Any]) -> str:
        return normalised(record["statement"])

    assert normalised("(a b : Nat) (h : a ≤ b) : a < b + 1") == normalised("(m k : Nat) (hm : m ≤ k) : m < k + 1")
    trained = {said(record) for record in lines(BENCHMARKS / "training" / "statements.jsonl")}
    assert len(trained) == 180
    found = [said(record) for record in PROBLEMS]
    assert len(set(found)) == 120 and trained.isdisjoint(found)


def test_single_calls_do_not_close_most_of_them() -> None:
    assert set(SINGLE) == {record["name"] for record in PROBLEMS}
    assert not any("exact?" in calls for calls in SINGLE.values())
    assert sum(not calls for calls in SINGLE.values()) >= 40


@pytest.mark.parametrize("topic", TOPICS)
def test_the_proofs_are_of_these_statements(topic: str) -> None:
    """As text, blanks aside: what Lean says of it is the next test's."""
    proofs = (CORE / "proofs" / f"{topic}.lean").read_text(encoding="utf-8")
    assert proofs.startswith(definitions(topic))
    assert not re.search(r"\b(sorry|axiom|native_decide|unsafe|implemented_by|csimp|instance)\b", proofs)
    squeezed = " ".join(proofs.split())
    for record in PROBLEMS:
        if record["topic"] == topic:
            stated = f"/-- {record['informal']} -/ theorem {record['name']} {record['statement']} := by "
            assert squeezed.count(stated) == 1, record["name"]


@pytest.mark.parametrize("topic", [pytest.param(t, marks=[pytest.mark.slow] * (t in LONG)) for t in TOPICS])
async def test_the_reference_proofs(pool: Pool, topic: str) -> None:
    mine = [record for record in PROBLEMS if record["topic"] == topic]
    stated = [f"theorem {record['name']} {record['statement']} := by\n  sorry\n" for record in mine]
    proofs = (CORE / "proofs" / f"{topic}.lean").read_text(encoding="utf-8")
    verdicts = await Ladder(pool).check(
        proofs, reference="\n".join([definitions(topic), *stated]), preserve=True, limits=Limits(seconds=250)
    )
    assert set(verdicts) == {record["name"] for record in mine}
    assert all(isinstance(verdict, Proved) for verdict in verdicts.values()), verdicts


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("topic", TOPICS)
async def test_single_calls(pool: Pool, topic: str) -> None:
    """The calls of the table close what it says, and `exact?` closes nothing; what else closes nothing is not tried."""
    for record in [record for record in PROBLEMS if record["topic"] == topic]:
        name = record["name"]
        text = f"{definitions(topic)}\ntheorem {name} {record['statement']} := by\n  sorry\n"
        closed: set[str] = set()
        for call in ("exact?", *SINGLE[name]):
            async with pool.lease(["Init"]) as worker:
                [hole] = (await worker.elaborate(worker.env, text, holes=True)).holes
                assert hole.state is not None
                try:
                    async for _, outcome in worker.apply(hole.state, [call], wall_seconds=60):
                        closed |= {call} if isinstance(outcome, Solved) else set()
                except LeanProcessError:
                    pass
        assert closed == set(SINGLE[name]), name
