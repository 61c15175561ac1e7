"""The search on a real Lean: portfolio, extraction, replay after a loss."""

from __future__ import annotations

import os
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import pytest

from prover.core.budget import Budget
from prover.generate import Portfolio, Scripted, TacticGenerator
from prover.lean import Pool, Worker
from prover.search import Journal, SearchResult, Settings, Team, WorkerRunner, search, search_on_record

PRELUDE = 'notation "ℕ" => Nat\nnotation "ℤ" => Int\n'


class Bench:
    """Searches on workers of the pool; keeps the lease of the one in use."""

    def __init__(self, pool: Pool, stack: AsyncExitStack) -> None:
        self.pool = pool
        self.stack = stack
        self.worker: Worker | None = None

    async def prove(self, statement: str, generator: TacticGenerator | None = None, **options: Any) -> SearchResult:
        text = f"{PRELUDE}{statement} := by\n  sorry\n"

        async def opened() -> tuple[Worker, Any]:
            await self.stack.aclose()
            self.worker = await self.stack.enter_async_context(self.pool.lease(["Init"]))
            found = await self.worker.elaborate(self.worker.env, text, holes=True)
            (hole,) = found.holes
            return self.worker, hole

        async def renew() -> tuple[Worker, int]:
            worker, hole = await opened()
            return worker, hole.state

        worker, hole = await opened()
        runner = WorkerRunner(worker, hole.state, hole.goals, renew)
        options.setdefault("budget", Budget(seconds=240))
        options.setdefault("settings", Settings(debug=True))
        chapter = options.pop("chapter", None)
        if chapter is None:
            result = await search(runner, generator or Portfolio(), **options)
        else:
            result = await search_on_record(chapter, runner, generator or Portfolio(), **options)
        assert self.worker is not None
        if result.script is not None:
            await self.rebuilds(text, result.script)
        return result

    async def rebuilds(self, text: str, script: str) -> None:
        """The script, spliced into the file, elaborates without errors and without `sorry`."""
        assert self.worker is not None
        whole = text.replace("  sorry\n", "".join(f"  {line}\n" for line in script.split("\n")))
        built = await self.worker.elaborate(self.worker.env, whole)
        assert built.clean, (whole, [m.text for m in built.messages])


@pytest.fixture
async def bench(pool: Pool) -> AsyncIterator[Bench]:
    async with AsyncExitStack() as stack:
        yield Bench(pool, stack)


@pytest.mark.parametrize(
    "statement",
    [
        "theorem t (a b : ℕ) : a + b = b + a",
        "theorem t (p q r : Prop) (h : p ∧ (q ∨ r)) : (p ∧ q) ∨ (p ∧ r)",
        "theorem t (f : ℕ → ℕ) (h0 : f 0 = 1) (h : ∀ n, f (n + 1) = 2 * f n) (n : ℕ) : f n = 2 ^ n",
        "theorem t (n : ℕ) : 5 ∣ n ^ 5 - n ∨ n < 1000",
        "theorem t (a : ℤ) : a ^ 2 % 8 ≠ 3",
        "theorem t (n : ℕ) : ¬5 ∣ 3 ^ n",
        "theorem t (x y : ℕ) (h : x * y + x + y = 14) (hx : 0 < x) (hxy : x < y) : x = 2",
        "theorem t (n : ℕ) : Nat.gcd (3 * n + 1) (2 * n + 5) ≤ 13",
        "theorem t (x y : ℤ) : x - y ∣ x ^ 3 - y ^ 3",
        "theorem t (u : ℕ → ℤ) (h0 : u 0 = 2) (h1 : u 1 = 5) (h : ∀ n, u (n + 2) = u (n + 1) - u n) : u 600 = 2",
        "theorem t (α : Type) (xs ys : List α) : (xs ++ ys).length = ys.length + xs.length",
        "theorem t : ∃ x : ℕ, x * x = 49 ∧ x > 3",
    ],
)
async def test_the_portfolio_proves(bench: Bench, statement: str) -> None:
    result = await bench.prove(statement)
    assert result.solved and result.checked, result


INSERT = """def ins (a : ℕ) : List ℕ → List ℕ
  | [] => [a]
  | x :: xs => if a ≤ x then a :: x :: xs else x :: ins a xs
"""
TREE = """inductive Tree where
  | leaf : Tree
  | node : Tree → ℕ → Tree → Tree
def mirror : Tree → Tree
  | .leaf => .leaf
  | .node l x r => .node (mirror r) x (mirror l)
"""
EVEN = """inductive Ev : ℕ → Prop where
  | zero : Ev 0
  | step (n : ℕ) : Ev n → Ev (n + 2)
"""
HALF = """def half : ℕ → ℕ
  | 0 => 0
  | 1 => 0
  | n + 2 => half n + 1
"""


@pytest.mark.parametrize(
    "statement",
    [
        INSERT + "theorem t (a : ℕ) (xs : List ℕ) : (ins a xs).length = xs.length + 1",
        TREE + "theorem t (t : Tree) : mirror (mirror t) = t",
        EVEN + "theorem t (m n : ℕ) (h : Ev m) (g : Ev n) : Ev (m + n)",
        HALF + "theorem t (n : ℕ) : half n = n / 2",
        "theorem t (a b c : ℕ) (h : a ∣ b) (g : a ∣ c) : a ∣ b + c",
        "theorem t (o : Option ℕ) (h : o ≠ none) : ∃ x, o = some x",
    ],
    ids=["function", "tree", "predicate", "functional_induction", "divisibility", "option"],
)
async def test_the_portfolio_proves_about_what_a_file_defines(bench: Bench, statement: str) -> None:
    result = await bench.prove(statement)
    assert result.solved and result.checked, result


