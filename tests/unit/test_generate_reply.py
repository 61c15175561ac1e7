"""Replies of models: what is taken for a tactic or a proof, and what is refused with a reason."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prover.generate.reply import Reader
from prover.generate.screening import is_forbidden, objection
from prover.generate.tokens import balanced, tokens, without_comments

STEP = Reader("step", echo=":::", marks=("<a>", "</a>"))
STEPS = Reader("steps")
PROOF = Reader("proof", theorem="t", longest=40_000)


def one(reader: Reader, reply: str, finish: str = "stop") -> tuple[str, str]:
    (tactic,) = reader.read(reply, finish)
    return tactic.text, tactic.rejected


CASES = "induction n with\n| zero => rfl\n| succ n =>\n  omega"


@pytest.mark.parametrize(
    ("reply", "text"),
    [
        ("simp", "simp"),
        (CASES, CASES),
        ("  simp [h]  \n", "simp [h]"),
        ("x : ℕ\n⊢ x = x:::rfl", "rfl"),
        ("rfl:::x : ℕ\n⊢ x = x:::rfl", "rfl"),
        ("simp at h ⊢:::and more", "simp at h ⊢"),
        ("rw [<a>Nat.add_comm</a>]", "rw [Nat.add_comm]"),
        ("omega<|im_end|>\nmore", "omega"),
        ("omega</s>", "omega"),
        ("<think>It is linear.</think>\nomega", "omega"),
        ("It is linear.\n</think>\n\nomega", "omega"),
        ("<think>a</think>b<think>c</think>omega", "omega"),
        ("omega<think>It is linear.</think>", "omega"),
        ("```lean\nomega\n```", "omega"),
        ("```lean4\nintro x\n  simp\n```", "intro x\nsimp"),
        ("```\nsimp```", "simp"),
        ("First the state:\n```\nx : ℕ\n⊢ x = x\n```\nso\n```lean\nrfl\n```", "rfl"),
        ("Tactic: simp", "simp"),
        ("**Tactic:** `simp`", "simp"),
        ("Next tactic:\n```lean\nring\n```", "ring"),
        ("This should work:\nTactic: omega", "omega"),
        ("1. simp\n2. ring", "simp"),
        ("- simp", "simp"),
        ("by simp", "simp"),
        ("by\n  intro x\n  simp", "intro x\nsimp"),
        (":= by\n  simp", "simp"),
        ("by_contra h", "by_contra h"),
        ("theorem t (x : ℕ) : x = x := by\n  rfl", "rfl"),
        ("theorem t : 1 = 1 := rfl", "exact rfl"),
        ("example : 1 = 1 := by rfl", "rfl"),
        ("-- it is linear\nomega -- done", "omega"),
        ("/- a /- nested -/ one -/ omega", "omega"),
        ("omega /- it is", "omega"),
        ("simp\n/-- multi\nline -/\nring", "simp\nring"),
        ('exact f "-- no comment"', 'exact f "-- no comment"'),
        ("simp\n\nx : ℕ\nh : x = 1\n⊢ x = 2", "simp"),
        ("have h : x = 1 := by\n  simp\nx : ℕ\n⊢ x = 2", "have h : x = 1 := by\n  simp"),
        ("cases h\ncase inl\nh : p\n⊢ q", "cases h"),
        ("simp\n---\nSTATE_AFTER: no goals", "simp"),
        ("simp\ndone", "simp"),
        ("intro x\n  simp\n  ring", "intro x\nsimp\nring"),
        ("  intro x\n  simp", "intro x\nsimp"),
        ("  intro x\nsimp", "intro x\nsimp"),
        ("constructor\n  · simp\n  · ring", "constructor\n· simp\n· ring"),
        ("nlinarith [sq_nonneg a,\n  sq_nonneg b]", "nlinarith [sq_nonneg a,\n  sq_nonneg b]"),
        ("rw [f]\n  at h", "rw [f]\n  at h"),
        ("have h : a = b := by\n  simp\nomega", "have h : a = b := by\n  simp\nomega"),
        ("· intro x\n  simp\n· ring", "· intro x\n  simp\n· ring"),
        ("by\n  induction n with\n  | zero => rfl\n  | succ n =>\n    omega", CASES),
        ("simp\r\n\tring", "simp\nring"),
        ("open Classical in\nsimp", "open Classical in\nsimp"),
        ("set_option maxRecDepth 2000 in decide", "set_option maxRecDepth 2000 in decide"),
        ("refine ⟨?_, ?_⟩", "refine ⟨?_, ?_⟩"),
        ("intro a b c d e f g", "intro a b c d e f g"),
        ("exact h.sorry", "exact h.sorry"),
        ("exact «sorry»", "exact «sorry»"),
        ('exact g "sorry"', 'exact g "sorry"'),
        ("simp [eval, stop]", "simp [eval, stop]"),
        ("exact (Polynomial.eval x p).admit", "exact (Polynomial.eval x p).admit"),
        ("exact card_le #s", "exact card_le #s"),
        ("exact 'a'", "exact 'a'"),
        ("rw [h']", "rw [h']"),
        ('exact r#"a " b"#', 'exact r#"a " b"#'),
    ],
)  # fmt: skip
def test_a_tactic_is_taken_out_of_what_surrounds_it(reply: str, text: str) -> None:
    assert one(STEP, reply) == (text, "")


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ("", "empty"),
        ("   \n", "empty"),
        ("-- nothing", "empty"),
        ("⊢ x = x", "empty"),
        ("```lean\n```", "empty"),
        ("omega closes it.</think>", "empty"),
        ("The goal follows from commutativity.", "prose"),
        ("we need to use induction", "prose"),
        ("I'm sorry, I cannot help with that.", "prose"),
        ("it is clear that the goal is true", "prose"),
        ("sorry", "forbidden"),
        ("have h : p := by sorry\nexact h", "forbidden"),
        ("all_goals admit", "forbidden"),
        ("exact sorryAx _", "forbidden"),
        ("stop", "forbidden"),
        ("simp; stop", "forbidden"),
        ("native_decide", "forbidden"),
        ("decide +native", "forbidden"),
        ("bv_decide", "forbidden"),
        ("run_tac pure ()", "forbidden"),
        ("· run_tac pure ()", "forbidden"),
        ("exact by_elab return default", "forbidden"),
        ("set_option debug.skipKernelTC true in decide", "forbidden"),
        ("exact unsafe lcProof", "forbidden"),
        ("#eval 1", "forbidden"),
        ("simp\n#print axioms t", "forbidden"),
        ("exact (f x", "unbalanced"),
        ("exact f x)", "unbalanced"),
        ("exact ⟨a, b]", "unbalanced"),
        ('exact "open', "unbalanced"),
        ("simp " + "a" * 5000, "too_long"),
        ("axiom cheat : False", "forbidden"),
        ("theorem t : p := by sorry", "forbidden"),
    ],
)
def test_what_is_not_worth_a_try_is_refused_with_a_reason(reply: str, reason: str) -> None:
    assert one(STEP, reply)[1] == reason


def test_native_code_is_refused_unless_it_is_allowed() -> None:
    allowed = Reader("step", native=True)
    for tactic in ("native_decide", "decide +native", "bv_decide"):
        assert one(STEP, tactic)[1] == "forbidden"
        assert one(allowed, tactic)[1] == ""
    assert one(allowed, "sorry")[1] == "forbidden"


@pytest.mark.parametrize("reader", [STEP, PROOF], ids=["step", "proof"])
def test_what_was_cut_off_is_marked_and_not_tried(reader: Reader) -> None:
    (tactic,) = reader.read("```lean\nomega", "length")
    assert (tactic.text, tactic.rejected, tactic.truncated) == ("omega", "truncated", True)
    (thinking,) = reader.read("<think>Let me see. `omega`?", "stop")
    assert (thinking.rejected, thinking.truncated) == ("truncated", True)


def test_a_reply_of_a_megabyte_is_not_read() -> None:
    for reader in (STEP, STEPS, PROOF):
        text, reason = one(reader, "simp " * 250_000)
        assert reason == "too_long"
        assert len(text) < 1000


THEOREM = "theorem t (x : ℕ) : x = x := by\n  -- clear\n  rfl"


@pytest.mark.parametrize(
    ("reply", "text"),
    [
        (f"A plan.\n```lean4\nimport Mathlib\n\nopen Nat\n\n{THEOREM}\n```", "rfl"),
        (f"```lean4\ntheorem t : x = x := by\n  skip\n```\nBetter:\n```lean4\n{THEOREM}\n```", "rfl"),
        (f"```lean4\n{THEOREM}\n```\nThe same again, cut:\n```lean4\ntheorem t (x", "rfl"),
        (f"```lean4\n{THEOREM}\n```\nAlso:\n```lean4\nlemma u : 1 = 1 := by\n  simp\n```", "rfl"),
        (f"<think>```lean4\ntheorem t : p := by\n  skip\n```</think>\n```lean4\n{THEOREM}\n```", "rfl"),
        (THEOREM, "rfl"),
        ("```lean4\nintro x\nsimp\n```", "intro x\nsimp"),
        ("```lean4\ntheorem t : let y := 5; y = 5 := by\n  simp\n```", "simp"),
        ("```lean4\ntheorem t (h : x = 5 := by rfl) : x = 5 := by\n  exact h\n```", "exact h"),
        ("```lean4\ntheorem t : p :=\n  have h : q := by simp\n  f h\n```", "exact\n  have h : q := by simp\n  f h"),
        ("```lean4\n@[simp]\ntheorem t : p := by\n  simp\n```", "simp"),
        ("```lean4\nnamespace A\ntheorem t : p := by\n  simp\nend A\n```", "simp"),
        (
            "```lean4\nlemma u (x : ℕ) {y : ℕ} (h : x = y) : y = x := by\n  omega\n\n"
            "theorem t : p := by\n  exact u x h\n```",
            "have u (x : ℕ) {y : ℕ} (h : x = y) : y = x := by\n  omega\nexact u x h",
        ),
        (
            "```lean4\n@[simp] private theorem u : 1 = 1 := rfl\ntheorem t : p := by\n  simp [u]\n```",
            "have u : 1 = 1 := rfl\nsimp [u]",
        ),
    ],
)  # fmt: skip
def test_the_proof_of_the_theorem_is_taken_out_of_a_reply(reply: str, text: str) -> None:
    assert one(PROOF, reply) == (text, "")


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ("```lean4\ndef f := 1\ntheorem t : f = 1 := rfl\n```", "other_declarations"),
        ("```lean4\nlemma A.u : 1 = 1 := rfl\ntheorem t : p := A.u\n```", "other_declarations"),
        ("```lean4\naxiom a : False\ntheorem t : p := a.elim\n```", "other_declarations"),
        ("```lean4\ninstance : Inhabited A := ⟨a⟩\ntheorem t : p := by simp\n```", "other_declarations"),
        ("```lean4\ndef f := 1\n```", "other_declarations"),
        ("```lean4\nset_option debug.skipKernelTC true\ntheorem t : p := h\n```", "forbidden"),
        ("```lean4\ntheorem t : p := by\n  sorry\n```", "forbidden"),
        ("```lean4\ntheorem t : p\n```", "empty"),
        ("I could not find a proof.", "prose"),
        ("", "empty"),
    ],
)
def test_proofs_that_cannot_count_are_refused(reply: str, reason: str) -> None:
    assert one(PROOF, reply)[1] == reason


def test_declarations_that_stand_before_the_theorem_anyway_may_be_repeated() -> None:
    reader = Reader("proof", theorem="A.t", context="def f (n : ℕ) :=\n  n + 1\n\nlemma u : f 0 = 1 := rfl")
    before = "def f (n : ℕ) := n + 1\nlemma u : f 0 = 1 := rfl"
    reply = f"```lean4\n{before}\ntheorem A.t : f 1 = 2 := by\n  simp [f, u]\n```"
    assert one(reader, reply) == ("simp [f, u]", "")
    assert one(reader, reply.replace("n + 1", "n + 2"))[1] == "other_declarations"


@pytest.mark.parametrize(
    ("reply", "texts"),
    [
        ('["simp", "rw [h]\\nring"]', ["simp", "rw [h]\nring"]),
        ('Sure!\n```json\n["simp",\n "ring"]\n```\nGood luck.', ["simp", "ring"]),
        ('{"tactics": [{"tactic": "simp", "confidence": 0.9}, {"tactic": "ring"}]}', ["simp", "ring"]),
        ('["simp", "rin', ["simp"]),
        ('{"tactics": ["simp", "ring", ', ["simp", "ring"]),
        ('The goal [n + 1] is easy: ["simp"]', ["simp"]),
        ('["simp\nring"]', ["simp\nring"]),
        ('["exact s \\ t", "exact \\u27e8a, b\\u27e9"]', ["exact s \\ t", "exact ⟨a, b⟩"]),
        ("1. simp\n2. `ring`", ["simp", "ring"]),
        ("```lean\nsimp\n```\nor\n```lean\nring\n```", ["simp", "ring"]),
        ("simp", ["simp"]),
    ],
)
def test_a_list_of_tactics_is_found(reply: str, texts: list[str]) -> None:
    read = STEPS.read(reply)
    assert [t.text for t in read] == texts
    assert [t.rank for t in read] == list(range(len(texts)))
    assert not any(t.rejected for t in read)


def test_each_item_of_a_list_is_judged_by_itself() -> None:
    read = STEPS.read('["simp", "sorry", "", "exact (f"]')
    assert [t.rejected for t in read] == ["", "forbidden", "empty", "unbalanced"]


def test_a_list_that_was_cut_off_keeps_what_arrived() -> None:
    assert [t.rejected for t in STEPS.read('["simp", "rin', "length")] == [""]
    assert [t.rejected for t in STEPS.read("1. simp\n2. rin", "length")] == ["", "truncated"]
    assert [t.rejected for t in STEPS.read("I think that", "length")] == ["truncated"]


PIECES = [
    "simp", "sorry", "by", ":=", "=>", "\n", "  ", "\t", "\r\n", "theorem t", "lemma u", "def f", "have h", " : ",
    "⊢ x", "(", ")", "⟨", "[", "]", "{", '["', '", "', "/-", "-/", "--", '"', "'", "r#", "\\", "«", "»", "·", "```",
    "```lean4\n", "<think>", "</think>", ":::", "#eval", "by_elab", "set_option debug.x", "1. ", "Tactic:",
    "the ", "done",
]  # fmt: skip
LEAN = st.lists(st.sampled_from(PIECES), max_size=25).map("".join)
RELAXED = settings(max_examples=400, deadline=None, derandomize=True)


@RELAXED
@given(st.text() | LEAN, st.sampled_from(["stop", "length"]), st.sampled_from([STEP, STEPS, PROOF]))
def test_whatever_the_reply_nothing_empty_or_forbidden_is_tried(reply: str, finish: str, reader: Reader) -> None:
    read = reader.read(reply, finish)
    assert read
    for tactic in read:
        if not tactic.rejected:
            assert tactic.text.strip()
            assert not is_forbidden(tactic.text)
            assert balanced(tactic.text)
            assert objection(tactic.text, longest=reader.longest) == ""
        if tactic.truncated:
            assert tactic.rejected == "truncated"


@RELAXED
@given(st.text() | LEAN)
def test_tokens_are_the_text_without_its_white_space(text: str) -> None:
    found = tokens(text)
    at = 0
    for token in found:
        assert text[at : token.start].strip() == ""
        assert text[token.start : token.end] == token.text
        at = token.end
    assert text[at:].strip() == ""


@RELAXED
@given(st.text() | LEAN)
def test_no_comment_is_left(text: str) -> None:
    left = without_comments(text)
    assert "\n\n" not in left
    assert len(left) <= len(text) + text.count("/-")
