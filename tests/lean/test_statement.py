"""What a solver is told of the statement it is to prove: the text, as its author wrote it."""

from __future__ import annotations

from prover.agent import Attempt, FillOptions, Solution, Target
from prover.agent.fill import fill
from prover.core.theorem import Theorem
from prover.core.verdict import Verdict
from prover.lean import Pool
from prover.lean.source import SourceFile

TEXT = """import Init

open Nat

def twice (n : Nat) := 2 * n

/-- Twice nothing
is nothing. -/
theorem nothing : twice 0 = 0 := by
  sorry

@[simp] theorem term (n : Nat) (h : 0 < n) :
    0 < twice n :=
  sorry

theorem begun (a b : Nat) : a + b = b + a := by
  induction a
  · sorry
  · sorry

example (p : Prop) : p → p := by sorry
"""


class NoJudge:
    """Is asked about nothing: nothing is proved."""

    async def proofs(self, *_: object, **__: object) -> dict[str, Verdict]:
        raise AssertionError

    async def refutation(self, *_: object, **__: object) -> Verdict:
        raise AssertionError


async def test_the_statement_is_handed_over_as_written(pool: Pool) -> None:
    told: dict[tuple[str, bool], Theorem | None] = {}

    async def solve(attempt: Attempt) -> Solution:
        told[attempt.name, attempt.refuting] = attempt.theorem
        return Solution(None, "exhausted")

    await fill(SourceFile("t.lean", TEXT.encode()), Target("t.lean"), pool, solve, NoJudge(), FillOptions(seconds=10))
    header, twice = "import Init", "open Nat\n\ndef twice (n : Nat) := 2 * n"
    assert told["nothing", False] == Theorem(
        "nothing", "theorem nothing : twice 0 = 0", header, twice, "Twice nothing\nis nothing."
    )
    term = told["term", False]
    assert term is not None and term.statement == "@[simp] theorem term (n : Nat) (h : 0 < n) :\n    0 < twice n"
    assert term.context.startswith(twice) and term.context.endswith("sorry") and term.informal == ""
    assert told["begun", False] is None, "what is written of the proof is no part of the statement"
    assert all(theorem is None for (_, refuting), theorem in told.items() if refuting)
    (example,) = [theorem for (name, _), theorem in told.items() if name.startswith("example")][:1]
    assert example is not None and example.statement.endswith("(p : Prop) : p → p")
