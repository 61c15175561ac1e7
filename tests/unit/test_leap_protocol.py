"""Replies of roles as models write them: in order, out of order, hidden in prose, hostile."""

from __future__ import annotations

import textwrap

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from prover.agent.leap.protocol import (
    Question,
    read_diagnosis,
    read_plan,
    read_proof,
    read_review,
    read_statement,
)
from prover.agent.leap.replies import (
    Diagnosis,
    DiagnosisReply,
    NoReply,
    PlanReply,
    ProofReply,
    ReviewReply,
    Stated,
    StatementReply,
)
from prover.generate.commands import commands
from prover.generate.fences import blocks, fence

CONTEXT = "namespace Demo\n\ndef sumTo : Nat → Nat\n  | 0 => 0\n  | n + 1 => sumTo n + (n + 1)\n"
GAUSS = Question("Demo.gauss", CONTEXT)
STATEMENT = "theorem gauss (n : Nat) : 2 * sumTo n = n * (n + 1)"


def dedent(text: str) -> str:
    return textwrap.dedent(text).strip("\n")


def proof(text: str, question: Question = GAUSS, finish: str = "stop") -> ProofReply:
    found = read_proof(dedent(text), question, finish)
    assert isinstance(found, ProofReply), found
    return found


def plan(text: str, question: Question = GAUSS) -> PlanReply:
    found = read_plan(dedent(text), question)
    assert isinstance(found, PlanReply), found
    return found


def refused(found: object) -> str:
    assert isinstance(found, NoReply), found
    assert str(found)
    return found.reason


ASKED = """
    Induction on n; the step is arithmetic.

    ```lean definitions
    /-- The n-th triangular number. -/
    def tri (n : Nat) : Nat := n * (n + 1) / 2
    ```

    ```lean lemma
    /-- Closes the step of the induction. -/
    theorem gauss_step (n : Nat) (h : 2 * sumTo n = n * (n + 1)) :
        2 * sumTo (n + 1) = (n + 1) * (n + 2)
    ```

    ```lean lemma
    /-- Even. -/
    theorem even_prod (n : Nat) : n * (n + 1) % 2 = 0 := by sorry
    ```

    ```lean proof
    induction n with
    | zero => rfl
    | succ n ih => exact gauss_step n ih
    ```
    """


def test_a_plan_as_it_is_asked_for() -> None:
    assert plan(ASKED) == PlanReply(
        "Induction on n; the step is arithmetic.",
        "/-- The n-th triangular number. -/\ndef tri (n : Nat) : Nat := n * (n + 1) / 2",
        (
            Stated(
                "gauss_step",
                "theorem gauss_step (n : Nat) (h : 2 * sumTo n = n * (n + 1)) :\n"
                "    2 * sumTo (n + 1) = (n + 1) * (n + 2)",
                "Closes the step of the induction.",
            ),
            Stated("even_prod", "theorem even_prod (n : Nat) : n * (n + 1) % 2 = 0", "Even."),
        ),
        "induction n with\n| zero => rfl\n| succ n ih => exact gauss_step n ih",
    )


WHOLE = """
    <think>maybe ```lean
    theorem wrong : False := by sorry
    ```</think>
    Here is the whole file:
    ```lean4
    import Mathlib
    open Nat

    namespace Demo

    def sumTo : Nat → Nat
      | 0 => 0
      | n + 1 => sumTo n + (n + 1)

    /-- A helper. -/
    def twice (n : Nat) := 2 * n

    -- needed for the step,
    -- where `:= by` is
    @[simp] private lemma gauss_step (n : Nat) (h : 2 * sumTo n = n * (n + 1)) : 2 * sumTo (n + 1) = (n + 1) * (n + 2) := by
      sorry

    theorem closed (a b : Nat) : a + b = b + a :=
      Nat.add_comm a b

    theorem gauss (n : Nat) : 2 * sumTo n = n * (n + 1) := by
      induction n with
      | zero => rfl
      | succ n ih =>
        -- the step
        exact gauss_step n ih

    end Demo
    ```
    This should work.
    """  # noqa: E501


