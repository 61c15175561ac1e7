"""CoreMath: that each definition means what Mathlib's of the same name means, and what `--lite` refuses.

For each definition: values that Mathlib's is known to take, computed by the kernel, and the lemma by which Mathlib
characterises it. The statements of the lemmas are written with Mathlib's arguments, so a change of their order or
of what is implicit fails here.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from prover.api import lite
from prover.api.workplace import workplace
from prover.core.errors import SetupError, UserError
from prover.core.verdict import Proved, Unaudited
from prover.lean import Pool, PoolLimits
from prover.lean.bundled import bundled
from prover.lean.embedded import EmbeddedEngine
from prover.lean.embedded.core_math import compile_core_math
from prover.lean.foundation import CORE_MATH
from prover.lean.source import SourceFile
from prover.verify import Ladder

# CoreMath is compiled on first use: a minute or two on a slow machine.
pytestmark = pytest.mark.timeout(900)

HEADER = (
    "import Mathlib\nimport Aesop\n\nset_option maxHeartbeats 400000\n\nopen BigOperators Real Nat Topology Rat\n\n"
)

MEANINGS = {
    "ℕ, ℤ, ℚ": """
example : ℕ = Nat := rfl
example : ℤ = Int := rfl
example : ℚ = Rat := rfl
example : ((7 : ℕ) / 2, (-7 : ℤ) / 2, (-7 : ℤ) % 2, (3 : ℕ) - 5) = (3, -4, 1, 0) := by decide
example : (1 : ℚ) / 0 = 0 ∧ (7 : ℚ) / 2 = 7 /. 2 ∧ (2 : ℚ) ^ (-1 : ℤ) = 1 / 2 := by decide +kernel
""",
    "ExistsUnique": """
example {α : Sort _} (p : α → Prop) : (∃! x, p x) ↔ ∃ x, p x ∧ ∀ y, p y → y = x := Iff.rfl
example : (∃! x : ℕ, x = 3) ∧ ∃! (x : ℤ), x + 1 = 0 := ⟨⟨3, rfl, fun _ h => h⟩, ⟨-1, by omega, fun _ h => by omega⟩⟩
example : (∃! x < 4, x = 3) ↔ ∃! x, x < 4 ∧ x = 3 := Iff.rfl
""",
    "Nat.iterate": """
example : (fun n => 2 * n)^[10] 1 = 1024 := by decide
example {α : Type _} (f : α → α) (n : ℕ) (x : α) : f^[n + 1] x = f^[n] (f x) := rfl
example {α : Type _} (f : α → α) (n : ℕ) (x : α) : f^[n + 1] x = f (f^[n] x) := Function.iterate_succ_apply' f n x
""",
    "abs": """
example : |(-5 : ℤ)| = 5 ∧ |(5 : ℤ)| = 5 ∧ |(-5 : ℚ) / 2| = 5 / 2 ∧ abs (0 : ℤ) = 0 := by decide +kernel
example (a : ℤ) : |a| = if 0 ≤ a then a else -a := by unfold abs; omega
example (a : ℤ) : |a| = a.natAbs := Int.abs_eq_natAbs a
example (a b : ℤ) : |a| * |b| = |a * b| := by simp only [Int.abs_eq_natAbs, Int.natAbs_mul, Int.natCast_mul]
""",
    "Even, Odd": """
example {α : Type _} [Add α] (a : α) : Even a ↔ ∃ r, a = r + r := Iff.rfl
example (n : ℤ) : Odd n ↔ ∃ m, n = 2 * m + 1 := Iff.rfl
example : Even 0 ∧ ¬Even 1 ∧ Even (-4 : ℤ) ∧ Odd (-3 : ℤ) ∧ Odd 7 ∧ ¬Odd 0 := by decide
example (n : ℕ) : ¬Even n ↔ Odd n := Nat.not_even_iff_odd
example (n : ℕ) : Even n ↔ n % 2 = 0 := Nat.even_iff
example (q : ℚ) : Even q := ⟨q / 2, by grind⟩
""",
    "ModEq": """
