"""Counterexamples on a real Lean: found, proved, judged, told; and nothing said of what is true."""

from __future__ import annotations

from pathlib import Path

import pytest

from prover.agent import Target, find_counterexample
from prover.agent.ladder_judge import LadderJudge
from prover.agent.refute import Refutations, RefuteOptions, refute
from prover.api.statement import stated
from prover.core.errors import UserError
from prover.core.verdict import Refuted
from prover.lean import Pool
from prover.lean.source import SourceFile

SETS = Path(__file__).parents[2] / "benchmarks" / "refute"
#: So many that no machine is too slow for what is found here.
PATIENT = 120.0

FALSE = """
namespace Own
theorem cancels (a b : Nat) : a - b + b = a := by sorry
theorem proved_elsewhere (n : Nat) (h : n < 3) : n < 3 := h
theorem no_sum (x y : Int) (h : x ≠ y) : x * x ≠ y * y := by sorry
theorem small_index {n : Nat} (hn : 1 < n) (i : Fin n) : i.val = 0 := by sorry
theorem last (xs : List Nat) (i : Nat) (h : i < xs.length) : xs[i] = 0 := by sorry
theorem reflexive {α : Type u} (r : α → α → Prop) (h : ∀ x y, r x y → r y x) (a : α) : r a a := by sorry
theorem onto (f : Nat → Nat) (h : Function.Injective f) : Function.Surjective f := by sorry
theorem either (p q : Prop) : p ∨ q → p := by sorry

structure Even where
  value : Nat
  even : value % 2 = 0

theorem even_is_zero (e : Even) : e.value = 0 := by sorry

inductive Color | red | green | blue

def Color.next : Color → Color
  | red => green
  | green => blue
  | blue => red

theorem two_steps (c : Color) (h : c.next ≠ .red) : c.next.next = .red := by sorry

class Joined (α : Type) where
  join : α → α → α
  idem : ∀ a, join a a = a

theorem joined_commutes {α : Type} [Joined α] (a b : α) : Joined.join a b = Joined.join b a := by sorry
end Own
example (n : Nat) : n < 5 := by sorry
"""


def source(text: str) -> SourceFile:
    return SourceFile("t.lean", text.encode())


async def refuted(pool: Pool, text: str, target: str = "", **options: float) -> Refutations:
    settings = RefuteOptions(**{"seconds": PATIENT, **options})  # pyright: ignore[reportArgumentType]
    return await refute(source(text), Target.parse(f"t.lean{target}"), pool, LadderJudge(pool), settings)


async def test_a_file_of_false_statements(pool: Pool) -> None:
    result = await refuted(pool, FALSE, size=400)
    wrong = {one.label: (one.tried.stopped, one.verdict) for one in result.targets if not one.refuted}
    assert list(wrong) == ["Own.proved_elsewhere"] and not result.all_refuted
    assert all(isinstance(one.verdict, Refuted) for one in result.targets if one.label not in wrong)
    by_name = {one.label: one for one in result.targets}
    first = by_name["Own.cancels"]
    assert first.counterexample is not None and first.counterexample.values == (("a", "0"), ("b", "1"))
    assert first.explanation == "0 - 1 + 1 = 0 is false: the left side is 1, the right side 0"
    assert first.counterexample.tactics == "intro h\nexact absurd (h 0 1) (by decide)"
    general = by_name["Own.reflexive"].counterexample
    assert general is not None and general.universes and general.values[0] == ("α", "Bool")
    assert by_name[f"example (line {FALSE.count(chr(10))})"].refuted


async def test_what_is_written_compiles_by_itself(pool: Pool) -> None:
    result = await refuted(pool, FALSE, ":Own.small_index")
    (one,) = result.targets
    assert one.refuted and one.counterexample is not None
    async with pool.lease(["Init"]) as worker:
        worker.clean = False
        made = await worker.elaborate(worker.env, result.refuting.text, declarations=True)
    assert made.clean and "Own.small_index.refutation" in [d.name for d in made.declarations]
    assert result.refuting.text.replace(f"\n\n{one.counterexample.theorem}\n", "") == FALSE


