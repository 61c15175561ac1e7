"""The policy `proof` with a real Lean: what it refuses, where, and honest files that it lets pass."""

from __future__ import annotations

import pytest

from prover.core import verdict as verdicts
from prover.lean import Pool
from prover.verify import Ladder, Policy
from prover.verify.policy import runs_code

HONEST = """universe u
/-- Words: unsafe, run_tac, @[extern]; "macro_rules". -/
@[simp] theorem add (n : Nat) : n + 0 = n := by simp
open Nat in
set_option maxHeartbeats 400000 in
theorem divides (a b c : Nat) (h : a ∣ b) (h2 : b ∣ c) : a ∣ c ∧ ∃ x, x = 1 ∧ ¬ x ≠ 1 := by
  have := Nat.dvd_trans h h2
  obtain ⟨k, rfl⟩ := h
  refine ⟨by exact this, 1, ?_⟩
  constructor
  · rfl
  · intro h; exact absurd rfl h
theorem chain (x y z : Nat) (h : x = y) (h' : y = z) : x = z :=
  calc x = y := h
    _ = z := h'
theorem lists (xs : List Nat) : (xs ++ []).length = xs.length := by
  induction xs with
  | nil => simp
  | cons x xs ih => simp_all +arith [List.length]
theorem both (p q : Prop) : p ∧ q ↔ q ∧ p := by
  constructor <;> rintro ⟨a, b⟩ <;> exact ⟨b, a⟩
theorem conversion (f : Nat → Nat) (h : ∀ x, f x = x) : f (f 2) = 2 := by
  conv => lhs; arg 1; rw [h]
  rw [h]
theorem bounded : (∃ x y : Nat, x < y) ∧ (∀ x > 3, x ≥ 3) ∧ ∀ x : Nat, x < 5 → x * x < 25 :=
  ⟨⟨0, 1, by decide⟩, fun x h => by omega, by decide⟩
structure Point where
  x : Nat
  y : Nat := 3
deriving Repr, DecidableEq, BEq, Hashable, Inhabited, Ord
inductive Tree (α : Type u) | leaf | node (l : Tree α) (v : α) (r : Tree α)
  deriving Repr, BEq, Inhabited, DecidableEq
instance : Add Point := ⟨fun a b => { x := a.x + b.x, y := a.y + b.y }⟩
theorem again (p : Point) : { p with x := p.x } = p := by cases p; rfl
def log (n : Nat) : Nat := if h : n ≤ 1 then 0 else 1 + log (n / 2)
termination_by n
decreasing_by omega
def shown (n : Nat) : String := s!"{n}" ++ toString #[n, 1]
private theorem never (x : Nat) : ¬ x < x := fun h => Nat.lt_irrefl _ ‹x < x›
example : True ∧ True := And.intro (by trivial) <| show True from trivial
attribute [-simp] add
#print axioms add
theorem goal (a b : Nat) (h : a ≤ b) : ∃ c, b = a + c := by
  exists b - a
  omega
"""
REFERENCE = "theorem goal (a b : Nat) (h : a ≤ b) : ∃ c, b = a + c := by\n  sorry\n"


@pytest.fixture(scope="module")
def judge(pool: Pool) -> Ladder:
    return Ladder(pool)


async def test_an_honest_file_of_many_kinds_passes_and_runs_nothing(pool: Pool, judge: Ladder) -> None:
    found = await judge.check(HONEST, reference=REFERENCE, policy=Policy.PROOF)
    assert isinstance(found["goal"], verdicts.Proved), found
    async with pool.lease(["Init"]) as worker:
        elaboration = await worker.elaborate(worker.env, HONEST, constructs=True)
    assert not runs_code(elaboration.commands, HONEST)


PRELUDE = "import Lean\nopen Lean Elab Tactic\n"


@pytest.mark.parametrize(
    ("text", "construct", "place"),
    [
        ("theorem goal : True := by run_tac pure ()", "Lean.Parser.Tactic.runTac", "run_tac pure ()"),
        ("theorem goal : True := by_elab return mkConst ``True.intro", "Lean.byElab", "by_elab"),
        ("theorem goal : True := by native_decide", "Lean.Parser.Tactic.nativeDecide", "native_decide"),
        ("def one : Nat := unsafe 1", "Lean.Parser.Term.unsafe", "unsafe 1"),
        ("unsafe def one : Nat := 1", "unsafe", "unsafe"),
        ("@[implemented_by Nat.succ] def f (n : Nat) : Nat := n", "@[implemented_by]", "implemented_by"),
        ('@[extern "c_f"] def f (n : Nat) : Nat := n', "@[extern]", "extern"),
        ("open Nat in\n#eval 1", "eval", "#eval 1"),
        ("run_cmd pure ()", "Lean.runCmd", "run_cmd"),
        ('macro "x" : term => `(1)', "macro", "macro"),
        ('local notation "x" => 1', "notation", "local notation"),
        ("theorem goal : True := set_option debug.skipKernelTC true in trivial", "set_option debug.skipKernelTC", ""),
        ("theorem goal : True := by\n  set_option Elab.async true in trivial", "set_option Elab.async", ""),
        ("attribute /- -/ [export f] Nat.succ", "@[export]", "export"),
        ("mutual\nunsafe def f : Nat := 1\nend", "unsafe", "unsafe"),
        ("simproc f (_ + _) := fun _ => return .continue", "Lean.Parser.simprocDecl", ""),
    ],
)
async def test_code_is_refused_with_its_place(judge: Ladder, text: str, construct: str, place: str) -> None:
    whole = PRELUDE + text + "\ntheorem other : True := trivial\n"
    found = (await judge.check(whole, targets=["other"], policy=Policy.PROOF))["other"]
    assert isinstance(found, verdicts.Forbidden), found
    assert found.construct == construct or not place, found
    assert found.span is not None
    assert whole.encode()[found.span.start : found.span.end].decode().startswith(place)


async def test_what_a_macro_makes_is_seen(pool: Pool) -> None:
    """A macro may come from an imported module; here it stands in a command of its own."""
    macros = (
        'macro "sneak" : tactic => `(tactic| decide +kernel)\n'
        'macro "declare" : command => `(@[implemented_by Nat.succ] def f (n : Nat) : Nat := n)\n'
        'macro "option" : command => `(set_option maxRecDepth 999 in theorem a : True := trivial)\n'
    )
    text = PRELUDE + macros + "theorem goal : True := by\n  sneak\ndeclare\noption\n"
    async with pool.lease(["Init", "Lean"]) as worker:
        header = await worker.read_header(text)
        found = await worker.elaborate(worker.env, text, start=header.end, constructs=True)
        worker.discard()
    assert not found.errors
    *_, sneak, declare, option, _ = [{(c.what, c.name): c for c in command.constructs} for command in found.commands]
    made = sneak["kind", "Lean.Parser.Tactic.decide"]
    assert made.span is not None and text.encode()[made.span.start : made.span.end] == b"sneak"
    assert sneak["kind", "tacticSneak"].origin == ""
    assert ("attribute", "implemented_by") in declare
    assert ("option", "maxRecDepth") in option and ("command", "Lean.Parser.Command.declaration") in option