example (n a b : ℕ) : a ≡ b [MOD n] ↔ a % n = b % n := Iff.rfl
example (n a b : ℤ) : a ≡ b [ZMOD n] ↔ n ∣ b - a := Int.modEq_iff_dvd
example (n a b : ℕ) : a ≡ b [MOD n] ↔ (n : ℤ) ∣ b - a := Nat.modEq_iff_dvd
example : Nat.ModEq 7 15 1 ∧ ¬15 ≡ 2 [MOD 7] ∧ 5 ≡ 5 [MOD 0] ∧ ¬5 ≡ 6 [MOD 0] ∧ -1 ≡ 6 [ZMOD 7] := by decide
example : Int.ModEq 7 (-15) (-1) ∧ -15 ≡ 6 [ZMOD -7] := by decide
""",
    "factorial": """
example : (0 !, 1 !, 5 !, 10 !) = (1, 1, 120, 3628800) := by decide
example : 5 ! = Nat.factorial 5 ∧ 2 * 3 ! = 12 := by decide
example (n : ℕ) : (n + 1)! = (n + 1) * n ! := Nat.factorial_succ n
""",
    "choose": """
example : (choose 5 2, choose 5 0, choose 0 0, choose 2 5, Nat.choose 10 5) = (10, 1, 1, 0, 252) := by decide
example (n k : ℕ) : choose (n + 1) (k + 1) = choose n k + choose n (k + 1) := Nat.choose_succ_succ n k
example (n k : ℕ) (h : k ≤ n) : choose n k * k ! * (n - k)! = n ! := Nat.choose_mul_factorial_mul_factorial h
""",
    "sqrt": """
example : (Nat.sqrt 0, Nat.sqrt 1, Nat.sqrt 3, Nat.sqrt 4, Nat.sqrt 224) = (0, 1, 1, 2, 14) := by decide
example : Nat.sqrt (10 ^ 40 - 1) = 10 ^ 20 - 1 := by decide +kernel
example (n : ℕ) : n.sqrt * n.sqrt ≤ n ∧ n < succ n.sqrt * succ n.sqrt := ⟨Nat.sqrt_le n, Nat.lt_succ_sqrt n⟩
example (m n : ℕ) : m ≤ n.sqrt ↔ m * m ≤ n := Nat.le_sqrt
""",
    "IsUnit, Irreducible, Prime": """
example (p : ℕ) : Nat.Prime p ↔ 2 ≤ p ∧ ∀ m, m ∣ p → m = 1 ∨ m = p := Nat.prime_def
example (p : ℕ) : Nat.Prime p ↔ _root_.Prime p := Nat.prime_iff
example (p : ℕ) : Nat.Prime p = Irreducible p := rfl
example (n : ℕ) : IsUnit n ↔ n = 1 := Nat.isUnit_iff
example (q : ℚ) : IsUnit q ↔ ∃ b, q * b = 1 ∧ b * q = 1 := isUnit_iff_exists
example : IsUnit (-1 : ℤ) := ⟨-1, by decide⟩
example (q : ℚ) (h : q ≠ 0) : IsUnit q := ⟨q⁻¹, by grind⟩
example : [0, 1, 2, 3, 4, 9, 97, 7919].filter (fun p => decide (Nat.Prime p)) = [2, 3, 97, 7919] := by decide +kernel
example (p m n : ℕ) (h : p.Prime) : p ∣ m * n ↔ p ∣ m ∨ p ∣ n := h.dvd_mul
""",
    "digits": """
example : (Nat.digits 10 123, Nat.digits 2 6, Nat.digits 10 0) = ([3, 2, 1], [0, 1, 1], []) := by decide
example : (Nat.digits 1 3, Nat.digits 0 3, Nat.digits 0 0) = ([1, 1, 1], [3], []) := by decide
example (b n : ℕ) (h : 1 < b) (k : 0 < n) : Nat.digits b n = (n % b) :: Nat.digits b (n / b) := Nat.digits_def' h k
example (b n : ℕ) : Nat.ofDigits b (Nat.digits b n) = n := Nat.ofDigits_digits b n
example : Nat.ofDigits 10 [3, 2, 1] = 123 ∧ Nat.ofDigits (10 : ℤ) [3, 2, 1] = 123 := by decide
""",
    "Set": """
