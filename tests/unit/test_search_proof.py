"""Scripts from proofs, and the tactics that messages suggest."""

from __future__ import annotations

from prover.search.polish import suggestions
from prover.search.proof import Step
from prover.search.script import plain, text


def leaf(tactic: str) -> Step:
    return Step(tactic)


def test_a_chain_is_lines() -> None:
    proof = Step("intro n", (Step("simp", (leaf("omega"),), ((0,),)),), ((0,),))
    assert text(plain(proof)) == "intro n\nsimp\nomega" and proof.size == 3


def test_blocks_and_lines_of_a_tactic_are_indented() -> None:
    inner = Step(
        "induction n with\n| zero => skip\n| succ n ih => skip", (leaf("rfl"), leaf("exact\n  foo")), ((0,), (1,))
    )
    proof = Step("constructor", (inner, leaf("trivial")), ((0,), (1,)))
    first = "· induction n with\n  | zero => skip\n  | succ n ih => skip\n  · rfl\n  · exact\n      foo\n"
    assert text(plain(proof)) == f"constructor\n{first}· trivial"


def test_goals_that_belong_together_come_last() -> None:
    proof = Step("refine ⟨?a, ?b, ?c, ?d⟩", (leaf("p"), leaf("q"), leaf("r")), ((0, 2), (1,), (3,)))
    assert text(plain(proof)).split("\n")[1:] == ["rotate_left", "· q", "rotate_left", "· r", "p"]


def test_an_empty_step_writes_nothing() -> None:
    assert text(plain(Step("", (leaf("a"), leaf("b")), ((0,), (1,))))) == "· a\n· b"


def test_suggestions() -> None:
    assert suggestions("Try this:\n  [apply] exact Nat.add_comm a b") == ["exact Nat.add_comm a b"]
    assert suggestions("Try this: exact foo") == ["exact foo"]
    assert suggestions("Try these:\n  [apply] rw [a]\n  [apply] simp only [a,\n    b]") == [
        "rw [a]",
        "simp only [a,\n    b]",
    ]
    assert suggestions("nothing here") == []
