import CoreMath.Notation

/-! The integer square root. -/

namespace Nat

/-- The root found digit by digit in base four; `fuel` bounds the number of digits. -/
def sqrtDigits : ℕ → ℕ → ℕ
  | 0, _ => 0
  | fuel + 1, n =>
    if n = 0 then 0 else
      let r := 2 * sqrtDigits fuel (n / 4)
      if (r + 1) * (r + 1) ≤ n then r + 1 else r

/-- The largest number whose square is at most `n`. -/
def sqrt (n : ℕ) : ℕ :=
  sqrtDigits n n

theorem sqrtDigits_spec (fuel n : ℕ) (h : n ≤ fuel) :
    sqrtDigits fuel n * sqrtDigits fuel n ≤ n ∧ n < (sqrtDigits fuel n + 1) * (sqrtDigits fuel n + 1) := by
  induction fuel generalizing n with
  | zero =>
    have : n = 0 := by omega
    subst this
    decide
  | succ fuel ih =>
    unfold sqrtDigits
    by_cases z : n = 0
    · subst z
      simp [sqrtDigits]
    · have ⟨lo, hi⟩ := ih (n / 4) (by omega)
      simp only [z, if_false]
      generalize sqrtDigits fuel (n / 4) = s at lo hi
      have a : 4 * (s * s) ≤ n := by omega
      have b : n < 4 * ((s + 1) * (s + 1)) := by omega
      by_cases c : (2 * s + 1) * (2 * s + 1) ≤ n <;> simp only [c, if_true, if_false] <;> grind

theorem sqrt_le (n : ℕ) : sqrt n * sqrt n ≤ n := by
  unfold sqrt
  exact (sqrtDigits_spec n n (Nat.le_refl n)).1

theorem lt_succ_sqrt (n : ℕ) : n < succ (sqrt n) * succ (sqrt n) := by
  unfold sqrt
  exact (sqrtDigits_spec n n (Nat.le_refl n)).2

grind_pattern sqrt_le => sqrt n
grind_pattern lt_succ_sqrt => sqrt n

theorem le_sqrt {m n : ℕ} : m ≤ sqrt n ↔ m * m ≤ n := by
  constructor
  · intro h
    exact Nat.le_trans (Nat.mul_le_mul h h) (sqrt_le n)
  · intro h
    have k := lt_succ_sqrt n
    rcases Nat.lt_or_ge (sqrt n) m with lt | ge
    · have := Nat.mul_le_mul (show succ (sqrt n) ≤ m from lt) (show succ (sqrt n) ≤ m from lt)
      omega
    · exact ge

theorem sqrt_eq (n : ℕ) : sqrt (n * n) = n := by
  apply Nat.le_antisymm
  · rcases Nat.lt_or_ge n (sqrt (n * n)) with lt | ge
    · have a := sqrt_le (n * n)
      have b := Nat.mul_le_mul (show n + 1 ≤ _ from lt) (show n + 1 ≤ _ from lt)
      grind
    · exact ge
  · exact le_sqrt.mpr (Nat.le_refl _)

end Nat
