"""The search on a real Lean: portfolio, extraction, replay after a loss."""

from __future__ import annotations

import os
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from typing import Any

import pytest

from prover.core.budget import Budget
from prover.generate import Portfolio, Scripted, TacticGenerator
from prover.lean import Pool, Worker
from prover.search import Journal, SearchResult, Settings, Team, WorkerRunner, search, search_on_record

PRELUDE = 'notation "ℕ" => Nat\nnotation "ℤ" => Int\n'
AS_FOUND = Settings(debug=True, shorten_heartbeats=0)


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
    result = await bench.prove("theorem t : ∃ n : ℕ, n = 3", Scripted.by_target(answers), settings=AS_FOUND)
    assert result.script == "apply Exists.intro\nrfl" and result.checked


async def test_blocks_hold_in_one_piece(bench: Bench) -> None:
    tactics = ["refine ⟨?_, ?_⟩", "exact hp", "intro h", "exact Or.inl h"]
    statement = "theorem t (p q : Prop) (hp : p) : p ∧ (q → q ∨ p) ∧ p"
    result = await bench.prove(statement, Scripted(lambda _: tactics), settings=AS_FOUND)
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


# --- made shorter

UNHURRIED = Settings(debug=True, shorten_seconds=1e6)
DOUBLE = "def double : Nat → Nat\n  | 0 => 0\n  | n + 1 => double n + 2\n\n"
ALONE = "axiom P : Nat → Prop\naxiom Q : Nat → Prop\naxiom pq (n : Nat) : P n → Q n\naxiom p2 : P 2\naxiom p3 : P 3\n\n"


async def found(bench: Bench, statement: str, tactics: Sequence[str] | dict[str, list[str]]) -> SearchResult:
    """A search that has these tactics only, one after the other or by target; its script was put into the file."""
    if isinstance(tactics, dict):
        generator = Scripted.by_target(tactics)
    else:
        generator = Scripted(lambda request: tactics[len(request.history) :][:1])
    result = await bench.prove(statement, generator, settings=UNHURRIED, budget=Budget(expansions=30))
    assert result.checked and result.script is not None and result.first_script is not None
    sizes = result.statistics.proof
    assert (sizes["tactics"], sizes["characters"]) <= (sizes["tactics_found"], sizes["characters_found"])
    return result


@pytest.mark.parametrize(
    "statement, tactics, script",
    [
        pytest.param(
            DOUBLE + "theorem t (n : Nat) : double n = 2 * n",
            {
                "double n = 2 * n": ["induction n with | zero => ?_ | succ n ih => ?_"],
                "double 0 = 2 * 0": ["rfl"],
                "double (n + 1) = 2 * (n + 1)": ["simp only [double]"],
                "double n + 2 = 2 * (n + 1)": ["omega"],
            },
            "induction n with\n| zero => rfl\n| succ n ih =>\n  simp only [double]\n  omega",
            id="arms",
        ),
        pytest.param(
            ALONE + "theorem t (h : P 0 ∨ P 1) : Q 0 ∨ Q 1",
            {
                "Q 0 ∨ Q 1": [
                    "cases h with | inl h => ?_ | inr h => ?_",
                    "exact Or.inl (pq 0 h)",
                    "exact Or.inr (pq 1 h)",
                ]
            },
            "cases h with\n| inl h => exact Or.inl (pq 0 h)\n| inr h => exact Or.inr (pq 1 h)",
            id="arms of cases",
        ),
        pytest.param(
            ALONE + "theorem t : Q 2",
            ["have h3 := p3", "have h := p2", "exact pq 2 h"],
            "have h := p2\nexact pq 2 h",
            id="a step too many",
        ),
        pytest.param(ALONE + "theorem t : Q 2", ["simp [p3, pq, p2]"], "simp [pq, p2]", id="a lemma too many"),
        pytest.param(ALONE + "theorem t : Q 2", ["simp +arith [pq, p2]"], "simp [pq, p2]", id="an option too many"),
        pytest.param(
            ALONE + "theorem t : ∃ n, Q n", ["refine ⟨2, ?_⟩", "exact pq 2 p2"], "exact ⟨2, pq 2 p2⟩", id="exact"
        ),
        pytest.param(
            ALONE + "theorem t : ∃ a b, Q a ∧ P b",
            {
                "∃ a b, Q a ∧ P b": ["refine ⟨2, ?_⟩"],
                "∃ b, Q 2 ∧ P b": ["refine ⟨3, ?_⟩"],
                "Q 2 ∧ P 3": ["constructor"],
                "Q 2": ["exact pq 2 p2"],
                "P 3": ["exact p3"],
            },
            "exact ⟨2, 3, pq 2 p2, p3⟩",
            id="witnesses",
        ),
        pytest.param(
            ALONE + "theorem t : ∀ a b : Nat, a = 2 → b = 3 → Q a",
            ["intro a", "intro b", "intro ha", "intro hb", "subst ha", "exact pq 2 p2"],
            "intro a b ha hb\nsubst ha\nexact pq 2 p2",
            id="intro",
        ),
        pytest.param(
            ALONE + "theorem t (f : Nat → Nat) (h : f 1 = 2) (g : f 0 = 1) : Q (f (f 0))",
            ["rw [g]", "rw [h]", "exact pq 2 p2"],
            "rw [g, h]\nexact pq 2 p2",
            id="rw",
        ),
        pytest.param(
            "theorem t (a b c : Nat) (h : a < b ∨ a < c) : a < b + c",
            {
                "a < b + c": [
                    "rcases h with h | h",
                    "exact Nat.lt_add_right c h",
                    "exact Nat.lt_add_left b h",
                ]
            },
            "omega",
            id="automation for the whole",
        ),
        pytest.param(
            "theorem t (a b : Nat) (h : a = b) : a + 0 < b + 1", ["simp at *; omega"], "omega", id="one of two"
        ),
        pytest.param(
            "theorem t (x : Nat) (h : 3 * x + 1 = 10) : x = 3",
            ["exact Nat.eq_of_mul_eq_mul_left (by decide : 0 < 3) (Nat.succ.inj h)"],
            "omega",
            id="a long step",
        ),
        pytest.param(
            ALONE + "theorem t (h : P 0 ∧ P 1) : Q 0 ∧ Q 1",
            ["obtain ⟨h0, h1⟩ := h", "constructor", "(apply pq; assumption)"],
            "obtain ⟨h0, h1⟩ := h\nconstructor <;> (apply pq; assumption)",
            id="cases that end alike",
        ),
        pytest.param(
            ALONE + "theorem t : P 2 ∧ P 3", ["simp? [p2, p3]"], "simp only [p2, p3, and_self]", id="suggestion"
        ),
    ],
)
async def test_shorter(
    bench: Bench, statement: str, tactics: Sequence[str] | dict[str, list[str]], script: str
) -> None:
    assert (await found(bench, statement, tactics)).script == script