def test_a_whole_file_in_one_block() -> None:
    found = plan(WHOLE)
    assert found.plan == "Here is the whole file:"
    assert found.definitions == "/-- A helper. -/\ndef twice (n : Nat) := 2 * n", "what is there already is left out"
    step, closed = found.lemmas
    assert step.name == "gauss_step" and step.informal == "needed for the step,\nwhere `:= by` is"
    assert step.text.startswith("theorem gauss_step (n : Nat) (h :") and step.text.endswith("(n + 1) * (n + 2)")
    assert step.script == ""
    assert closed.script == "exact Nat.add_comm a b"
    assert found.script.startswith("induction n with\n| zero => rfl") and "exact gauss_step n ih" in found.script
    assert refused(read_proof(dedent(WHOLE), GAUSS)) == "open_lemma"


PROOFS = {
    "tactics": "```lean proof\nintro h\nexact h\n```",
    "indented tactics": "```lean\n  intro h\n  exact h\n```",
    "after by": "Sure.\n```lean4\nby\n  intro h\n  exact h\n```",
    "a theorem": f"```lean\n{STATEMENT} := by\n  intro h\n  exact h\n```",
    "a qualified theorem": "```lean\ntheorem Demo.gauss : X := by\n  intro h\n  exact h\n```",
    "labelled beats what follows": "```lean proof\nintro h\nexact h\n```\nor\n```lean\nomega\n```",
    "the last of two": "```lean\nomega\n```\nNo, that fails.\n```lean\nintro h\nexact h\n```",
    "no fence": "intro h\nexact h",
    "a theorem without fence": f"Here it is:\n\n{STATEMENT} := by\n  intro h\n  exact h",
    "another name": "```lean proof\ntheorem main : X := by\n  intro h\n  exact h\n```",
    "another name, not labelled": "```lean\nlemma main : X := by\n  intro h\n  exact h\n```",
    "no name": "```lean\nexample : X := by\n  intro h\n  exact h\n```",
    "a long fence": "````lean proof\nintro h\nexact h\n````",
    "in a list": "1. First\n   ```lean proof\n   intro h\n   exact h\n   ```",
    "a thought": "<think>```lean\nomega\n```</think>\n```lean\nintro h\nexact h\n```",
    "an unclosed fence": "```lean proof\nintro h\nexact h",
    "other languages": '```json\n{"a": 1}\n```\n```lean proof\nintro h\nexact h\n```\n```python\nprint()\n```',
}  # fmt: skip


@pytest.mark.parametrize("case", PROOFS)
def test_proofs_in_many_forms(case: str) -> None:
    found = proof(PROOFS[case])
    assert found.script == "intro h\nexact h"
    assert found.definitions == ""


def test_a_lemma_left_open_is_no_proof() -> None:
    text = "```lean\nlemma a : 1 = 1 := sorry\n```\n```lean proof\nexact a\n```"
    found = read_proof(text, GAUSS)
    assert refused(found) == "open_lemma" and "a" in str(found)
    assert [lemma.name for lemma in plan(text).lemmas] == ["a"]


def test_helpers_become_steps_and_definitions_stand_before() -> None:
    found = proof(
        """
        ```lean
        def f (n : Nat) := n

        lemma f_eq (n : Nat) : f n = n := rfl

        theorem gauss (n : Nat) : 2 * sumTo n = n * (n + 1) := by
          simp [f_eq]
        ```
        """
    )
    assert found.definitions == "def f (n : Nat) := n"
    assert found.script == "have f_eq (n : Nat) : f n = n := rfl\nsimp [f_eq]"
    # In a block of its own, and with a name that no step can have.
    found = proof(
        """
        ```lean lemma
        /-- Why. -/
        theorem Nat.f_eq (n : Nat) : n = n := rfl
        ```
        ```lean proof
        simp [Nat.f_eq]
        ```
        """
    )
    assert found.script == "simp [Nat.f_eq]"
    assert found.definitions == "/-- Why. -/\ntheorem Nat.f_eq (n : Nat) : n = n := rfl"


