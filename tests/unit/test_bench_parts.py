"""Lean text cut around its theorem, and what is seen to on the way."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prover.bench.binding import binder_names, bound, unbound
from prover.bench.composing import compose, put_right
from prover.bench.draft import Draft
from prover.bench.files import DataFile
from prover.bench.header import with_auto_implicit, with_imports
from prover.bench.manifest import Fix, Variant
from prover.bench.parts import signature, split_text, without_proof
from prover.bench.syntax import modern_sums

STATEMENT = "theorem t (n : Nat)\n    (h : 0 < n) : n ≠ 0"


@pytest.mark.parametrize(
    ("tail", "proof"),
    [
        ("", ""),
        (" :=", "hole"),
        (" := by", "hole"),
        (" := by\n", "hole"),
        (" := by sorry", "hole"),
        (" := by\n  sorry\n", "hole"),
        (":= by sorry", "hole"),
        (" :=\nsorry", "hole"),
        (" := by -- to do\n  sorry -- here", "hole"),
        (" -- a remark\n", ""),
        (" := by\n  omega", "proof"),
        (" := by\n  intro h\n  sorry", "proof"),
        (" :=\n  fun h => by simp at h", "proof"),
        ("\n  | h => by omega", "proof"),
    ],
)
def test_what_proves_a_statement_is_cut_off(tail: str, proof: str) -> None:
    assert without_proof(STATEMENT + tail) == (STATEMENT, proof)


@pytest.mark.parametrize(
    "statement",
    [
        "theorem t : let a := 2; a = 2",
        "theorem t (n : Nat := 3) : n = n",
        "theorem t (h : letI x := 1; x = 1) : True",
        "theorem t : letI := Classical.propDecidable; True",
        "theorem t : have := 1; this = 1",
        'theorem t : "a := by sorry".length = 13',
        "theorem t : let a := 2\n  let b := 3\n  a + b = 5",
    ],
)
@pytest.mark.parametrize("tail", ["", " :=", " := by", " := by\n  sorry", " := by\n  rfl"])
def test_values_within_a_statement_are_no_proof(statement: str, tail: str) -> None:
    assert without_proof(statement + tail)[0] == statement


TEXT = """\
/- Copyright -/
import Mathlib
import Aesop

set_option maxHeartbeats 400000

open Nat Real
open scoped BigOperators

/-- A theorem is not meant by this word. -/
def twice (n : ℕ) : ℕ :=
  let m := n
  m + n

-- theorem commented_out : False := by
variable {k : ℕ}

/-- What is asked. -/
@[simp] theorem asked (h : twice k = 4) : k = 2 := by
  sorry

