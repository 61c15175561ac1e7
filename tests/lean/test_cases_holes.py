"""Holes: what counts as one, which goals it has, in which scope, and what filling it gives."""

from __future__ import annotations

import textwrap
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest

from prover.core.verdict import Incomplete, ProvedModulo
from prover.lean import Pool

Opened = Callable[[str], Awaitable[list[str]]]


@dataclass(frozen=True)
class Case:
    """A file, the goals of its holes, tactics that close them, the file as it must come out."""

    text: str
    goals: list[str]
    tactics: tuple[str, ...]
    out: str
    codes: dict[str, str] | None = None


def case(text: str, goals: list[str], tactics: tuple[str, ...], out: str, **codes: str) -> Case:
    return Case(textwrap.dedent(text).lstrip("\n"), goals, tactics, textwrap.dedent(out).lstrip("\n"), codes or None)


ONE_NODE = {
    "all_goals": case(
        """
        theorem t (p q : Prop) (hp : p) (hq : q) : p ∧ q := by
          constructor
          all_goals sorry
        """,
        ["t: p q hp hq ⊢ p", "t: p q hp hq ⊢ q"],
        ("assumption",),
        """
        theorem t (p q : Prop) (hp : p) (hq : q) : p ∧ q := by
          constructor
          all_goals assumption
        """,
    ),
    "all_goals with two scripts": case(
        """
        theorem t (p q : Prop) (hp : p) (hq : q) : p ∧ q := by
          constructor
          all_goals sorry
        """,
        ["t: p q hp hq ⊢ p", "t: p q hp hq ⊢ q"],
        ("exact hp", "exact hq"),
        """
        theorem t (p q : Prop) (hp : p) (hq : q) : p ∧ q := by
          constructor
          all_goals first
                      | (exact hp)
                      | (exact hq)
        """,
    ),
    "seq_focus": case(
        "theorem t (p q : Prop) (hp : p) (hq : q) : p ∧ q := by constructor <;> sorry\n",
        ["t: p q hp hq ⊢ p", "t: p q hp hq ⊢ q"],
        ("assumption",),
        "theorem t (p q : Prop) (hp : p) (hq : q) : p ∧ q := by constructor <;> assumption\n",
    ),
    "seq_focus with a script of several lines": case(
        "theorem t (a b : Nat) : a = a ∧ b = b := by constructor <;> sorry\n",
        ["t: a b ⊢ a = a", "t: a b ⊢ b = b"],
        ("have h := 1\nrfl",),
        """
        theorem t (a b : Nat) : a = a ∧ b = b := by constructor <;> (have h := 1
                                                                     rfl)
        """,
    ),
    "first": case(
        "theorem t (p : Prop) (hp : p) : p := by\n  first | exact nope | sorry\n",
        ["t: p hp ⊢ p"],
        ("exact hp",),
        "theorem t (p : Prop) (hp : p) : p := by\n  first | exact nope | exact hp\n",
    ),
    "repeat": case(
        "theorem t (p q : Prop) (hp : p) (hq : q) : p ∧ q := by\n  constructor\n  repeat sorry\n",
        ["t: p q hp hq ⊢ p", "t: p q hp hq ⊢ q"],
        ("assumption",),
        "theorem t (p q : Prop) (hp : p) (hq : q) : p ∧ q := by\n  constructor\n  repeat assumption\n",
    ),
    "calc steps": case(
        """
        theorem t (a b c : Nat) (h : a = b) (h2 : b = c) : a = c := by
          calc a = b := sorry
            _ = c := by sorry
        """,
        ["t: a b c h h2 ⊢ a = b", "t: a b c h h2 ⊢ b = c"],
        ("assumption",),
        """
        theorem t (a b c : Nat) (h : a = b) (h2 : b = c) : a = c := by
          calc a = b := by assumption
            _ = c := by assumption
        """,
    ),
    "case": case(
        """
        theorem t (p q : Prop) (hp : p) (hq : q) : p ∧ q := by
          constructor
          case left => sorry
          case right => sorry
        """,
        ["t: p q hp hq ⊢ p", "t: p q hp hq ⊢ q"],
        ("assumption",),
        """
        theorem t (p q : Prop) (hp : p) (hq : q) : p ∧ q := by
          constructor
          case left => assumption
          case right => assumption
        """,
    ),
    "arms of induction": case(
        """
        theorem t (n : Nat) : 0 + n = n := by
          induction n with
          | zero => sorry
          | succ n ih => sorry
        """,
        ["t: ⊢ 0 + 0 = 0", "t: n ih ⊢ 0 + (n + 1) = n + 1"],
        ("rfl", "rw [← Nat.add_assoc]\nrw [ih]"),
        """
        theorem t (n : Nat) : 0 + n = n := by
          induction n with
          | zero => rfl
          | succ n ih =>
            rw [← Nat.add_assoc]
            rw [ih]
        """,
    ),
    "arms of match": case(
        "theorem t : ∀ n : Nat, n = n\n  | 0 => sorry\n  | n + 1 => sorry\n",
        ["t: ⊢ 0 = 0", "t: n ⊢ n + 1 = n + 1"],
        ("rfl",),
        "theorem t : ∀ n : Nat, n = n\n  | 0 => by rfl\n  | n + 1 => by rfl\n",
    ),
    "term positions": case(
        """
        theorem a : True ∧ 1 = 1 := ⟨sorry, sorry⟩
        theorem b : True ∧ 1 = 1 := And.intro sorry (sorry)
        theorem c : ∀ n : Nat, n = n := fun n => sorry
        theorem d : 1 = 1 := show 1 = 1 from sorry
        theorem e (p : Prop) (hp : p) : p := id <| sorry
        """,
        ["a: ⊢ True", "a: ⊢ 1 = 1", "b: ⊢ True", "b: ⊢ 1 = 1", "c: n ⊢ n = n", "d: ⊢ 1 = 1", "e: p hp ⊢ p"],
        ("trivial",),
        """
        theorem a : True ∧ 1 = 1 := ⟨by trivial, by trivial⟩
        theorem b : True ∧ 1 = 1 := And.intro (by trivial) (by trivial)
        theorem c : ∀ n : Nat, n = n := fun n => by trivial
        theorem d : 1 = 1 := show 1 = 1 from by trivial
        theorem e (p : Prop) (hp : p) : p := id <| by trivial
        """,
    ),
    "nested have": case(
        """
        theorem t (p : Prop) (hp : p) : p := by
          have h : p ∨ p := by
            sorry
          exact h.elim id (fun x => sorry)
        """,
        ["t: p hp ⊢ p ∨ p", "t: p hp h x ⊢ p"],
        ("exact Or.inl hp", "exact x"),
        """
        theorem t (p : Prop) (hp : p) : p := by
          have h : p ∨ p := by
            exact Or.inl hp
          exact h.elim id (fun x => by exact x)
        """,
    ),
    "a hole that is never reached": case(
        "theorem t (n : Nat) : n = n := by\n  first | rfl | sorry\ntheorem u : True := sorry\n",
        ["u: ⊢ True"],
        ("trivial",),
        "theorem t (n : Nat) : n = n := by\n  first | rfl | sorry\ntheorem u : True := by trivial\n",
    ),
}

