"""Theorems read out of a real environment, the index of them, and a search that is offered them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from prover.agent import FillOptions, Target
from prover.agent.fill import fill
from prover.agent.ladder_judge import LadderJudge
from prover.agent.solver import SearchSolver
from prover.api.statement import read_goal
from prover.core.premise import Premise
from prover.core.verdict import Proved
from prover.generate import Portfolio
from prover.generate.closers import close
from prover.generate.premises import use_premises
from prover.generate.structure import split_goal
from prover.lean import LeanEngine, Pool
from prover.lean.source import SourceFile
from prover.lean.theorems import imported_modules, imported_theorems, own_theorems
from prover.retrieve import Index, Query, library

FILE = """namespace A
theorem closed (n : Nat) (h : n = 3) (g : n < 9) : n + 1 = 4 := by omega
private theorem hidden (n : Nat) : n + 0 = n := rfl
theorem opened (n : Nat) : n = n + 1 := by sorry
def number : Nat := 3
theorem «an odd name» : ∀ n : Nat, n = n := fun _ => rfl
instance : Std.Commutative (α := Nat) (· + ·) := ⟨Nat.add_comm⟩
end A
"""


@pytest.fixture(scope="module")
async def index(pool: Pool, engine: LeanEngine) -> Index:
    async with pool.lease(["Init"]) as worker:
        return await library(worker, engine)


async def test_the_theorems_of_imports(index: Index) -> None:
    found = index.premises[index.numbers["List.reverse_append"]]
    assert found.module.startswith("Init.Data.List") and found.rewrites and found.hypotheses == 0
    assert (found.left, found.right) == ("List.reverse", "HAppend.hAppend")
    assert "List.reverse" in found.conclusion and "List" in found.context
    divides = index.premises[index.numbers["Nat.le_of_dvd"]]
    assert (divides.head, divides.left, divides.hypotheses) == ("LE.le", "", 2)
    assert "Dvd.dvd" in divides.context and "Dvd.dvd" not in divides.conclusion
    # No definitions, instances, auxiliaries, private names.
    for name in (
        "List.reverse",
        "Nat.instCommutativeHAdd",
        "Nat.rec",
        "Nat.add.eq_1",
        "List.map.match_1",
        "List.cons.injEq",
    ):
        assert name not in index.numbers
    assert not any(name.startswith("_private") or "._" in name for name in index.numbers)


async def test_portions_add_up(pool: Pool, index: Index) -> None:
    async with pool.lease(["Init"]) as worker:
        modules = [name for name, _ in await imported_modules(worker)]
        seen: list[Premise] = []
        places: list[int] = []
        async for done, portion in imported_theorems(worker, modules):
            seen += portion
            places.append(done)
            assert (await worker.stats())["envs"] >= 1, "the worker serves other calls in between"
    assert places == sorted(places) and places[-1] == len(modules)
    assert len(seen) == len({p.name for p in seen}) and {p.name for p in seen} == set(index.numbers)


async def test_the_theorems_of_a_file(pool: Pool) -> None:
    async with pool.lease(["Init"]) as worker:
        made = await worker.elaborate(worker.env, FILE, keep=True)
        own = {p.name: p for p in await own_theorems(worker, made.env)}
    assert set(own) == {"A.closed", "A.hidden", "A.«an odd name»"}
    assert own["A.closed"].hypotheses == 2 and own["A.closed"].module == "" and own["A.closed"].left == "HAdd.hAdd"


async def test_goals_carry_their_constants(pool: Pool) -> None:
    text = "theorem t (xs : List Nat) (h : xs.Nodup) : xs.reverse.length = 3 := by sorry"
    async with pool.lease(["Init"]) as worker:
        opened = await worker.elaborate(worker.env, text, holes=True)
        goals = opened.holes[0].goals
    assert goals is not None
    goal = goals.goals[0]
    assert goal.symbols[0] == "Eq" and {"List.reverse", "List.length"} <= set(goal.symbols)
    assert {"List", "Nat", "List.Nodup"} == set(goal.around)


@pytest.mark.parametrize(
    ("statement", "wanted"),
    [
        ("(xs ys : List α) : (xs ++ ys).reverse = ys.reverse ++ xs.reverse", "List.reverse_append"),
        ("n m : Nat\n⊢ n.gcd m ∣ n", "Nat.gcd_dvd_left"),
        ("∀ (n : Nat) (xs : List Nat), List.take n xs ++ List.drop n xs = xs", "List.take_append_drop"),
        ("(a b : Nat) (h : 0 < b) (g : a ∣ b) : a ≤ b", "Nat.le_of_dvd"),
    ],
)
async def test_goals_find_what_proves_them(pool: Pool, index: Index, statement: str, wanted: str) -> None:
    async with pool.lease(["Init"]) as worker:
        goal = await read_goal(worker, worker.env, statement)
        assert goal is not None
        found = [f.premise for f in index.find(Query.of_goal(goal), 16)]
        assert wanted in [p.name for p in found]
        shown = await worker.signatures([p.name for p in found], env=worker.env)
    assert set(shown) == {p.name for p in found} and shown[wanted].startswith(wanted)


async def test_words_are_not_read_as_goals(pool: Pool) -> None:
    async with pool.lease(["Init"]) as worker:
        for text in ("reverse append", "gcd", "xs.reverse.reverse = xs", "n", "1 +"):
            assert await read_goal(worker, worker.env, text) is None


async def test_an_index_is_made_once(
    pool: Pool, engine: LeanEngine, index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from prover.retrieve import library as made

    monkeypatch.setitem(made.__globals__, "cache_folder", lambda: tmp_path)
    phases: list[str] = []

    def note(phase: str, done: int, total: int | None) -> None:
        phases.append(phase)

    async with pool.lease(["Init"]) as worker:
        first = await library(worker, engine, progress=note)
        assert "index theorems" in phases and first.premises == index.premises
        phases.clear()
        again = await library(worker, engine, progress=note)
        assert not phases and again.premises == first.premises
        (folder,) = (tmp_path / "premises").iterdir()
        (folder / "theorems.json").write_bytes(b"{}")
        await library(worker, engine, progress=note)
        assert phases, "a damaged one is made anew"


async def test_a_search_uses_what_is_offered(pool: Pool, index: Index) -> None:
    text = """opaque f : Nat → Nat
