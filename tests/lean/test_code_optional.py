"""What the embedded Lean cannot compile is defined without code; what it can compile has code as before."""

from __future__ import annotations

import pytest

from prover.core.message import Severity
from prover.core.verdict import ElaborationError, Proved
from prover.lean import Pool
from prover.lean.elaboration import Elaboration
from prover.verify import Ladder

#: Their code needs functions of Lean's library whose own code this build does not have.
WITHOUT_CODE = """def twice (l : List Nat) : List Nat := l ++ l
def upTo (n : Nat) : List Nat := (List.range n).map (· + 1)
namespace Inner
section
def pair (l : List Nat) : List Nat × Nat := (l ++ l, 2)
instance : Add (List Nat) := ⟨fun a b => a ++ b⟩
end
end Inner
theorem t (l : List Nat) : (twice l).length = 2 * l.length ∧ upTo 2 = [1, 2] := by
  SORRY
"""
PROOF = "refine ⟨?_, rfl⟩\n  simp [twice]\n  omega"

WITH_CODE = """structure Point where
  x : Nat
  y : Nat
deriving Repr, DecidableEq
instance : Add Point := ⟨fun a b => ⟨a.x + b.x, a.y + b.y⟩⟩
def square (n : Nat) : Nat := n * n
def fact : Nat → Nat
  | 0 => 1
  | n + 1 => (n + 1) * fact n
noncomputable section
def chosen : Nat := Classical.choice ⟨3⟩
end
section
def below (n : Nat) : Bool := n < 10
end
#eval square 12
#eval fact 20
#eval ((⟨1, 2⟩ + ⟨3, 4⟩ : Point)).y
open Nat in
#eval if below 3 then 1 else 0
#eval if (⟨1, 2⟩ : Point) = ⟨1, 3⟩ then 1 else 0
example : fact 5 = 120 ∧ (⟨1, 2⟩ : Point) ≠ ⟨1, 3⟩ := by decide
"""


async def _elaborate(pool: Pool, text: str) -> Elaboration:
    async with pool.lease(["Init"]) as worker:
        worker.clean = False
        return await worker.elaborate(worker.env, text, wall_seconds=60)


async def test_a_theorem_about_definitions_without_code_is_proved(pool: Pool) -> None:
    reference = WITHOUT_CODE.replace("SORRY", "sorry")
    ladder = Ladder(pool)
    found = await ladder.check(WITHOUT_CODE.replace("SORRY", PROOF), reference=reference)
    assert isinstance(found["t"], Proved), found["t"]
    assert any("can be compiled is not checked" in line for line in found["t"].report["uncovered"])
    wrong = await ladder.check(WITHOUT_CODE.replace("SORRY", "exact ⟨rfl, rfl⟩"), reference=reference)
    assert isinstance(wrong["t"], ElaborationError)


async def test_what_can_be_compiled_runs(pool: Pool) -> None:
    found = await _elaborate(pool, WITH_CODE)
    assert found.clean, found.errors
    said = [message.text for message in found.messages if message.severity is Severity.INFO]
    assert said == ["144", "2432902008176640000", "6", "1", "0"]


@pytest.mark.parametrize("line", ["#eval twice [1]", "open Nat in\n#eval n", "noncomputable section\n#eval n"])
async def test_what_has_no_code_is_not_run_in_silence(pool: Pool, line: str) -> None:
    defined = "def twice (l : List Nat) : List Nat := l ++ l\ndef n : Nat := (twice [1]).length\n"
    found = await _elaborate(pool, f"{defined}{line}\ndef again (l : List Nat) := l ++ l\n")
    assert [command.failed for command in found.commands][:2] == [False, False]
    assert len(found.errors) == 1 and not found.commands[-1].failed


async def test_what_is_no_definition_is_still_an_error(pool: Pool) -> None:
    for text in (
        "def f : Nat := (1 : String)",
        "def f (n : Nat) : Nat := f n + 1",
        "end Never",
        "def f : Nat := missing",
    ):
        assert (await _elaborate(pool, text + "\n")).errors, text