example (s t : Set ℕ) (h : ∀ x, x ∈ s ↔ x ∈ t) : s = t := Set.ext h
example (p : ℕ → Prop) (a : ℕ) : a ∈ {x | p x} ↔ p a := Iff.rfl
example (s : Set ℕ) (a : ℕ) : a ∈ {x ∈ s | x < 3} ↔ a ∈ s ∧ a < 3 := Iff.rfl
example : {x : ℕ | x < 2} = {0, 1} := by ext; grind
example (s t : Set ℕ) (a : ℕ) : a ∈ s \\ t ↔ a ∈ s ∧ a ∉ t := Iff.rfl
example (s t : Set ℕ) (a : ℕ) : (a ∈ s ∪ t ↔ a ∈ s ∨ a ∈ t) ∧ (a ∈ s ∩ t ↔ a ∈ s ∧ a ∈ t) := ⟨Iff.rfl, Iff.rfl⟩
example (s t : Set ℕ) : s ⊆ t ↔ ∀ x, x ∈ s → x ∈ t := Iff.rfl
example (a : ℕ) : a ∉ (∅ : Set ℕ) ∧ a ∈ (Set.univ : Set ℕ) := by simp
example : (fun n : ℕ => 2 * n) '' {x | x < 2} = {0, 2} := by
  ext x
  constructor
  · rintro ⟨a, h, rfl⟩
    simp at *
    omega
  · rintro (rfl | rfl)
    · exact ⟨0, by simp, rfl⟩
    · exact ⟨1, by simp, rfl⟩
example : 3 ∈ (fun n : ℕ => n + 1) ⁻¹' {4} ∧ 6 ∈ Set.range (fun n : ℕ => 2 * n) := ⟨rfl, 3, rfl⟩
example (x : ℚ) : x ∈ Set.Ico 0 1 ↔ 0 ≤ x ∧ x < 1 := Iff.rfl
example : Set.Finite {x : ℕ | x < 2} := ⟨[0, 1], by intro a h; simp at *; omega⟩
example (s : Set ℕ) : s.Finite ↔ ∃ t : Finset ℕ, ∀ a, a ∈ t ↔ a ∈ s :=
  ⟨fun h => h.exists_finset, fun ⟨t, h⟩ => Set.Finite.ofFinset t h⟩
example : Set.Infinite (Set.univ : Set ℕ) := by
  rintro ⟨l, h⟩
  have bound : ∀ l : List ℕ, ∃ n, ∀ a ∈ l, a < n := by
    intro l
    induction l with
    | nil => exact ⟨0, by simp⟩
    | cons b l ih => have ⟨n, k⟩ := ih; exact ⟨n + b + 1, by intro a i; have := k a; grind⟩
  have ⟨n, k⟩ := bound l
  exact absurd (k n (h n trivial)) (by omega)
""",
    "IsLeast, IsGreatest, bounds": """
example (s : Set ℕ) (a : ℕ) : IsLeast s a ↔ a ∈ s ∧ ∀ x, x ∈ s → a ≤ x := isLeast_iff
example (s : Set ℕ) (a : ℕ) : IsGreatest s a ↔ a ∈ s ∧ a ∈ upperBounds s := Iff.rfl
example : IsLeast {n : ℕ | 3 ∣ n ∧ 0 < n} 3 := ⟨⟨⟨1, rfl⟩, by decide⟩, fun a ⟨h, k⟩ => Nat.le_of_dvd k h⟩
example : IsGreatest {n : ℤ | n * n ≤ 10 ∧ n ≤ 3} 3 := ⟨by decide, fun a h => h.2⟩
example : IsLUB (Set.Iio (0 : ℤ)) (-1) := ⟨fun a h => by simp at h; omega, fun b h => h (show (-1 : ℤ) < 0 by decide)⟩
example : BddAbove {n : ℕ | n < 3} ∧ BddBelow (Set.univ : Set ℕ) :=
  ⟨⟨3, fun a h => Nat.le_of_lt h⟩, ⟨0, fun a _ => Nat.zero_le a⟩⟩