async def test_nothing_is_said_of_what_is_true(pool: Pool) -> None:
    """One round of small instances of each: how far a search comes depends on the machine."""
    text = (SETS / "true.lean").read_text(encoding="utf-8")
    result = await refuted(pool, text, size=12)
    assert len(result.targets) == 30 and not any(one.counterexample for one in result.targets)
    assert {one.tried.stopped for one in result.targets} == {"exhausted"}
    assert all(one.tried.instances + one.tried.sampled > 0 for one in result.targets)


async def test_a_false_statement_that_only_large_numbers_refute_stays_open(pool: Pool) -> None:
    (one,) = (await refuted(pool, "theorem t (n : Nat) : n * n ≠ 123454321 := by sorry\n", size=60)).targets
    assert one.counterexample is None and one.verdict is None and one.tried.stopped == "exhausted"
    assert one.tried.instances >= 48


async def test_hypotheses_that_exclude_each_other(pool: Pool) -> None:
    (one,) = (await refuted(pool, "theorem t (n : Nat) (h : n < 0) : n = n + 1 := by sorry\n", size=60)).targets
    assert one.counterexample is None


async def test_a_statement_by_itself(pool: Pool) -> None:
    for text in ("∀ a b : Nat, a - b = b - a", "(a b : Nat) : a - b = b - a", "lemma_like (a b : Nat) : a - b = b - a"):
        if text.startswith("lemma"):
            text = f"theorem {text} := by sorry"
        source = await stated(pool, text, name="statement")
        found = await find_counterexample(pool, source, "lemma_like" if "lemma" in text else "statement")
        assert found is not None and found.values == (("a", "0"), ("b", "1"))
    with pytest.raises(UserError) as error:
        await stated(pool, "a + = b")
    assert error.value.code == "no_statement"


async def test_a_text_with_errors_has_no_counterexample(pool: Pool) -> None:
    assert await find_counterexample(pool, source('theorem t (n : Nat) : n = "x" := by sorry\n'), "t") is None


@pytest.mark.parametrize(
    ("target", "code"),
    [(":absent", "target_absent"), (":d", "not_a_theorem"), ("#L1", "target_absent"), (":bad", "target_absent")],
)
async def test_targets_that_are_none(pool: Pool, target: str, code: str) -> None:
    text = "def d := 3\ntheorem t : d = 4 := by sorry\ntheorem bad (n : Nat) : n = () := by sorry\n"
    with pytest.raises(UserError) as error:
        await refuted(pool, text, target)
    assert error.value.code == code


async def test_an_open_false_theorem_is_no_help(pool: Pool) -> None:
    """A simp lemma with a hole would prove anything; it is not used, and what it does not touch is refuted."""
    text = (
        "def f (n : Nat) : Nat := n\n"
        "@[simp] theorem lies (n : Nat) : f n = 7 := by sorry\n"
        "theorem t (n : Nat) : f n = n := by sorry\n"
        "theorem wrong (n : Nat) : ∃ m, f m = n ∧ m ≠ f n := by sorry\n"
    )
    lies, true, wrong = (await refuted(pool, text, size=60)).targets
    assert lies.refuted and not true.refuted and true.counterexample is None
    assert wrong.counterexample is None or wrong.refuted


@pytest.mark.slow
@pytest.mark.parametrize(("name", "count", "least"), [("false", 30, 28), ("held_out", 20, 17)])
async def test_the_sets_of_false_statements(pool: Pool, name: str, count: int, least: int) -> None:
    """As many as `docs/refute.md` says, with ten times the time they were measured with."""
    text = (SETS / f"{name}.lean").read_text(encoding="utf-8")
    result = await refuted(pool, text, seconds=100.0)
    assert len(result.targets) == count
    assert sum(one.refuted for one in result.targets) >= least