COUPLED = {
    "terms": case(
        "theorem t : ∃ n : Nat, n * n = 49 := ⟨sorry, sorry⟩\n",
        ["t: ⊢ Nat", "t: ⊢ sorry * sorry = 49"],
        ("rfl",),
        "theorem t : ∃ n : Nat, n * n = 49 := ⟨7, by rfl⟩\n",
    ),
    "tactics": case(
        "theorem t : ∃ n : Nat, n * n = 49 := by\n  refine ⟨?_, ?_⟩\n  · sorry\n  · sorry\n",
        ["t: ⊢ Nat", "t: ⊢ sorry * sorry = 49"],
        ("rfl",),
        "theorem t : ∃ n : Nat, n * n = 49 := by\n  refine ⟨?_, ?_⟩\n  · exact 7\n  · rfl\n",
    ),
    "tactic blocks in a term": case(
        "theorem t : ∃ n : Nat, n * n = 49 := ⟨by sorry, by sorry⟩\n",
        ["t: ⊢ Nat", "t: ⊢ sorry * sorry = 49"],
        ("rfl",),
        "theorem t : ∃ n : Nat, n * n = 49 := ⟨by exact 7, by rfl⟩\n",
    ),
    "a type and a value of it": case(
        "theorem t (n : Nat) : n = n := by\n  have α : Type := sorry\n  have x : Nat := by sorry\n  sorry\n",
        ["t: n ⊢ Type", "t: n α ⊢ Nat", "t: n α x ⊢ n = n"],
        ("rfl",),
        "theorem t (n : Nat) : n = n := by\n  have α : Type := Nat\n  have x : Nat := by exact n\n  rfl\n",
    ),
    "two goals of one hole that share a value": case(
        "theorem t : ∃ n : Nat, n * n = 49 := by\n  constructor\n  all_goals sorry\n",
        ["t: ⊢ ?w * ?w = 49", "t: ⊢ Nat"],
        ("exact (rfl : 7 * 7 = 49)",),
        "theorem t : ∃ n : Nat, n * n = 49 := by\n  constructor\n  all_goals exact (rfl : 7 * 7 = 49)\n",
    ),
}