""",
    "Monotone": """
example : Monotone (fun n : ℕ => n / 2) ∧ StrictMono (fun n : ℤ => 2 * n) :=
  ⟨fun a b h => by dsimp only; omega, fun a b h => by dsimp only; omega⟩
example (f : ℤ → ℚ) : Antitone f ↔ ∀ a b, a ≤ b → f b ≤ f a := ⟨fun h a b => @h a b, fun h a b => h a b⟩
example (f : ℕ → ℕ) (h : ∀ n, f n < f (n + 1)) : StrictMono f := strictMono_nat_of_lt_succ h
""",
    "Finset": """
example (s t : Finset ℕ) (h : ∀ a, a ∈ s ↔ a ∈ t) : s = t := Finset.ext h
example : ({1, 2, 1} : Finset ℕ) = {2, 1} ∧ Finset.card {1, 2, 1} = 2 ∧ (∅ : Finset ℕ).card = 0 := by decide
example : Finset.range 3 = {0, 1, 2} ∧ (Finset.range 0).card = 0 := by decide
example (n m : ℕ) : m ∈ Finset.range n ↔ m < n := Finset.mem_range
example (p : ℕ → Prop) [DecidablePred p] (s : Finset ℕ) (a : ℕ) : a ∈ Finset.filter p s ↔ a ∈ s ∧ p a :=
  Finset.mem_filter
example : Finset.card (Finset.filter (fun x => x % 19 = 7) (Finset.Icc 100 999)) = 48 := by decide +kernel
example : Finset.image (fun n => n % 3) (Finset.range 10) = {0, 1, 2} := by decide
example : ({1, 2} ∪ {2, 3} : Finset ℕ) = {1, 2, 3} ∧ ({1, 2} ∩ {2, 3} : Finset ℕ) = {2} := by decide
example : ({1, 2} \\ {2, 3} : Finset ℕ) = {1} ∧ Finset.erase {1, 2} 1 = ({2} : Finset ℕ) := by decide
example : ({1} : Finset ℕ) ⊆ {1, 2} ∧ ¬({1, 3} : Finset ℕ) ⊆ {1, 2} := by decide
example : Fintype.card (Fin 5) = 5 ∧ Fintype.card Bool = 2 ∧ (Finset.univ : Finset (Fin 3)) = {2, 0, 1} := by decide
example : Set.ncard {x : ℕ | x < 3} = 3 := Set.ncard_eq_card (t := Finset.range 3) (by simp)
""",
    "intervals": """
example : Finset.Icc 2 4 = ({2, 3, 4} : Finset ℕ) ∧ Finset.Ico 2 4 = ({2, 3} : Finset ℕ) := by decide
example : Finset.Ioc 2 4 = ({3, 4} : Finset ℕ) ∧ Finset.Ioo 2 4 = ({3} : Finset ℕ) := by decide
example : (Finset.Icc 4 2).card = 0 := by decide
example : Finset.Icc (-1) 1 = ({-1, 0, 1} : Finset ℤ) ∧ Finset.Ioo (-1) 1 = ({0} : Finset ℤ) := by decide
example : (Finset.Ioc (-3 : ℤ) 7).card = 10 ∧ Finset.Iic 2 = Finset.range 3 ∧ Finset.Iio 2 = Finset.range 2 := by decide
example (a b x : ℤ) : x ∈ Finset.Icc a b ↔ a ≤ x ∧ x ≤ b := Finset.mem_Icc
example (a b x : ℕ) : x ∈ Finset.Ioo a b ↔ a < x ∧ x < b := Finset.mem_Ioo
""",
    "sum, prod": """