@pytest.mark.parametrize(
    "statement",
    ["theorem t (n : ℕ) : n < 5", "theorem t (a b : ℤ) (h : a < b) : a + 1 < b", "theorem t (p : Prop) : p"],
)
async def test_false_statements_are_not_proved(bench: Bench, statement: str) -> None:
    result = await bench.prove(statement, budget=Budget(seconds=20, expansions=60))
    assert not result.solved and result.stop in ("exhausted", "budget_expansions", "budget_seconds")


async def test_a_suggestion_stands_in_for_what_suggested_it(bench: Bench) -> None:
    result = await bench.prove("theorem t (a b : ℕ) (h : a ∣ b) (hb : 0 < b) : a ≤ b", Scripted(lambda _: ["exact?"]))
    assert result.script is not None and "?" not in result.script and result.script.startswith("exact")


async def test_coupled_goals_are_proved_together(bench: Bench) -> None:
    answers = {"?w = 3": ["rfl"], "∃ n, n = 3": ["apply Exists.intro"]}
    result = await bench.prove("theorem t : ∃ n : ℕ, n = 3", Scripted.by_target(answers))
    assert result.script == "apply Exists.intro\nrfl" and result.checked


async def test_blocks_hold_in_one_piece(bench: Bench) -> None:
    tactics = ["refine ⟨?_, ?_⟩", "exact hp", "intro h", "exact Or.inl h"]
    statement = "theorem t (p q : Prop) (hp : p) : p ∧ (q → q ∨ p) ∧ p"
    result = await bench.prove(statement, Scripted(lambda _: tactics))
    assert result.script is not None and result.script.count("·") == 4 and result.checked


async def test_a_killed_worker_costs_a_tactic_at_most_and_not_the_search(bench: Bench) -> None:
    killed: list[int] = []

    def kill(kind: str, payload: dict[str, Any]) -> None:
        if kind == "NodeExpanded" and payload["depth"] == 1 and not killed:
            assert bench.worker is not None
            killed.append(bench.worker.process.pid)
            os.kill(bench.worker.process.pid, signal.SIGKILL)

    answers = {"p ∧ q ∧ p": ["constructor"], "q ∧ p": ["constructor"], "p": ["skip", "exact hp"], "q": ["exact hq"]}
    statement = "theorem t (p q : Prop) (hp : p) (hq : q) : p ∧ q ∧ p"
    settings = Settings(width=1)
    result = await bench.prove(statement, Scripted.by_target(answers), observer=kill, settings=settings)
    assert killed
    assert bench.worker is not None and bench.worker.process.pid != killed[0]
    assert result.stop in ("proved", "exhausted")


async def test_a_second_search_goes_on_where_the_first_ended(bench: Bench) -> None:
    """On another worker: what is known costs nothing, and its states are made again where they are needed."""
    answers = {"p ∧ q ∧ p": ["skip", "constructor"], "q ∧ p": ["constructor"], "p": ["exact hp"], "q": ["exact hq"]}
    statement = "theorem t (p q : Prop) (hp : p) (hq : q) : p ∧ q ∧ p"
    journal = Journal()
    tried: list[int] = []
    for expansions in (2, 50):
        options = {"chapter": journal.chapter("t"), "budget": Budget(expansions=expansions)}
        result = await bench.prove(statement, Scripted.by_target(answers), settings=Settings(width=1), **options)
        tried.append(result.statistics.candidates)
    assert result.solved and result.checked and tried[0] == 2 < tried[1]


async def test_nodes_in_flight_on_one_worker(bench: Bench) -> None:
    statement = "theorem t (p q r : Prop) (h : p ∧ (q ∨ r)) : (p ∧ q) ∨ (p ∧ r)"
    result = await bench.prove(statement, settings=Settings(in_flight=4, debug=True, grace_seconds=30))
    assert result.solved and result.checked


async def test_two_workers_at_one_goal(pool: Pool) -> None:
    text = f"{PRELUDE}theorem t (p q r : Prop) (h : p ∧ (q ∨ r)) : (p ∧ q) ∨ (p ∧ r) := by\n  sorry\n"

    async def renew() -> tuple[Worker, int]:
        raise AssertionError("no worker is lost here")

    async with AsyncExitStack() as stack:
        members: list[WorkerRunner] = []
        for _ in range(2):
            worker = await stack.enter_async_context(pool.lease(["Init"]))
            (hole,) = (await worker.elaborate(worker.env, text, holes=True)).holes
            assert hole.state is not None and hole.goals is not None
            members.append(WorkerRunner(worker, hole.state, hole.goals, renew))
        answers = ["obtain ⟨hp, hq | hr⟩ := h", "constructor", "exact Or.inl ⟨hp, hq⟩", "exact Or.inr ⟨hp, hr⟩"]
        settings = Settings(in_flight=3, lanes=2, debug=True, grace_seconds=60)
        team = Team(members)
        result = await search(team, Scripted(lambda _: answers), budget=Budget(seconds=240), settings=settings)
        assert result.solved and result.checked