SCOPE = {
    "namespace and open": case(
        """
        namespace N
        def k := 3
        theorem kk : k = 3 := rfl
        theorem inner : k = 3 := by sorry
        end N
        open N in
        theorem one : k = 3 := by sorry
        section
        open N
        theorem two : k = 3 := by sorry
        end
        """,
        ["N.inner: ⊢ k = 3", "one: ⊢ k = 3", "two: ⊢ k = 3"],
        ("exact kk",),
        """
        namespace N
        def k := 3
        theorem kk : k = 3 := rfl
        theorem inner : k = 3 := by exact kk
        end N
        open N in
        theorem one : k = 3 := by exact kk
        section
        open N
        theorem two : k = 3 := by exact kk
        end
        """,
    ),
    "the end of a section": case(
        """
        namespace N
        theorem kk : 1 = 1 := rfl
        end N
        theorem t : 1 = 1 := by sorry
        """,
        ["t: ⊢ 1 = 1"],
        ("exact kk",),
        """
        namespace N
        theorem kk : 1 = 1 := rfl
        end N
        theorem t : 1 = 1 := by sorry
        """,
        t="not_proved",
    ),
    "set_option in": case(
        """
        set_option maxRecDepth 40 in
        theorem low : 300 + 0 = 300 ∧ (List.range 200).length = 200 := by sorry
        set_option maxRecDepth 4000 in
        theorem high : 300 + 0 = 300 ∧ (List.range 200).length = 200 := by sorry
        """,
        [
            "low: ⊢ 300 + 0 = 300 ∧ (List.range 200).length = 200",
            "high: ⊢ 300 + 0 = 300 ∧ (List.range 200).length = 200",
        ],
        ("decide",),
        """
        set_option maxRecDepth 40 in
        theorem low : 300 + 0 = 300 ∧ (List.range 200).length = 200 := by sorry
        set_option maxRecDepth 4000 in
        theorem high : 300 + 0 = 300 ∧ (List.range 200).length = 200 := by decide
        """,
        low="not_proved",
        high="proved",
    ),
    "variable, include, omit": case(
        """
        section
        variable (p q : Prop) (hp : p)
        include hp in
        theorem a : p := by sorry
        theorem b : p → p := by sorry
        variable {α : Type} [Inhabited α]
        omit [Inhabited α] in
        theorem c (x : α) : x = x := by sorry
        theorem d (x : α) : x = x := by sorry
        end
        """,
        ["a: p hp ⊢ p", "b: p ⊢ p → p", "c: α x ⊢ x = x", "d: α inst x ⊢ x = x"],
        ("exact hp", "exact id", "rfl"),
        """
        section
        variable (p q : Prop) (hp : p)
        include hp in
        theorem a : p := by exact hp
        theorem b : p → p := by exact id
        variable {α : Type} [Inhabited α]
        omit [Inhabited α] in
        theorem c (x : α) : x = x := by rfl
        theorem d (x : α) : x = x := by rfl
        end
        """,
    ),
    "a proof in a def sees only what its signature has": case(
        """
        variable (k : Nat) (hk : k = 2) (m : Nat)
        def a : { n : Nat // n = n } := ⟨1, sorry⟩
        def b : { n : Nat // n = k } := ⟨k, sorry⟩
        def c (m : Nat) : { n : Nat // n = m } := ⟨m, sorry⟩
        """,
        ["a: ⊢ 1 = 1", "b: k ⊢ k = k", "c: m ⊢ m = m"],
        ("rfl",),
        """
        variable (k : Nat) (hk : k = 2) (m : Nat)
        def a : { n : Nat // n = n } := ⟨1, by rfl⟩
        def b : { n : Nat // n = k } := ⟨k, by rfl⟩
        def c (m : Nat) : { n : Nat // n = m } := ⟨m, by rfl⟩
        """,
    ),
    "an example may use every variable": case(
        """
        variable (p : Prop) (hp : p)
        /-- A remark. -/
        example : p := by sorry
        """,
        ["_example: p hp ⊢ p"],
        ("exact hp",),
        """
        variable (p : Prop) (hp : p)
        /-- A remark. -/
        example : p := by exact hp
        """,
    ),
    "universes and auto-bound implicits": case(
        """
        set_option autoImplicit true
        theorem a (h : x = y) : y = x := by sorry
        theorem b {α : Type u} (x : α) : x = x := by sorry
        universe v
        theorem c {α : Type v} (x y : α) (h : x = y) : y = x := by sorry
        """,
        ["a: α x y h ⊢ y = x", "b: α x ⊢ x = x", "c: α x y h ⊢ y = x"],
        ("rfl", "exact h.symm"),
        """
        set_option autoImplicit true
        theorem a (h : x = y) : y = x := by exact h.symm
        theorem b {α : Type u} (x : α) : x = x := by rfl
        universe v
        theorem c {α : Type v} (x y : α) (h : x = y) : y = x := by exact h.symm
        """,
    ),
    "local instances": case(
        """
        structure W where
          n : Nat
        section
        local instance : Inhabited W := ⟨⟨7⟩⟩
        theorem t : (default : W).n = 7 := by sorry
        end
        """,
        ["t: ⊢ default.n = 7"],
        ("exact (rfl : (default : W).n = 7)",),
        """
        structure W where
          n : Nat
        section
        local instance : Inhabited W := ⟨⟨7⟩⟩
        theorem t : (default : W).n = 7 := by exact (rfl : (default : W).n = 7)
        end
        """,
    ),
}