example : ∑ k ∈ Finset.range 5, k ^ 2 = 30 ∧ ∏ k ∈ Finset.Icc 1 5, k = 5 ! := by decide
example : ∑ k in Finset.range 0, k = 0 ∧ ∏ k in Finset.range 0, k = 1 := by decide
example (f : ℕ → ℚ) (n : ℕ) : ∑ k ∈ Finset.range (n + 1), f k = ∑ k ∈ Finset.range n, f k + f n :=
  Finset.sum_range_succ f n
example (f : ℕ → ℤ) (n : ℕ) : ∏ k in Finset.range (n + 1), f k = (∏ k in Finset.range n, f k) * f n :=
  Finset.prod_range_succ f n
example (f : ℕ → ℕ) (m n : ℕ) (h : m ≤ n + 1) :
    ∑ k ∈ Finset.Icc m (n + 1), f k = ∑ k ∈ Finset.Icc m n, f k + f (n + 1) :=
  Finset.sum_Icc_succ_top h f
example (s : Finset ℕ) (a : ℕ) (f : ℕ → ℚ) (h : a ∉ s) : ∑ x ∈ insert a s, f x = f a + ∑ x ∈ s, f x :=
  Finset.sum_insert h
example (s : Finset ℕ) (a : ℕ) (f : ℕ → ℤ) (h : a ∉ s) : ∏ x ∈ insert a s, f x = f a * ∏ x ∈ s, f x :=
  Finset.prod_insert h
example (s : Finset ℕ) : s.card = ∑ _x ∈ s, 1 := Finset.card_eq_sum_ones s
example : ∑ k ∈ Finset.range 3, 2 * k + 1 = 7 ∧ ∑ k ∈ Finset.range 3, (2 * k + 1) = 9 := by decide
example : ∑ k ∈ Finset.range 10 with k % 2 = 0, k = 20 ∧ ∑ i : Fin 4, (i : ℕ) = 6 := by decide
example : ∑ k : ℕ in Finset.Icc 1 3, (1 : ℚ) / k = 11 / 6 := by decide +kernel
example (s : Finset ℕ) (f : ℕ → ℕ) : s.sum f = ∑ k ∈ s, f k := rfl
def total (n : ℕ) : ℕ := ∑ k ∈ Finset.range n, k
example : total 4 = 6 := by decide
""",
    "divisors, totient": """
example : Nat.divisors 12 = {1, 2, 3, 4, 6, 12} ∧ Nat.divisors 0 = ∅ ∧ Nat.divisors 1 = {1} := by decide
example : Nat.properDivisors 12 = {1, 2, 3, 4, 6} ∧ Nat.properDivisors 1 = ∅ := by decide
example (n m : ℕ) : n ∈ Nat.divisors m ↔ n ∣ m ∧ m ≠ 0 := Nat.mem_divisors
example (n m : ℕ) : n ∈ Nat.properDivisors m ↔ n ∣ m ∧ n < m := Nat.mem_properDivisors
example : Nat.primeFactors 60 = {2, 3, 5} ∧ Nat.primeFactors 0 = ∅ ∧ Nat.primeFactors 1 = ∅ := by decide
example : (φ 1, φ 9, φ 10, Nat.totient 0) = (1, 6, 4, 0) := by decide
example : ∑ k in Nat.properDivisors 28, k = 28 := by decide +kernel
""",
    "floor, ceil": """
example : (⌊(7 : ℚ) / 2⌋, ⌊(-7 : ℚ) / 2⌋, ⌈(7 : ℚ) / 2⌉, ⌈(-7 : ℚ) / 2⌉, ⌊(3 : ℚ)⌋) = (3, -4, 4, -3, 3) := by
  decide +kernel
example : (⌊(7 : ℚ) / 2⌋₊, ⌊(-7 : ℚ) / 2⌋₊, ⌈(7 : ℚ) / 2⌉₊, Int.fract ((7 : ℚ) / 2)) = (3, 0, 4, 1 / 2) := by
  decide +kernel
