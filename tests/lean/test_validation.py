"""What the Lean at hand says of a benchmark's statements."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

import pytest

from prover.bench.problem import Origin, Problem
from prover.bench.survey import survey
from prover.bench.validation import Status, ValidationLimits, Validity, duplicates, validate, validate_all
from prover.cli.app import run
from prover.lean import Pool, PoolLimits
from prover.lean.bundled import bundled
from prover.lean.embedded import EmbeddedEngine
from prover.lean.foundation import CORE_MATH

NOWHERE = Origin("nowhere.jsonl", "0" * 64)
MATHLIB = "import Mathlib\nimport Aesop\n\nset_option maxHeartbeats 400000\n\nopen BigOperators Real Nat Topology Rat"


def problem(statement: str, name: str = "t", **parts: str) -> Problem:
    return replace(Problem(name, name, f"theorem {name} {statement}", NOWHERE), **parts)


def found(validity: Validity) -> dict[str, str]:
    return {finding.what: finding.detail for finding in validity.findings}


@pytest.fixture(scope="module")
async def lite() -> AsyncIterator[Pool]:
    engine = EmbeddedEngine.open(bundled("lean_project"), core_math=True)
    async with Pool(engine, PoolLimits(size=1, spares=0), foundation=CORE_MATH) as shared:
        yield shared


async def test_a_statement_that_elaborates(pool: Pool) -> None:
    good = await validate(problem("(n : Nat) : n + 0 = n"), pool)
    assert (good.status, good.detail, good.names, good.findings) == (Status.OK, "", (), ())
    assert good.goal and good.elaborates


async def test_names_that_nothing_declares(pool: Pool) -> None:
    variable = await validate(problem("(xs : List α) : xs = xs"), pool)
    assert (variable.status, variable.names, variable.elaborates) == (Status.AUTO_BOUND, ("α",), True)
    in_preamble = await validate(problem(": two = 2", preamble="def id' (x : β) := x\ndef two := id' 2"), pool)
    assert (in_preamble.status, in_preamble.names) == (Status.AUTO_BOUND, ("β",))
    meant = await validate(problem("(x : Real) : x = x"), pool)
    assert (meant.status, meant.names, meant.elaborates) == (Status.AUTO_BOUND, ("Real",), False)
    off = await validate(problem("(xs : List α) : xs = xs", header="set_option autoImplicit false"), pool)
    assert (off.status, off.names) == (Status.FAILS, ("α",))


async def test_statements_that_lean_refuses(pool: Pool) -> None:
    for statement in ("(x : Nat) : x = 'a'", ": 1 = ", "(x : Nat) : x ≤ y z"):
        refused = await validate(problem(statement), pool)
        assert refused.status is Status.FAILS and refused.detail and not refused.elaborates
    no_header = await validate(problem(": 1 = 1", header="import"), pool)
    assert no_header.status is Status.FAILS
    other_import = await validate(problem(": 1 = 1", header="import NotThere"), pool)
    assert other_import.status is Status.FAILS and "NotThere" in other_import.detail
    without = await validate(problem("(x : ℝ) : x = x", header=MATHLIB), pool)
    assert without.status is Status.NEEDS_MATHLIB


async def test_statements_that_ask_for_data(pool: Pool) -> None:
    as_theorem = await validate(problem(": Nat"), pool)
    definition = await validate(Problem("d", "d", "def d (n : Nat) : Fin (n + 1)", NOWHERE), pool)
    for validity in (as_theorem, definition):
        assert (validity.status, validity.elaborates) == (Status.NOT_A_PROPOSITION, False)


async def test_what_is_seen_at_once(pool: Pool) -> None:
    filled_in = await validate(problem(": answer = 3", preamble="def answer : Nat := sorry"), pool)
    assert (filled_in.status, found(filled_in)) == (Status.OK, {"placeholder": "answer"})
    nested = await validate(problem(": 1 = 1", preamble="namespace A", epilogue="end A"), pool)
    assert (nested.status, found(nested)) == (Status.OK, {"other_name": "A.t"})


async def test_a_thorough_look(pool: Pool) -> None:
    async def look(statement: str, **parts: str) -> dict[str, str]:
        validity = await validate(problem(statement, **parts), pool, deep=True)
        assert validity.status is Status.OK
        return found(validity)

    assert await look("(n : Nat) : n + 1 ≤ 2 * n + 1") == {"trivial": "omega"}
    vacuous = await look("(n : Nat) (h : n < 3) (g : 5 < n) : n * n = 7")
    assert vacuous["vacuous"] == "omega"
    assert "vacuous" in await look("(p : Prop) (h : p) (g : ¬p) : 1 = 2")
    assert set(await look("(n : Nat) : n * n = n")) == {"false"}
    assert set(await look("(x y : Int) (h : x > 2) (g : y > x) : x * y > 12")) == {"false"}
    assert set(await look(": ∃ n : Nat, n < 0")) == {"false"}
    # Neither its own negation nor a goal that is itself `False` is taken for contradictory hypotheses.
    assert "vacuous" not in await look("(n : Nat) (h : n < n) : False")
    assert await look("(f : Nat → Nat) (h : ∀ n, f (f n) < f (n + 1)) (n : Nat) : f n = n") == {}
    nested = await look("(n : Nat) : n * n = n", preamble="namespace A", epilogue="end A")
    assert set(nested) == {"other_name", "false"}


async def test_a_whole_set(pool: Pool) -> None:
    same = "(n : Nat) (h : 0 < n) : n ≤ n * n"
    problems = [
        problem(same, "a"),
        problem("(xs : List α) : xs.length = 0", "b"),
        problem(same.replace(" : n", " :\n    n"), "c"),
        problem("(n : Nat) (h : n > 0) : n ≤ n * n", "d"),
        problem("(n : Nat) (h : Nat.lt 0 n) : n ≤ n * n", "e"),
        problem("(n : Natural) : n = n", "f", header="set_option autoImplicit false"),
    ]
    async with aclosing(validate_all(problems, pool, jobs=2)) as validities:
        seen = {v.problem: v async for v in validities}
    assert {i: v.status.value for i, v in seen.items()} == {
        "a": "ok", "b": "auto_bound", "c": "ok", "d": "ok", "e": "ok", "f": "fails",
    }  # fmt: skip
    assert duplicates(problems, seen) == {"c": "a"}
    found = await survey(problems, pool)
    assert [p.id for p in found.problems] == ["a", "b", "c", "d", "e"]


async def test_who_stops_listening_stops_it(pool: Pool) -> None:
    problems = [problem("(n : Nat) : n = n", f"p{i}") for i in range(50)]
    leases = pool.statistics.leases
    async with aclosing(validate_all(problems, pool, jobs=2)) as validities:
        async for _ in validities:
            break
    assert pool.statistics.leases - leases < 10


def test_the_command(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    data = tmp_path / "minif2f.jsonl"
    statements = {"plain": "(x : ℕ) : x + 0 = x", "real": "(x : ℝ) : x = x", "wrong": "(x : ℤ) : x * x = x"}
    records = [
        {"name": name, "formal_statement": f"theorem {name} {statement} := by", "header": MATHLIB}
        for name, statement in statements.items()
    ]
    data.write_text("".join(json.dumps(record) + "\n" for record in records))
    code = run(["bench", "validate", "minif2f", "--data", str(data), "--engine", "embedded", "--deep", "--json"])
    found = json.loads(capfd.readouterr().out)
    assert (code, found["exit_code"]) == (1, 1)
    assert found["elaborating"] == ["plain", "wrong"] and found["subset"].endswith("/core-lite")
    assert [item["status"] for item in found["items"]] == ["ok", "needs_mathlib", "ok"]
    assert [[f["what"] for f in item["findings"]] for item in found["items"]] == [["trivial"], [], ["false"]]


async def test_over_core_math(lite: Pool) -> None:
    async def status(statement: str, header: str = MATHLIB) -> tuple[Status, tuple[str, ...]]:
        validity = await validate(problem(statement, header=header), lite, limits=ValidationLimits(seconds=30))
        return validity.status, validity.names

    assert await status("(x : ℕ) (h : Nat.Prime x) : 1 < x") == (Status.OK, ())
    assert await status("(x : ℝ) : x = x") == (Status.NEEDS_MATHLIB, ("ℝ",))
    assert await status("(x : ℤ) : ‖x‖ = 2") == (Status.NEEDS_MATHLIB, ("‖x‖",))
    bound = MATHLIB + "\nset_option autoImplicit true"
    assert await status("(x : ℝ) : x = x", bound) == (Status.NEEDS_MATHLIB, ("ℝ",))
    assert await status("(xs : List α) : xs = xs", bound) == (Status.AUTO_BOUND, ("α",))
    assert (await status("(x : ℕ) : x = 'a'"))[0] is Status.FAILS