DECLARATIONS = {
    "where": case(
        """
        theorem w (n m : Nat) (h : n = 3) : n = 3 := helper
        where
          helper : n = 3 := by have := h; sorry
          other (k : Nat) : k + 0 = k := sorry
        """,
        ["w.helper: n h this ⊢ n = 3", "w.other: k ⊢ k + 0 = k"],
        ("assumption", "rfl"),
        """
        theorem w (n m : Nat) (h : n = 3) : n = 3 := helper
        where
          helper : n = 3 := by have := h; assumption
          other (k : Nat) : k + 0 = k := by rfl
        """,
    ),
    "mutual": case(
        """
        mutual
        theorem ev : ∀ n : Nat, n = n
          | 0 => sorry
          | n + 1 => by have := od n; sorry
        theorem od : ∀ n : Nat, n = n
          | 0 => rfl
          | n + 1 => by sorry
        end
        """,
        ["ev: ⊢ 0 = 0", "ev: n this ⊢ n + 1 = n + 1", "od: n ⊢ n + 1 = n + 1"],
        ("rfl",),
        """
        mutual
        theorem ev : ∀ n : Nat, n = n
          | 0 => by rfl
          | n + 1 => by have := od n; rfl
        theorem od : ∀ n : Nat, n = n
          | 0 => rfl
          | n + 1 => by rfl
        end
        """,
    ),
    "decreasing_by": case(
        """
        def f (n : Nat) : Nat := if h : n = 0 then 0 else f (n / 2)
        termination_by n
        decreasing_by sorry
        """,
        ["f: n h ⊢ n / 2 < n"],
        ("omega",),
        """
        def f (n : Nat) : Nat := if h : n = 0 then 0 else f (n / 2)
        termination_by n
        decreasing_by omega
        """,
    ),
    "subtypes, instance fields, unnamed instances": case(
        """
        structure P where
          x : Nat
          h : x = x
        def sub (n : Nat) : { m : Nat // m = n } := ⟨n, sorry⟩
        instance named : Inhabited P := ⟨⟨0, sorry⟩⟩
        instance : Inhabited P where
          default := { x := 1, h := sorry }
        """,
        ["sub: n ⊢ n = n", "named: ⊢ 0 = 0", "instInhabitedP: ⊢ 1 = 1"],
        ("rfl",),
        """
        structure P where
          x : Nat
          h : x = x
        def sub (n : Nat) : { m : Nat // m = n } := ⟨n, by rfl⟩
        instance named : Inhabited P := ⟨⟨0, by rfl⟩⟩
        instance : Inhabited P where
          default := { x := 1, h := by rfl }
        """,
    ),
    "proofs inside a def": case(
        "def inside (n : Nat) : Nat :=\n  have h : n = n := by sorry\n  n\n",
        ["inside: n ⊢ n = n"],
        ("rfl",),
        "def inside (n : Nat) : Nat :=\n  have h : n = n := by rfl\n  n\n",
    ),
    "examples": case(
        """
        namespace Q
        example : 1 = 1 := by sorry
        example : 1 = 1 := by sorry; example : 2 = 2 := sorry
        end Q
        """,
        ["Q._example: ⊢ 1 = 1", "Q._example: ⊢ 1 = 1", "Q._example: ⊢ 2 = 2"],
        ("rfl",),
        """
        namespace Q
        example : 1 = 1 := by rfl
        example : 1 = 1 := by rfl; example : 2 = 2 := by rfl
        end Q
        """,
    ),
    "names": case(
        """
        private theorem hidden (n : Nat) : n = n := by sorry
        namespace A.B
        private theorem hidden (n : Nat) : n = n := by sorry
        theorem _root_.rooted (n : Nat) : n = n := by sorry
        end A.B
        theorem «with space» (n : Nat) : n = n := by sorry
        theorem «a.b» (n : Nat) : n = n := by sorry
        theorem a.b (n : Nat) : n = n := by sorry
        theorem «forall».«1» (n : Nat) : n = n := by sorry
        theorem «größer 定理» (n : Nat) : n = n := by sorry
        """,
        [
            "hidden: n ⊢ n = n",
            "A.B.hidden: n ⊢ n = n",
            "rooted: n ⊢ n = n",
            "«with space»: n ⊢ n = n",
            "«a.b»: n ⊢ n = n",
            "a.b: n ⊢ n = n",
            "forall.«1»: n ⊢ n = n",
            "«größer 定理»: n ⊢ n = n",
        ],
        ("rfl",),
        """
        private theorem hidden (n : Nat) : n = n := by rfl
        namespace A.B
        private theorem hidden (n : Nat) : n = n := by rfl
        theorem _root_.rooted (n : Nat) : n = n := by rfl
        end A.B
        theorem «with space» (n : Nat) : n = n := by rfl
        theorem «a.b» (n : Nat) : n = n := by rfl
        theorem a.b (n : Nat) : n = n := by rfl
        theorem «forall».«1» (n : Nat) : n = n := by rfl
        theorem «größer 定理» (n : Nat) : n = n := by rfl
        """,
    ),
}