REFUSED = {
    "": "empty",
    "   \n": "empty",
    "I cannot prove this. The statement is false.": "prose",
    "```lean proof\nsorry\n```": "forbidden",
    "```lean proof\nby exact sorryAx _\n```": "forbidden",
    "```lean proof\nnative_decide\n```": "forbidden",
    "```lean proof\nrun_tac pure ()\n```": "forbidden",
    "```lean proof\nexact (f x\n```": "unbalanced",
    "```lean definitions\naxiom cheat : False\n```\n```lean proof\nexact cheat.elim\n```": "forbidden",
    "```lean definitions\ndef f := 1\n#eval f\n```\n```lean proof\nrfl\n```": "forbidden",
    "<think>still thinking about ```lean proof\nrfl\n```": "truncated",
    f"```lean\n{STATEMENT} := by\n  sorry\n```": "prose",
    "```lean definitions\ndef f := 1\n```": "empty",
}


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_no_proof(text: str) -> None:
    assert refused(read_proof(text, GAUSS)) == REFUSED[text]


def test_what_was_cut_off_is_said_so() -> None:
    cut = "A plan.\n```lean lemma\ntheorem a : 1 = 1\n```\n```lean proof\nexact a.tr"
    assert refused(read_plan(cut, GAUSS, "length")) == "truncated"
    assert isinstance(read_plan(cut, GAUSS), PlanReply)
    assert isinstance(read_plan(f"{cut}\n```\nAnd so", GAUSS, "length"), PlanReply), "the code was complete"
    assert refused(read_proof("x" * 400_001, GAUSS)) == "too_long"


def test_lemmas_alone_are_a_plan_and_words_are_none() -> None:
    found = plan("1. Use lemma a.\n2. Done.\n```lean lemma\nlemma a : 1 = 1 := by sorry\nlemma a : 1 = 2 := sorry\n```")
    assert found.plan == "1. Use lemma a.\n2. Done."
    assert found.lemmas == (Stated("a", "theorem a : 1 = 2"),)
    assert refused(read_plan("We do induction, and then we are done.", GAUSS)) == "prose"
    assert refused(read_plan("```lean definitions\ndef f := 1\n```", GAUSS)) == "no_lemma"
    # The target stated once more is no lemma of its own proof.
    assert refused(read_plan(f"```lean lemma\n{STATEMENT}\n```", GAUSS)) in ("prose", "no_lemma")


def test_statements_are_cut_where_the_proof_begins() -> None:
    code = """
        theorem a (x : Nat := 3) : let y := x; y = x := by rfl
        theorem b : ∀ n : Nat, n = n
          | 0 => rfl
          | n + 1 => rfl
        theorem c : (fun x : Nat => x) = id ∧ |(-1 : Int)| = 1 := ⟨rfl, rfl⟩
        theorem «d e».f.{u} (α : Type u) : α = α
        set_option maxHeartbeats 4 in
        example : 1 = 1 := rfl
        theorem g : match 1 with
          | 0 => False
          | _ => True := by trivial
        """
    a, b, c, d, setting, example, g = commands(code)
    assert a.statement == "theorem a (x : Nat := 3) : let y := x; y = x" and a.script == "rfl"
    assert b.statement == "theorem b : ∀ n : Nat, n = n" and b.script.startswith("exact fun\n") and not b.open
    assert c.statement.endswith("= 1") and c.script == "exact ⟨rfl, rfl⟩"
    assert d.name == "«d e».f" and d.statement == "theorem «d e».f.{u} (α : Type u) : α = α" and d.open
    assert setting.kind == "setting" and example.name == ""
    assert g.script == "trivial" and g.statement.endswith("True")


def test_reviews() -> None:
    asked = '```json\n{"verdict": "reject", "score": 3, "reasons": ["too hard", "false for 0"]}\n```'
    assert read_review(asked) == ReviewReply(False, 3.0, ("too hard", "false for 0"))
    assert read_review('I think {so}.\n{"verdict": "ACCEPTED", "score": "7/10", "reason": "fine"}') == ReviewReply(
        True, 7.0, ("fine",)
    )
    assert read_review('{"verdict": "reject"} … on second thought {"verdict": "accept", "score": 99}') == ReviewReply(
        True, 10.0
    )
    assert read_review("**Verdict:** accept\nScore: 8.5") == ReviewReply(True, 8.5)
    for unclear in (
        "",
        "accept",
        "verdict: accept … verdict: reject",
        '{"verdict": "maybe"}',
        "[" * 5000,
        '{"a":' * 9999,
    ):
        assert refused(read_review(unclear)) == "no_json"


