"""Whole proofs with a wrong step, on a real Lean: cut, gone through, ended by somebody else."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack
from typing import Any

import pytest

from prover.core.budget import Budget
from prover.core.candidate import Candidate
from prover.core.cut import Cut, ScriptStep
from prover.core.outcome import Progress
from prover.core.premise import Premise
from prover.generate import Request
from prover.lean import Pool, Worker
from prover.search import SearchResult, Settings, WorkerRunner, search
from prover.search.arrangement import arrangement


class Lean:
    """One theorem at a time on a worker."""

    def __init__(self, worker: Worker) -> None:
        self.worker = worker

    async def open(self, statement: str) -> Any:
        found = await self.worker.elaborate(self.worker.env, f"{statement} := by\n  sorry\n", holes=True)
        (hole,) = found.holes
        return hole

    async def cut(self, script: str, statement: str = "theorem t (p q : Nat) : p = q") -> Cut:
        cut = await self.worker.cut((await self.open(statement)).state, script)
        assert cut is not None
        return cut

    async def rebuilds(self, statement: str, script: str) -> None:
        whole = f"{statement} := by\n" + "".join(f"  {line}\n" for line in script.split("\n"))
        built = await self.worker.elaborate(self.worker.env, whole)
        assert built.clean, (whole, [m.text for m in built.messages])

    async def prove(
        self, statement: str, script: str, answers: Mapping[str, Sequence[str]]
    ) -> tuple[SearchResult, list[str]]:
        """Searches with the script for the statement and tactics by target; also the tactics in the graph."""
        hole = await self.open(statement)
        edges: list[str] = []

        def observe(kind: str, told: dict[str, Any]) -> None:
            if kind in ("EdgeAdded", "Solved"):
                edges.append(told["tactic"])

        async def renew() -> tuple[Worker, int]:
            raise AssertionError("the worker was lost")

        result = await search(
            WorkerRunner(self.worker, hole.state, hole.goals, renew),
            Proposing(hole.goals.goals[0].target, script, answers),
            budget=Budget(seconds=200),
            settings=Settings(debug=True, shorten_heartbeats=0),
            observer=observe,
        )
        if result.script is not None:
            await self.rebuilds(statement, result.script)
        return result, edges


class Proposing:
    """A script for the goal at the beginning, tactics for others."""

    def __init__(self, target: str, script: str, answers: Mapping[str, Sequence[str]]) -> None:
        self.target = target
        self.script = script
        self.answers = answers
        self.given = False

    async def generate(self, requests: Sequence[Request]) -> list[list[Candidate]]:
        return [self._answer(request) for request in requests]

    def _answer(self, request: Request) -> list[Candidate]:
        if not self.given:
            self.given = True
            return [Candidate(self.script, -1.0, "written", effort=1, script=True)]
        known = self.answers.get(request.focused.target, ()) if request.draw == 0 else ()
        return [Candidate(text, -1.0, "somebody") for text in known]


@pytest.fixture
async def lean(pool: Pool) -> AsyncIterator[Lean]:
    async with AsyncExitStack() as stack:
        yield Lean(await stack.enter_async_context(pool.lease(["Init"])))


def shown(steps: Sequence[ScriptStep]) -> list[Any]:
    """Texts of steps; where there are blocks: what is run with them left open, and them."""
    return [(step.head, *(shown(b.steps) for b in step.blocks)) if step.blocks else step.text for step in steps]


SCRIPT = """\
    intro h; omega
    have h : p + 0 = p ∧
        q = q := by
      constructor
      · rw [foo,
          bar]
      . simp -- why
    obtain ⟨x, hx⟩ : ∃ x, x = p := by exact ⟨p, rfl⟩
    suffices z : q = q by
      simp
    suffices z : q = q from by simp
    induction p with
    | zero => simp
    | succ n ih => -- the hard one
      rw [ih,
        foo]
      all_goals omega
    case inl y _ => simp
    next => simp; done
    calc p = q := by omega
      _ = q + 0 := (Nat.add_zero q).symm
      _ = q := by
        simp
    match p with
    | 0 => simp
    | n + 1 =>
      if h : n = 0 then simp else omega
    · cases p <;> simp
    exact foo (by simp) fun x => by simp