example (z : ℤ) (q : ℚ) : z ≤ ⌊q⌋ ↔ (z : ℚ) ≤ q := Int.le_floor
example (z : ℤ) (q : ℚ) : ⌈q⌉ ≤ z ↔ q ≤ (z : ℚ) := Int.ceil_le
example (n : ℕ) (q : ℚ) (h : 0 ≤ q) : n ≤ ⌊q⌋₊ ↔ (n : ℚ) ≤ q := Nat.le_floor_iff h
example (q : ℚ) (h : q ≤ 0) : ⌊q⌋₊ = 0 := Nat.floor_of_nonpos h
example (n : ℕ) (q : ℚ) : ⌈q⌉₊ ≤ n ↔ q ≤ (n : ℚ) := Nat.ceil_le
""",
}

#: What does not exist here, or would mean something else, must not elaborate. Each with a name to be reported.
REFUSED = {
    "theorem t (x : ℝ) : x = x := by sorry": "ℝ",
    "theorem t : Real.sqrt 4 = 2 := by sorry": "Real.sqrt",
    "theorem t (x : ℚ) : x < π := by sorry": "π",
    "theorem t : √4 = 2 := by sorry": "√4",
    "theorem t (z : ℂ) : z.re = 0 := by sorry": "ℂ",
    "theorem t (a : ZMod 7) : a = a := by sorry": "ZMod",
    "theorem t (f : ℚ[X]) : f = f := by sorry": "X",
    "theorem t (n : ℕ) : n! = 1 := by sorry": "n!",
    "theorem t (n : ℕ) : ∑ k in Finset.range n, k = k := by sorry": "k",
    "theorem t (s : Finset ℕ) (h : s.sup id = 3) : 0 < 1 := by sorry": "sup",
}

#: Elaborates under Mathlib with a meaning that has no counterpart here: refused, with nothing to name.
MEANT_OTHERWISE = [
    "theorem t (s : Finset ℕ) : {x ∈ s | x < 3}.card ≤ 3 := by sorry",
    "theorem t (s : Finset ℕ) : {x ∈ s | x < 3} = s := by sorry",
    "theorem t (f g : ℕ → ℕ) : f + g = g + f := by sorry",
    "theorem t (x : ℚ) : x ∣ 1 := by sorry",
    "theorem t (s t : Set ℕ) (h : s ≤ t) : s = t := by sorry",
    "theorem t (f : ℕ → ℕ) : 2 • f = f + f := by sorry",
    "theorem t (n : ℕ+) : 0 < n := by sorry",
    "theorem t (n : ℕ) : |n| = n := by sorry",
    "theorem t : ⌊7 / 2⌋ = 3 := by sorry",
    "theorem t (s : Finset ℕ) (h : IsLeast s 3) : 3 ∈ s := by sorry",
    "theorem t (s : Set ℕ) (x : s) : x.1 ∈ s := by sorry",
]


@pytest.fixture(scope="module")
def lite_engine() -> EmbeddedEngine:
    return EmbeddedEngine.open(bundled("lean_project"), core_math=True)


@pytest.fixture(scope="module")
async def lite_pool(lite_engine: EmbeddedEngine) -> AsyncIterator[Pool]:
    async with Pool(lite_engine, PoolLimits(size=2, spares=0), foundation=CORE_MATH) as pool:
        yield pool


@pytest.mark.parametrize("name", MEANINGS)
async def test_means_what_mathlib_means(name: str, lite_pool: Pool) -> None:
    unresolved = await lite.resolve(lite_pool, SourceFile("t.lean", (HEADER + MEANINGS[name]).encode()), seconds=120)
    assert unresolved is None, [(m.start, m.text) for m in unresolved.errors]


async def test_a_wrong_value_is_noticed(lite_pool: Pool) -> None:
    text = HEADER + "example : 5 ! = 121 := by decide\n"
    source = SourceFile("t.lean", text.encode())
    unresolved = await lite.resolve(lite_pool, source, seconds=120)
    assert unresolved is not None and unresolved.names == ()
    with pytest.raises(UserError) as refused:
        await lite.founded_on(lite_pool, source)
    assert refused.value.code == "lite_unresolved"
    assert await lite.founded_on(lite_pool, source, finished=True) == "CoreMath", (
        "a wrong proof is the verdict's affair"
    )


async def test_without_the_option_both_ways_out_are_named(lite_engine: EmbeddedEngine) -> None:
    async with Pool(lite_engine, PoolLimits(size=1, spares=0)) as pool:
        with pytest.raises(UserError) as refused:
            async with pool.lease(["Init", "Mathlib"]):
                pass
    assert refused.value.code == "mathlib_on_embedded"
    assert "--lite" in refused.value.hint and "native engine" in refused.value.hint


@pytest.mark.parametrize("text", REFUSED)
async def test_names_that_are_not_there_are_reported(text: str, lite_pool: Pool) -> None:
    unresolved = await lite.resolve(lite_pool, SourceFile("t.lean", f"{HEADER}{text}\n".encode()), seconds=60)
    assert unresolved is not None and REFUSED[text] in unresolved.names


@pytest.mark.parametrize("text", MEANT_OTHERWISE)
async def test_what_would_mean_something_else_is_refused(text: str, lite_pool: Pool) -> None:
    unresolved = await lite.resolve(lite_pool, SourceFile("t.lean", f"{HEADER}{text}\n".encode()), seconds=60)
    assert unresolved is not None and unresolved.errors and unresolved.first


async def test_goals_are_printed_as_under_mathlib(lite_pool: Pool) -> None:
    """Recorded: what Lean with Mathlib printed for these statements."""
    recorded = {
        "(a b : ℕ) (h : Nat.Prime a) (k : |(b : ℤ) - 22| = 15) : a ! ≡ 1 [MOD b]": (
            "a b : ℕ\nh : a.Prime\nk : |↑b - 22| = 15\n⊢ a ! ≡ 1 [MOD b]"
        ),
        "(S : Set ℕ) (v : ℕ) (h : IsLeast (S \\ {v}) 3) : (v + 3 : ℚ) / 2 = 64": (
            "S : Set ℕ\nv : ℕ\nh : IsLeast (S \\ {v}) 3\n⊢ (↑v + 3) / 2 = 64"
        ),
        ": ∑ k in Finset.Icc 1 9, 11 ^ k - 2 = ∏ k in Nat.divisors 30, k": (
            "⊢ ∑ k ∈ Finset.Icc 1 9, 11 ^ k - 2 = ∏ k ∈ divisors 30, k"
        ),
        ": IsGreatest { n : ℕ | 15 ^ n ∣ 942! } 233": "⊢ IsGreatest {n | 15 ^ n ∣ 942!} 233",
    }
    text = HEADER + "".join(f"theorem t{n} {s} := by sorry\n" for n, s in enumerate(recorded))
    async with lite_pool.lease(["Init", "Mathlib"]) as worker:
        header = await worker.read_header(text)
        worker.clean = False
        found = await worker.elaborate(worker.env, text, start=header.end, holes=True)
    assert found.clean
    shown = [hole.goals.goals[0].text for hole in found.holes if hole.goals is not None]
    assert shown == list(recorded.values())


async def test_automatic_variables_are_off_and_cannot_be_asked_for(lite_pool: Pool) -> None:
    text = HEADER + "set_option autoImplicit true in\ntheorem t (x : ℝ) : x = x := by sorry\n"
    with pytest.raises(UserError) as refused:
        await lite.resolve(lite_pool, SourceFile("t.lean", text.encode()), seconds=60)
    assert refused.value.code == "lite_auto_implicit"


async def test_a_file_without_mathlib_is_left_alone(lite_pool: Pool) -> None:
    source = SourceFile("t.lean", b"theorem t : 1 = 1 := by sorry\n")
    assert await lite.founded_on(lite_pool, source) is None
    async with lite_pool.lease(["Init"]) as worker:
        assert worker.header == ("Init",)


async def test_the_label_stands_in_the_report_and_the_module_is_trusted_only_by_name(lite_pool: Pool) -> None:
    reference = HEADER + "theorem t (n : ℕ) : ∑ k in Finset.range n, 0 = 0 := by sorry\n"
    proof = "\n  induction n with\n  | zero => rfl\n  | succ n ih => rw [Finset.sum_range_succ, ih]\n"
    submission = reference.replace(" sorry\n", proof)
    trusting = await Ladder(lite_pool, foundation=CORE_MATH).check(submission, reference=reference)
    assert isinstance(trusting["t"], Proved), trusting["t"]
    assert trusting["t"].report["foundation"] == "CoreMath"
    assert any("not Mathlib" in line for line in trusting["t"].report["uncovered"])
    strict = await Ladder(lite_pool).check(submission, reference=reference)
    assert isinstance(strict["t"], Unaudited)


async def test_modules_of_the_users_own_are_refused(lite_engine: EmbeddedEngine, tmp_path: Path) -> None:
    (tmp_path / "CoreMath").mkdir()
    for module in ("CoreMath/Mine", "Mine"):
        (tmp_path / f"{module}.lean").write_text("theorem mine : 1 = 1 := rfl\n")
        path = tmp_path / "F.lean"
        name = module.replace("/", ".")
        path.write_text(f"import Mathlib\nimport {name}\ntheorem t : 1 = 1 := by sorry\n")
        with pytest.raises(UserError) as refused:
            limits = PoolLimits(size=1, spares=0)
            async with workplace(lite_engine, limits, SourceFile.read(path), lambda *_: None, CORE_MATH):
                pass
        assert refused.value.code == "lite_imports" and name in refused.value.message


async def test_a_module_below_core_math_is_not_found_behind_it(lite_engine: EmbeddedEngine, tmp_path: Path) -> None:
    (tmp_path / "CoreMath").mkdir()
    compiled = (lite_engine.projects[0] / "CoreMath.olean").read_bytes()
    for module in ("CoreMath/Mine", "Mine"):
        (tmp_path / f"{module}.olean").write_bytes(compiled)
    engine = replace(lite_engine, projects=(*lite_engine.projects, tmp_path))
    async with Pool(engine, PoolLimits(size=1, spares=0), foundation=CORE_MATH) as pool:
        async with pool.lease(["Init", "Mine"]) as worker:
            assert worker.header == ("Init", "Mine")
        with pytest.raises(UserError) as refused:
            async with pool.lease(["Init", "CoreMath.Mine"]):
                pass
    assert refused.value.code == "missing_import"


@pytest.mark.parametrize(
    "line",
    [
        "theorem bad : False := sorry",
        pytest.param("axiom bad : False", marks=pytest.mark.slow),
        pytest.param("theorem bad : False := rfl", marks=pytest.mark.slow),
    ],
)
def test_a_library_with_a_hole_or_an_axiom_is_not_compiled(
    line: str, lite_engine: EmbeddedEngine, tmp_path: Path
) -> None:
    (tmp_path / "CoreMath").mkdir()
    (tmp_path / "Pack.lean").write_bytes((bundled("lean_project") / "Pack.lean").read_bytes())
    (tmp_path / "CoreMath.lean").write_text("import CoreMath.Bad\n")
    (tmp_path / "CoreMath" / "Bad.lean").write_text(line + "\n")
    with pytest.raises(SetupError) as refused:
        compile_core_math(lite_engine.installation, tmp_path)
    assert "bad" in refused.value.message or "mismatch" in refused.value.message


@pytest.mark.slow
def test_the_command_says_over_what(lean_home: Callable[..., Any], tmp_path: Path) -> None:
    path = tmp_path / "F.lean"
    text = HEADER + "theorem t : (∑ k in Finset.range 11, k) % 9 = 1 := by\n  sorry\n"
    path.write_text(text)
    ran = lean_home(path, "--lite", "--json")
    document = json.loads(ran)
    assert document["foundation"] == "CoreMath" and document["targets"][0]["proved"]
    assert document["targets"][0]["line"] == text[: text.index("theorem")].count("\n") + 1
    assert "import Mathlib" not in document["diff"]


@pytest.fixture
def lean_home(capfd: pytest.CaptureFixture[str]) -> Callable[..., str]:
    from prover.cli.app import run

    def ran(*words: str | Path) -> str:
        run([str(word) for word in words])
        return capfd.readouterr().out

    return ran