theorem open_lemma (n : Nat) : f n = 7 := by sorry
theorem helper (n : Nat) (h : f n = 1) : f (f n) = f 1 := by rw [h]
theorem wanted (a b : Int) (h : 0 < b) (d : a ∣ b) : a ≤ b := by sorry
theorem from_helper (n : Nat) (h : f n = 1) : f (f n) = f 1 ∧ 1 = 1 := by sorry
theorem later (a b : Int) (h : 0 < b) (d : a ∣ b) : a ≤ b := Int.le_of_dvd h d
"""
    tried: dict[str, set[str]] = {}
    names: dict[str, str] = {}

    def observe(kind: str, payload: dict[str, Any]) -> None:
        if kind == "SearchStarted":
            names[payload["search"]] = payload["name"]
        if kind == "TacticTried" and "premise" in payload["source"]:
            tried.setdefault(names[payload["search"]], set()).add(payload["tactic"])

    result = await fill(
        SourceFile("t.lean", text.encode()),
        Target.parse("t.lean"),
        pool,
        # Little else is tried: other ideas may be quicker.
        SearchSolver(observe, Portfolio([use_premises, split_goal, close]), index=index),
        LadderJudge(pool),
        FillOptions(seconds=120.0, refute_share=0.0),
    )
    verdicts = {t.name: t.verdict for t in result.targets}
    assert isinstance(verdicts["wanted"], Proved) and isinstance(verdicts["from_helper"], Proved)
    assert any("Int.le_of_dvd" in tactic for tactic in tried["wanted"])
    offered = " ".join(tactic for tactics in tried.values() for tactic in tactics)
    for forbidden in ("open_lemma", "later", "wanted", "from_helper"):
        assert forbidden not in offered