"""


async def test_a_script_is_cut_as_lean_reads_it(lean: Lean) -> None:
    cut = await lean.cut(SCRIPT)
    assert cut.problem == ""
    assert shown(cut.steps) == [
        "intro h",
        "omega",
        ("have h : p + 0 = p ∧\n    q = q := ?_", ["constructor", ("", ["rw [foo,\n  bar]"]), ("", ["simp"])]),
        ("obtain ⟨x, hx⟩ : ∃ x, x = p", ["exact ⟨p, rfl⟩"]),
        ("suffices z : q = q from ?_", ["simp"]),
        ("suffices z : q = q from ?_", ["simp"]),
        (
            "induction p with\n| zero => ?_\n| succ n ih => -- the hard one\n  ?_",
            ["simp"],
            ["rw [ih,\n  foo]", "all_goals omega"],
        ),
        ("rename_i y _", ["simp"]),
        ("", ["simp", "done"]),
        ("calc p = q := ?_\n  _ = q + 0 := (Nat.add_zero q).symm\n  _ = q := ?_", ["omega"], ["simp"]),
        ("match p with\n| 0 => ?_\n| n + 1 => ?_", ["simp"], [("if h : n = 0 then ?_ else ?_", ["simp"], ["omega"])]),
        ("", ["cases p <;> simp"]),
        "exact foo (by simp) fun x => by simp",
    ]
    assert [step.text for step in cut.steps][2].startswith(
        "have h : p + 0 = p ∧\n    q = q := by\n  constructor\n  · rw"
    )
    arms, case = cut.steps[6], cut.steps[7]
    assert [block.case for block in arms.blocks] == ["zero", "succ"] and case.blocks[0].case == "inl"


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("intro h\nfoobar h\nomega", ["intro h", ""]),
        ("intro h\nsimp at\n", ["intro h", ""]),
        (
            "constructor\n· have h : 1 = 1 := by\n    simp\n    exact (\n  simp\n",
            ["constructor", ("", [("have h : 1 = 1 := ?_", ["simp", ""])])],
        ),
        ("by\n  simp", []),
        ("", []),
        ("simp\n  omega", ["simp"]),
        ("theorem foo : True := by trivial", []),
    ],
)
async def test_what_cannot_be_parsed_ends_a_script(lean: Lean, script: str, expected: list[Any]) -> None:
    cut = await lean.cut(script)
    assert shown(cut.steps) == expected and cut.problem and 0 <= cut.at <= len(script.encode())


@pytest.mark.parametrize(
    ("step", "blocks", "rest"),
    [
        ("have h : q = q := by simp", ["q = q"], ["p = q"]),
        ("have h (n : Nat) : n = n := by simp", ["n = n"], ["p = q"]),
        ("have ⟨x, y⟩ : q = q ∧ p = p := by simp", ["q = q ∧ p = p"], ["p = q"]),
        ("replace hp : q = p := by simp", ["q = p"], ["p = q"]),
        ("haveI h : q = q := by simp", ["q = q"], ["p = q"]),
        ("suffices h : p + 0 = q by simpa", ["p = q"], ["p + 0 = q"]),
        ("suffices p + 0 = q from by simpa", ["p = q"], ["p + 0 = q"]),
        ("obtain ⟨x, hx⟩ : ∃ x, x = p := by exact ⟨p, rfl⟩", ["∃ x, x = p"], ["p = q"]),
        ("obtain h | h : p = 0 ∨ q = q := by simp", ["p = 0 ∨ q = q"], ["p = q", "p = q"]),
        ("calc p = p + 0 := by simp\n _ = q := by simp", ["p = p + 0", "p + 0 = q"], []),
        ("calc p = p + 0 := by simp\n _ = 0 + p := by simp", ["p = p + 0", "p + 0 = 0 + p"], ["0 + p = q"]),
        ("calc p = p + 0 := (Nat.add_zero p).symm\n _ = q := by simp", ["p + 0 = q"], []),
        ("induction p with\n| succ n ih => simp\n| zero => simp", ["n + 1 = q", "0 = q"], []),
        ("cases p with\n| succ n => simp\n| _ => simp", ["n + 1 = q", "0 = q"], []),
        ("match p with\n| 0 => simp\n| n + 1 => simp", ["0 = q", "n + 1 = q"], []),
        ("if h : p = 0 then simp else simp", ["p = q", "p = q"], []),
    ],
)
async def test_each_block_has_its_goal(lean: Lean, step: str, blocks: list[str], rest: list[str]) -> None:
    hole = await lean.open("theorem t (p q : Nat) (hp : p = q + 0) : p = q")
    cut = await lean.worker.cut(hole.state, step)
    assert cut is not None
    (first,) = cut.steps
    async for _, outcome in lean.worker.apply(hole.state, [first.head]):
        assert isinstance(outcome, Progress), outcome
        found = arrangement(first, hole.goals, outcome.state)
        assert found is not None
        assert [outcome.state.goals[i].target for i in found.blocks] == blocks
        assert [outcome.state.goals[i].target for i in found.rest] == rest


@pytest.mark.parametrize(
    "step", ["cases p with\n| _ => simp", "have h := by simp", "induction p with\n| zero | succ => simp"]
)
async def test_a_block_for_several_goals_is_left_alone(lean: Lean, step: str) -> None:
    hole = await lean.open("theorem t (p q : Nat) : p = q")
    cut = await lean.worker.cut(hole.state, step)
    assert cut is not None
    (first,) = cut.steps
    async for _, outcome in lean.worker.apply(hole.state, [first.head]):
        assert not isinstance(outcome, Progress) or arrangement(first, hole.goals, outcome.state) is None


AND = "theorem t (p q r : Prop) (hp : p) (hq : q) (hr : r) : p ∧ q ∧ r"
SUM = "theorem t (f : Nat → Nat) (h0 : f 0 = 0) (h : ∀ n, f (n + 1) = f n + 2) (n : Nat) : f n = 2 * n"


@pytest.mark.parametrize(
    ("statement", "script", "good", "answers"),
    [
        (
            AND,
            "constructor\nexact hp\nconstructor\nexact hp\nexact hr",
            ["constructor", "exact hp"],
            {"q": ["exact hq"], "r": ["exact hr"]},
        ),
        (
            AND,
            "refine ⟨hp, ?_⟩\nhave h : q ∧ r := by\n  constructor\n  · exact hp\n  · exact hr\nexact h",
            ["refine ⟨hp, ?_⟩", "have h : q ∧ r := ?_", "constructor", "exact hr", "exact h"],
            {"q": ["assumption"]},
        ),
        (
            SUM,
            "induction n with\n| zero => exact h0\n| succ n ih =>\n  rw [h]\n  rw [ih, Nat.mul_zero]",
            ["induction n with\n| zero => ?_\n| succ n ih => ?_", "exact h0", "rw [h]"],
            {"f n + 2 = 2 * (n + 1)": ["omega"]},
        ),
        (
            SUM,
            "induction n with\n| zero => simp\n| succ n ih =>\n  calc f (n + 1) = f n + 2 := by rw [h]"
            "\n    _ = 2 * n + 2 := by rw [h0]\n    _ = 2 * (n + 1) := by omega",
            ["rw [h]", "omega"],
            {"f 0 = 2 * 0": ["simp [h0]"], "f n + 2 = 2 * n + 2": ["rw [ih]"]},
        ),
        (
            "theorem t (n : Nat) (h : n = 1 ∨ n = 2) : n * n ≤ 4",
            "obtain h | h : n = 1 ∨ n = 2 := by\n  omega\n· subst h\n  exact foo\n· subst h\n  decide",
            ["obtain h | h : n = 1 ∨ n = 2 := by\n  omega", "subst h", "decide"],
            {"1 * 1 ≤ 4": ["decide"]},
        ),
        (
            "theorem t (n : Nat) (h : n = 1 ∨ n = 2) : n * n ≤ 4",
            "cases h\ncase inr h => subst h; decide\ncase inl h =>\n  subst h\n  exact (\n",
            ["cases h", "rename_i h", "subst h", "decide"],
            {"1 * 1 ≤ 4": ["decide"]},
        ),
        (
            "theorem t : ∃ n : Nat, n * n = 49",
            "apply Exists.intro\n· exact foo\nexact 7",
            ["apply Exists.intro"],
            {"?w * ?w = 49": ["exact (rfl : 7 * 7 = 49)"]},
        ),
        (
            "theorem t (a b : Nat) (h : a ≤ b) : a < b + 1",
            "suffices h' : a + 1 ≤ b + 1 by\n  exact foo\nomega",
            ["suffices h' : a + 1 ≤ b + 1 from ?_", "omega"],
            {"a < b + 1": ["exact h'"]},
        ),
    ],
    ids=["sequence", "have", "induction", "calc", "obtain", "case", "coupled", "suffices"],
)
async def test_the_good_part_of_a_proof_is_kept(
    lean: Lean, statement: str, script: str, good: list[str], answers: dict[str, list[str]]
) -> None:
    alone, edges = await lean.prove(statement, script, {})
    assert not alone.solved and [e for e in good if e not in edges] == [], edges
    result, _ = await lean.prove(statement, script, answers)
    assert result.solved and result.checked, result


async def test_a_proof_that_works_is_not_cut(lean: Lean) -> None:
    result, edges = await lean.prove(AND, "constructor\nexact hp\nconstructor\nexact hq\nexact hr", {})
    assert edges == ["constructor\nexact hp\nconstructor\nexact hq\nexact hr"] and result.script == edges[0]


async def test_what_a_tactic_that_left_goals_used(lean: Lean) -> None:
    hole = await lean.open("theorem t (a b c : Nat) (h : b + a = c) : a + b = c ∧ 0 + c = c")
    uses: dict[str, tuple[str, ...]] = {}
    tactics = ["rw [Nat.add_comm]", "rw [Nat.zero_add]", "refine ⟨?_, Nat.zero_add c⟩", "constructor", "intro x"]
    async for index, outcome in lean.worker.apply(hole.state, tactics):
        if isinstance(outcome, Progress):
            uses[tactics[index]] = outcome.uses
    assert {tactic: [n for n in names if n.startswith("Nat.")] for tactic, names in uses.items()} == {
        "rw [Nat.add_comm]": ["Nat.add_comm"],
        "rw [Nat.zero_add]": ["Nat.zero_add"],
        "refine ⟨?_, Nat.zero_add c⟩": ["Nat.zero_add"],
        "constructor": [],
    }
    assert "And.intro" not in uses["constructor"]  # no theorem


async def test_only_the_last_tactic_counts(lean: Lean) -> None:
    hole = await lean.open("theorem t (a b c : Nat) (h : b + a = c) : a + b = c ∧ 0 + c = c")
    (first,) = [o async for _, o in lean.worker.apply(hole.state, ["rw [Nat.zero_add]"])]
    assert isinstance(first, Progress)
    (second,) = [o async for _, o in lean.worker.apply(first.handle, ["rw [Nat.add_comm]"])]
    assert isinstance(second, Progress) and "Nat.add_comm" in second.uses and "Nat.zero_add" not in second.uses


async def test_statements_in_one_line(lean: Lean) -> None:
    text = "namespace Here\nprivate theorem mine (n : Nat) : n = n := rfl\ntheorem t : True := by sorry\n"
    found = await lean.worker.elaborate(lean.worker.env, text, holes=True)
    (hole,) = found.holes
    assert hole.state is not None
    names = ["Nat.add_comm", "List.map_map", "Here.mine", "Here.t", "no.such", "And.intro"]
    assert await lean.worker.signatures(names, state=hole.state) == {
        "Nat.add_comm": "Nat.add_comm (n m : Nat) : n + m = m + n",
        "List.map_map": "List.map_map {β : Type u_1} {γ : Type u_2} {α : Type u_3} {g : β → γ} {f : α → β} "
        "{l : List α} : List.map g (List.map f l) = List.map (g ∘ f) l",
        "Here.mine": "Here.mine (n : Nat) : n = n",
        "And.intro": "And.intro {a b : Prop} (left : a) (right : b) : a ∧ b",
    }
    assert set(await lean.worker.signatures(names, env=lean.worker.env)) == {
        "Nat.add_comm",
        "List.map_map",
        "And.intro",
    }


async def test_a_generator_that_reads_is_told_what_theorems_say(lean: Lean) -> None:
    class Reader(Proposing):
        reads_premises = True
        told: tuple[str, ...] = ()

        def _answer(self, request: Request) -> list[Candidate]:
            self.told = tuple(p.signature for p in request.premises)
            return super()._answer(request)

    hole = await lean.open("theorem t (a b : Nat) : a + b = b + a")

    async def renew() -> tuple[Worker, int]:
        raise AssertionError("the worker was lost")

    reader = Reader(hole.goals.goals[0].target, "exact Nat.add_comm a b", {})
    result = await search(
        WorkerRunner(lean.worker, hole.state, hole.goals, renew),
        reader,
        budget=Budget(seconds=100),
        retrieve=lambda _: [Premise("Nat.add_comm"), Premise("no.such")],
    )
    assert result.solved and reader.told == ("Nat.add_comm (n m : Nat) : n + m = m + n", "")