ALL = {**ONE_NODE, **COUPLED, **SCOPE, **DECLARATIONS}


@pytest.mark.parametrize("name", ALL)
async def test_holes_goals_and_the_file_with_its_proofs(name: str, filling: Any, opened: Opened) -> None:
    example = ALL[name]
    assert await opened(example.text) == example.goals
    result = await filling(example.text, *example.tactics)
    assert filling.text == example.out
    expected = example.codes or {target.name: "proved" for target in result.targets}
    assert filling.codes == expected and result.targets


async def test_holes_made_by_macros_and_local_notation(filling: Any) -> None:
    # One test for both: whatever defines syntax costs the ladder its workers.
    text = """
macro "later" : tactic => `(tactic| sorry)
macro "todo" : term => `(sorry)
macro "cast_todo" x:term : term => `(id (sorry : $x))
theorem a (p : Prop) (hp : p) : p := by later
theorem b (p q : Prop) (hp : p) (hq : q) : p ∧ q := by
  constructor
  · later
  · admit
theorem c (p : Prop) (hp : p) : p := todo
theorem d (p : Prop) (hp : p) : p := cast_todo p
section
local notation "⟪" x "⟫" => x + 1
theorem e (n : Nat) : ⟪n⟫ = n + 1 := by sorry
end
"""
    await filling(text, "assumption", "exact (rfl : ⟪n⟫ = n + 1)")
    # d: only a part of what the macro expands to is a hole; putting a proof in place of all of it is not asked for.
    assert filling.codes == {"a": "proved", "b": "proved", "c": "proved", "d": "macro_hole", "e": "proved"}
    assert "by assumption\ntheorem b" in filling.text and "  · assumption\n  · assumption\n" in filling.text
    assert "theorem c (p : Prop) (hp : p) : p := by assumption\n" in filling.text and "cast_todo p\n" in filling.text
    assert "by exact (rfl : ⟪n⟫ = n + 1)\n" in filling.text


