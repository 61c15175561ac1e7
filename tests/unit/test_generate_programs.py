"""What is proposed for goals about the file's own functions, types and predicates, and for small library types."""

from __future__ import annotations

import pytest

from prover.core.state import Goal, Hypothesis, TacticState
from prover.generate import Portfolio, Request, imports_mathlib
from prover.generate.naming import own_names, own_type, predicate
from prover.generate.view import View


def goal(target: str, *hypotheses: str) -> Goal:
    """Hypotheses as `name : type`; `name : - p` for a proposition whose text does not show that it is one."""
    context: list[Hypothesis] = []
    for text in hypotheses:
        name, kind = text.split(" : ", 1)
        prop = kind.startswith("- ") or any(s in kind for s in "=≠<≤>≥∣∧∨¬∃∀")
        context.append(Hypothesis(name, kind.removeprefix("- "), is_prop=prop))
    return Goal(target, tuple(context))


def texts(target: str, *hypotheses: str, mathlib: bool = False) -> list[str]:
    state = TacticState((goal(target, *hypotheses),), "f")
    return [c.text for c in Portfolio(mathlib=mathlib).propose(Request(state, n=200))]


@pytest.mark.parametrize(
    ("target", "hypotheses", "wanted"),
    [
        ("size (flip t) = size t", ["t : Tree α", "α : Type"], "unhygienic induction t"),
        ("size (flip t) = size t", ["t : Tree α"], "grind [size, flip]"),
        ("f t a = a", ["t : Tree α", "a : ℕ"], "unhygienic induction t generalizing a"),
        ("ins x xs = xs", ["x : ℕ", "xs : List ℕ"], "unhygienic fun_induction ins x xs"),
        ("ins x xs = ys", ["x : ℕ", "xs : List ℕ", "ys : List ℕ"],
         "unhygienic fun_induction ins x xs generalizing ys"),
        ("(ins x xs).length = 1", ["x : ℕ", "xs : List ℕ"], "unhygienic fun_cases ins x xs"),
        ("xs.length = ys.length", ["xs : List α", "ys : List α"],
         "induction xs generalizing ys with | nil => ?_ | cons x xs ih => ?_"),
        ("Even (n + 2)", ["n : ℕ", "h : - Even n"], "unhygienic induction h"),
        ("Even n", ["n : ℕ", "h : - Even (n + 2)"], "unhygienic cases h"),
        ("Even (n + 2)", ["n : ℕ"], "constructor"),
        ("Even (n + 2)", ["n : ℕ", "h : - Even n"], "grind [Even]"),
        ("(if a ≤ b then a else b) = a", ["a : ℕ", "b : ℕ"], "unhygienic split"),
        ("f (if p x then a else b) = a", ["x : ℕ"], "by_cases hc : p x"),
        ("(match g x with\n  | none => 0\n  | some y => y) = a", ["x : ℕ"], "unhygienic cases he : g x"),
        ("p", ["h : (if a then b else c) = d"], "unhygienic split at h"),
        ("len (app xs ys) = len xs", ["xs : List ℕ", "ys : List ℕ"], "generalize app xs ys = e"),
        ("sum (ins x (sort xs)) = x + sum xs", ["x : ℕ", "xs : List ℕ", "ih : sum (sort xs) = sum xs"],
         "rw [← ih]\nclear ih\ngeneralize sort xs = e"),
        ("ok (ins x (sort xs)) = true", ["x : ℕ", "xs : List ℕ", "ih : ok (sort xs) = true"],
         "revert ih\ngeneralize sort xs = e\nintro hg"),
        ("o = none", ["o : Option ℕ"], "cases o with | none => ?_ | some x => ?_"),
        ("x.1 = a", ["x : α × β", "a : α"], "obtain ⟨x1, x2⟩ := x"),
        ("p i", ["i : Fin 3"], "obtain ⟨i, hi⟩ := i"),
        ("(a && b) = (b && a)", ["a : Bool", "b : Bool"], "decide +revert"),
        ("f = g", ["f : ℕ → ℕ", "g : ℕ → ℕ"], "funext x"),
        ("xs ++ ys = zs", ["xs : List α", "ys : List α", "zs : List α"], "unhygienic ext"),
        ("x = 3 ∨ x = 4", ["x : ℤ", "h : x * x - 7 * x + 12 = 0"],
         "have hr : (x - 3) * (x - 4) = 0 := by grind\n"
         "rcases Int.mul_eq_zero.mp hr with hr | hr <;> omega"),
        ("b = c", ["a : ℕ", "b : ℕ", "c : ℕ", "h : (a + 1) * b = (a + 1) * c"],
         "have hc := Nat.eq_of_mul_eq_mul_left (show 0 < a + 1 by omega) h"),
        ("b = 1", ["a : ℕ", "b : ℕ", "g : a ≠ 0", "h : a * b = a"],
         "have hc := Nat.eq_of_mul_eq_mul_left (show 0 < a by omega) (show a * b = a * 1 by omega)"),
        ("n ^ 2 ≤ 2 ^ n", ["n : ℕ", "h : 4 ≤ n"], "induction h with | refl => ?_ | step h ih => ?_"),
        ("a ∣ b + c", ["a : ℕ", "b : ℕ", "c : ℕ", "h : a ∣ b", "g : a ∣ c"],
         "obtain ⟨k, hk⟩ := h\nobtain ⟨k1, hk1⟩ := g"),
        ("d ∣ a.gcd b", ["d : ℕ", "a : ℕ", "b : ℕ", "h : d ∣ a", "g : d ∣ b"], "apply Nat.dvd_gcd"),
    ],
)  # fmt: skip
def test_shapes(target: str, hypotheses: list[str], wanted: str) -> None:
    assert wanted in texts(target, *hypotheses)