end
"""


def test_the_parts_of_a_text() -> None:
    parts = split_text(TEXT)
    assert parts.header.split("\n") == [
        "import Mathlib",
        "import Aesop",
        "set_option maxHeartbeats 400000",
        "open Nat Real",
        "open scoped BigOperators",
    ]
    assert parts.preamble.startswith("/-- A theorem is not meant by this word. -/\ndef twice")
    assert parts.preamble.endswith("variable {k : ℕ}")
    assert parts.statement == "theorem asked (h : twice k = 4) : k = 2"
    assert (parts.name, parts.keyword, parts.comment, parts.epilogue) == ("asked", "theorem", "What is asked.", "end")
    assert parts.notes == ("modifiers",)


@pytest.mark.parametrize(
    ("text", "name", "scope", "preamble"),
    [
        ("namespace A.B\ntheorem x : True := by trivial\nend A.B", "x", "A.B", "namespace A.B"),
        ("section\nnamespace A\nend A\ntheorem x : True :=", "x", "", "section\nnamespace A\nend A"),
        ("open Nat in\ntheorem x : succ 0 = 1 := by", "x", "", "open Nat in"),
        ("/-- doc -/ theorem x : True := by", "x", "", ""),
        ("\ttheorem x : True := by", "x", "", ""),
        ("theorem first : True := trivial\ntheorem x : True := by sorry", "x", "", "theorem first : True := trivial"),
        ("def x : 1 = 1 := by sorry", "x", "", ""),
        ("example : 1 = 1 := by", "", "", ""),
        ("theorem x.{u} (α : Type u) : True := by", "x", "", ""),
        ("theorem «x y» : True := by", "«x y»", "", ""),
    ],
)
def test_kinds_of_texts(text: str, name: str, scope: str, preamble: str) -> None:
    parts = split_text(text)
    assert (parts.name, parts.scope, parts.preamble) == (name, scope, preamble)
    assert without_proof(parts.statement)[1] == ""


@pytest.mark.parametrize("text", ["", "import Mathlib", "def a := 2", "-- theorem a : True", "#eval 1"])
def test_texts_without_a_theorem(text: str) -> None:
    with pytest.raises(ValueError, match="no theorem"):
        split_text(text)


def test_the_signature_of_a_statement() -> None:
    assert signature("theorem t (n : Nat) {m} : n = m") == ("(n : Nat) {m}", "n = m")
    assert signature("theorem t : ∀ n : Nat, n = n") == ("", "∀ n : Nat, n = n")
    assert signature("def t :=")[1] == ""


WORDS = st.sampled_from(
    [
        "(n : Nat)",
        "{α : Type}",
        "∀ x,",
        "x = 1",
        "∧",
        "let a := 2;",
        "(",
        ")",
        "-- c\n",
        "/- d -/",
        '"s := by"',
        "\n  ",
        "=",
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(WORDS, max_size=8).map(" ".join), st.sampled_from(["", " :=", " := by", " := by sorry", " := sorry"]))
def test_a_statement_without_proof_stays_as_it_is(middle: str, tail: str) -> None:
    """Cutting is stable, loses nothing but the tail and comments at the end, and takes any text."""
    once, _ = without_proof(f"theorem t {middle} : 1 = 1{tail}")
    assert without_proof(once)[0] == once
    assert f"theorem t {middle} : 1 = 1".startswith(once)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from(["import A", "open B", "set_option c true", "universe u", "noncomputable section"]), max_size=4
    ),
    st.lists(
        st.sampled_from(["def a := 1", "variable (n : Nat)", "/-! theorem -/", "inductive T\n  | c", ""]), max_size=4
    ),
    st.sampled_from(["", "end", "def z := 2"]),
)
def test_the_parts_make_up_the_text(header: list[str], preamble: list[str], epilogue: str) -> None:
    text = "\n".join([*header, *preamble, f"{STATEMENT} := by\n  sorry", epilogue])
    parts = split_text(text)
    assert parts.statement == STATEMENT
    assert parts.header.split("\n") == header or (parts.header, header) == ("", [])
    rest = [line for line in "\n".join(preamble).split("\n") if line and line != "/-! theorem -/"]
    kept = [line for line in parts.preamble.split("\n") if line and line != "/-! theorem -/"]
    assert kept == rest
    assert parts.epilogue == epilogue


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_cut_or_refused(text: str) -> None:
    without_proof(text)
    try:
        split_text(text)
    except ValueError:
        return


@pytest.mark.parametrize(
    ("statement", "names"),
    [
        ("theorem t (x : Int) (f : Int → Int) (h : f x = 1) : x = 1", ()),
        ("theorem t (f : Int → Int) (h : f x = 1) : f 2 = 1", ("x",)),
        ("theorem t (xs : List α) : xs = xs", ("α",)),
        ("theorem t : ∀ n, ∃ m > n, m = n + 1", ()),
        ("theorem t : {x : Nat | x = 1} = {s // s = 1}", ()),
        ("theorem t n : n = n", ()),
        ("theorem t : ∑ k ∈ Finset.range 3, k = 3", ()),
        ("theorem t (h : let a := 2; a = 2) : (fun y => y) = id", ()),
        ("theorem t [Group G] (a : G) : a = a", ("G",)),
        ("theorem t (f : α → Prop) : ∃ p : α → Prop, ∀ x, f x ≠ p x", ("α",)),
        ("theorem t : (fun ⟨a, b⟩ (c, d) => a + b + c + d) = match 1 with | n, m => n", ()),
        ("theorem t : (∀ (a : Nat) b, a = b) ∧ c = 1", ("c",)),
        ("theorem t : (∃! a, ∑' n : Nat, a ^ n = 2) ∧ sInf {2 * x * k | x > 0} = 1", ("k",)),
        ("theorem t (f : A →L[K] B) (g : Πi, f i) : f = g", ("A", "K", "B")),
        ("theorem t : Real.sin π = 0 ∧ e = e", ()),
    ],
)
def test_names_that_nothing_binds(statement: str, names: tuple[str, ...]) -> None:
    assert unbound(statement) == names


def test_names_that_are_bound() -> None:
    assert bound("variable {α : Type} (a b : α) [BEq α]") >= {"α", "a", "b"}
    assert binder_names("(a b : Nat) (h : ∀ (a : Nat), a = b) {h : True}") == ["a", "b", "h", "h"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("∑ k in S, k = 1", "∑ k ∈ S, k = 1"),
        ("∏ k : ℤ in Icc 1 2, k", "∏ k ∈ (Icc 1 2 : Finset ℤ), k"),
        ("∑ i in S, ∑ j : Fin 2 in T i, (i + j)", "∑ i ∈ S, ∑ j ∈ (T i : Finset (Fin 2)), (i + j)"),
        ("∑ k ∈ S, k", "∑ k ∈ S, k"),
        ("∑ k : Fin 3, k", "∑ k : Fin 3, k"),
        ("let x := ∑ k, k\nopen A in x", "let x := ∑ k, k\nopen A in x"),
        ("-- ∑ k in S, k", "-- ∑ k in S, k"),
    ],
)
def test_sums_as_newer_libraries_want_them(old: str, new: str) -> None:
    assert modern_sums(old) == new


def test_headers() -> None:
    header = "import Mathlib.Data.Nat.Digits\nimport Mathlib.Topology.Basic\n\nopen Nat"
    assert with_imports(header, ["Mathlib"]) == "import Mathlib\n\nopen Nat"
    assert with_auto_implicit("import Mathlib\n\nopen Nat", False) == (
        "import Mathlib\n\nset_option autoImplicit false\nopen Nat"
    )
    assert with_auto_implicit("", False) == "set_option autoImplicit false"
    given = "import Mathlib\nset_option autoImplicit true"
    assert with_auto_implicit(given, False) == given


@pytest.mark.parametrize(
    ("text", "statement", "notes"),
    [
        ("lemma x.{u} (α : Type u) : α = α := by sorry", "theorem x.{u} (α : Type u) : α = α", ()),
        ("example (n : Nat) : n = n := by", "theorem given (n : Nat) : n = n", ("unnamed",)),
        ("example : 1 = 1 := by", "theorem given : 1 = 1", ("unnamed",)),
        ("def x (G : Type)\n  : Inhabited G :=", "theorem x (G : Type) : Nonempty (Inhabited G)", ("definition",)),
        ("instance : Inhabited Nat := by sorry", "theorem given : Nonempty (Inhabited Nat)", ("unnamed", "definition")),
    ],
)
def test_what_is_made_a_theorem(text: str, statement: str, notes: tuple[str, ...]) -> None:
    problem = compose(Draft("given", text, DataFile("a", b""), name="given"), Variant())
    assert problem.statement == statement and set(problem.notes) == set(notes)


@pytest.mark.parametrize("text", ["theorem x", "theorem x (f := sorry", "def x := sorry", "theorem x : := by"])
def test_what_is_no_statement(text: str) -> None:
    with pytest.raises(ValueError, match="its theorem has no"):
        compose(Draft("given", text, DataFile("a", b"")), Variant())


def test_a_correction_is_of_the_same_theorem() -> None:
    problem = compose(Draft("t", "theorem t (n : Nat) : n = 1", DataFile("a", b"")), Variant())
    whole = put_right(problem, Fix(why="", statement="theorem t (n : Nat) (h : n = 1) : n = 1"), "mine")
    assert whole is not None and whole.correction == "mine" and "(h : n = 1)" in whole.text
    assert put_right(problem, Fix(why="", statement="theorem other : True"), "mine") is None
    assert put_right(problem, Fix(why="", replace=(("m", "n"),)), "mine") is None
    part = put_right(problem, Fix(why="", replace=(("= 1", "= 2"), ("Nat", "Int"))), "mine")
    assert part is not None and part.statement == "theorem t (n : Int) : n = 2"