async def test_a_hole_made_by_code_is_a_target_that_cannot_be_filled(filling: Any) -> None:
    text = "theorem a : 1 = 1 := sorryAx _ true\ntheorem b : 1 = 1 := by sorry\n"
    result = await filling(text, "rfl")
    assert filling.codes == {"b": "proved", "a": "macro_hole"} and not result.all_proved


async def test_data_is_no_target_unless_it_is_asked_for(filling: Any) -> None:
    text = "def pick : Nat := sorry\nopaque o : Nat := sorry\ninstance : Inhabited Bool := sorry\n"
    await filling(text, "rfl")
    assert set(filling.codes.values()) == {"data_hole"} and filling.text == text
    await filling("def three : { n : Nat // n = 3 } := ⟨sorry, sorry⟩\n", "rfl", target=":three")
    assert filling.codes == {"three": "proved"}
    assert filling.text == "def three : { n : Nat // n = 3 } := ⟨3, by rfl⟩\n"
    await filling("example : Nat := sorry\nexample : { n : Nat // n = 3 } := ⟨3, sorry⟩\n", "rfl")
    assert set(filling.codes.values()) == {"data_example"}


async def test_a_hole_in_the_statement_is_no_target(filling: Any) -> None:
    text = "theorem t : (sorry : Nat) = 3 := by sorry\ntheorem u : 1 = 1 := h\nwhere h : (sorry : Prop) := sorry\n"
    await filling(text, "rfl", "simp")
    assert filling.codes["t"] == "hole_in_statement" and "proved" not in filling.codes.values()


async def test_the_recursive_hypothesis_is_hidden(filling: Any, opened: Opened) -> None:
    text = "theorem self (n : Nat) : n = n + 1 := by\n  cases n\n  all_goals sorry\n"
    assert await opened(text) == ["self: ⊢ 0 = 0 + 1", "self: n ⊢ n✝ + 1 = n✝ + 1 + 1"]
    await filling(text, "exact self _", "assumption", "simp_all", "exact?", refute_share=0.0)
    assert filling.codes == {"self": "not_proved"}
    await filling(text, "exact self _", "simp")
    assert filling.codes == {"self": "refuted"} and filling.text == text