def test_diagnoses() -> None:
    asked = '```json\n{"diagnosis": "STATEMENT_WRONG", "counterexample": "n = 0", "advice": "assume 0 < n"}\n```'
    assert read_diagnosis(asked) == DiagnosisReply(Diagnosis.STATEMENT_WRONG, "n = 0", "assume 0 < n")
    found = read_diagnosis('{"diagnosis": "too hard", "counterexample": null, "advice": {"split": 2}}')
    assert found == DiagnosisReply(Diagnosis.TOO_HARD, "", '{"split": 2}')
    assert read_diagnosis("MISSING_PREMISE: look for add_comm.") == DiagnosisReply(
        Diagnosis.MISSING_PREMISE, "", "MISSING_PREMISE: look for add_comm."
    )
    assert refused(read_diagnosis("TOO_HARD or BUDGET")) == "no_json"
    assert refused(read_diagnosis("BUDG", "length")) == "truncated"


def test_statements() -> None:
    found = read_statement("```lean lemma\n/-- Sum. -/\ntheorem s (n : Nat) : n = n := by\n  sorry\n```")
    assert found == StatementReply(Stated("s", "theorem s (n : Nat) : n = n", "Sum."))
    assert refused(read_statement("No idea.")) == "prose"


SCRAPS = some.sampled_from([
    "```", "````", "~~~", "lean", "lean proof", "lean lemma", "lean definitions", "json", "\n", " ", "  ", "\t", "\r\n",
    "theorem ", "lemma gauss", "gauss", " : ", ":=", "by", "sorry", "| ", "=>", "match", "let x", "(", ")", "«", "»",
    "/-", "/--", "-/", "--", "\"", "def f", "namespace A", "end", "import X", "@[simp]", "private", "<think>",
    "</think>",
    "{", "}", "[", "]", '"verdict"', ":", '"accept"', "1", "·", "\ud800", "﷐", "\x00", "<|end|>", "₁", "'", "\\",
])  # fmt: skip
READERS = [
    lambda text, finish: read_proof(text, GAUSS, finish),
    lambda text, finish: read_plan(text, GAUSS, finish),
    lambda text, finish: read_statement(text, Question(), finish),
    read_review,
    read_diagnosis,
]


@settings(max_examples=300, deadline=None)
@given(some.one_of(some.text(), some.lists(SCRAPS, max_size=40).map("".join)), some.sampled_from(["stop", "length"]))
def test_any_text_can_be_read(text: str, finish: str) -> None:
    for read in READERS:
        found = read(text, finish)
        assert str(found)
        if isinstance(found, ProofReply):
            assert found.script.strip() and "sorry" not in found.script.split()
        if isinstance(found, PlanReply):
            assert found.lemmas or found.script
            assert all(lemma.name and lemma.text.startswith("theorem") for lemma in found.lemmas)


@settings(max_examples=200, deadline=None)
@given(some.one_of(some.text(), some.lists(SCRAPS, max_size=20).map("".join)))
def test_no_data_ends_its_fence(text: str) -> None:
    """However hostile: what follows the block in a prompt is never read as part of it, nor it as what follows."""
    text = "\n".join(text.splitlines())
    written = f"before\n{fence(text, 'lean')}\nafter"
    (block,) = blocks(written)
    assert block.closed and block.label == ("lean",)
    assert block.text.strip("\n") == text.strip("\n")
    assert written[block.end :] == "after"


def test_a_long_hostile_reply_is_read_in_little_time() -> None:
    """Where reading was quadratic, this took many minutes."""
    for scrap in ("|\n", "/-", "```\n", "theorem a :\n", '{"a":', "@[", "«", ":= ", "let "):
        text = scrap * (200_000 // len(scrap))
        read_plan(text, GAUSS)
        read_review(text)