def test_own_names_are_those_no_library_has() -> None:
    view = View(goal("t.size = max (Tree.depth t) (f xs.length)", "t : Tree α", "xs : List ℕ", "f : ℕ → ℕ"))
    names = own_names(view, view.statements)
    assert names.functions == () and set(names.members) == {"Tree.size", "Tree.depth"}
    assert own_type(view, "t") == "Tree" and own_type(view, "xs") == "" and own_type(view, "f") == ""


def test_predicates_of_the_context_are_no_predicates_of_the_file() -> None:
    view = View(goal("p x", "p : ℕ → Prop", "x : ℕ", "h : - Sorted xs"))
    assert view.target is not None and predicate(view, view.target) == ""
    assert predicate(view, view.facts[0].statement) == "Sorted"


def test_an_induction_inside_another_one_comes_later() -> None:
    def belief(*hypotheses: str) -> float:
        state = TacticState((goal("f xs = g xs", "xs : List ℕ", *hypotheses),), "f")
        found = Portfolio().propose(Request(state))
        return next(c.log_probability for c in found if c.text.startswith("induction xs with"))

    assert belief("ih : f ys = g ys") < belief() - 0.5


def test_what_loses_nothing_comes_first() -> None:
    found = texts("∀ xs, f xs = g xs", "ys : List ℕ")
    assert found.index("intro xs") < found.index("simp_all" if "simp_all" in found else "simp [f, g]")


def test_moduli_that_refute_an_equation() -> None:
    found = [
        t for t in texts("False", "x : ℤ", "y : ℤ", "h : x ^ 2 - 4 * y = 2") if t.startswith("have hw0 : x ^ 2 % 4")
    ]
    assert found and "x ^ 2 % 4 = 0 ∨ x ^ 2 % 4 = 1" in found[0] and found[0].endswith("omega")


def test_mathlib_is_asked_for_only_where_it_is_imported() -> None:
    hypotheses = ["a : ℝ", "b : ℝ", "h : 0 < a", "g : 0 < b"]
    with_mathlib, without = texts("0 < a * b", *hypotheses, mathlib=True), texts("0 < a * b", *hypotheses)
    hinted = "nlinarith [mul_pos h g, sq_nonneg (a - b), sq_nonneg (a + b), sq_nonneg a, sq_nonneg b]"
    for tactic in ("positivity", "nlinarith", "norm_num", hinted):
        assert tactic in with_mathlib and tactic not in without
    assert "interval_cases n <;> omega" in texts("p n", "n : ℕ", "h : n < 5", mathlib=True)
    assert imports_mathlib(["Mathlib.Tactic"]) and imports_mathlib(["Init", "Mathlib"])
    assert not imports_mathlib(["Init", "MathlibLike", "CoreMath"])