async def test_a_recursive_call_that_does_not_end_is_an_error_around_the_hole(filling: Any) -> None:
    text = "theorem r (n : Nat) : n = n + 1 := match n with\n  | 0 => r 0\n  | n + 1 => sorry\n"
    await filling(text, "exact r _", "simp_all")
    assert filling.codes == {"r": "errors_around"}


async def test_goals_are_opened_in_their_context_not_from_a_statement(filling: Any, opened: Opened) -> None:
    # With relaxed auto-bound names off, the same text is an error; with it, `n` is a variable of its own.
    assert await opened("theorem t (h : n = 3) : n + 0 = 3 := by sorry\n") == ["t: n h ⊢ n + 0 = 3"]
    await filling(
        "set_option autoImplicit false\ntheorem t (h : n = 3) : n + 0 = 3 := by sorry\ntheorem u : 1 = 1 := by sorry\n",
        "rfl",
    )
    assert filling.codes == {"t": "errors_around", "u": "proved"}


async def test_open_declarations_are_not_premises_unless_asked(filling: Any) -> None:
    text = """theorem lie (n : Nat) : n = n + 1 := by sorry
theorem uses (n : Nat) : n = n + 1 := by
  have := lie n
  sorry
theorem late (n : Nat) : n = n + 1 := by sorry
"""
    await filling(text, "exact lie n", "exact this", "exact late n", "simp", refute_share=0.5)
    assert filling.codes == {"lie": "refuted", "uses": "proved_modulo", "late": "refuted"}
    uses = filling.result.targets[1].verdict
    assert isinstance(uses, ProvedModulo) and uses.open_names == ("lie",)
    await filling(text, "exact lie n", target=":late", assume_open=True)
    assert filling.codes == {"late": "proved_modulo"}


async def test_what_is_proved_earlier_in_a_run_may_be_used(filling: Any) -> None:
    text = "theorem base (n : Nat) : n + 0 = n := by sorry\ntheorem next (n : Nat) : n + 0 = n := by sorry\n"
    await filling(text, "exact base n", "omega")
    assert filling.codes == {"base": "proved", "next": "proved"}
    assert filling.text.endswith("next (n : Nat) : n + 0 = n := by exact base n\n")


async def test_a_statement_about_an_open_definition_is_proved_modulo_it(filling: Any) -> None:
    await filling("def d : Nat := sorry\ntheorem about : d = d := by sorry\n", "rfl")
    assert filling.codes == {"d": "data_hole", "about": "proved_modulo"}


async def test_one_hole_of_several_may_be_chosen_by_its_line(filling: Any) -> None:
    text = "theorem two (n : Nat) : n = n ∧ n + 0 = n := by\n  constructor\n  · sorry\n  · sorry\n"
    result = await filling(text, "rfl", target="#L4")
    verdict = result.targets[0].verdict
    assert isinstance(verdict, Incomplete) and [result.source.position(h.start).line for h in verdict.holes] == [3]
    assert filling.text == text.replace("sorry\n", "rfl\n").replace("rfl", "sorry", 1)
    whole = "mutual\ntheorem a : 1 = 1 := by sorry\ntheorem b : 2 = 2 := by sorry\nend\n"
    await filling(whole, "rfl", target="#L3")
    assert filling.codes == {"b": "proved"} and filling.text.count("sorry") == 1


async def test_jobs_side_by_side_give_the_same(filling: Any, pool: Pool) -> None:
    text = "".join(f"theorem t{i} (n : Nat) : n + {i} = {i} + n := by sorry\n" for i in range(6))
    await filling(text, "omega", jobs=2)
    assert filling.codes == {f"t{i}": "proved" for i in range(6)} and "sorry" not in filling.text
