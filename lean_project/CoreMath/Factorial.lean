import CoreMath.Notation

/-! Factorials and binomial coefficients. -/

namespace Nat

/-- `1 * 2 * ... * n`. -/
def factorial : ℕ → ℕ
  | 0 => 1
  | n + 1 => (n + 1) * factorial n

scoped notation:10000 n "!" => Nat.factorial n

@[simp, grind =] theorem factorial_zero : factorial 0 = 1 := rfl
@[grind =] theorem factorial_succ (n : ℕ) : factorial (n + 1) = (n + 1) * factorial n := rfl

theorem factorial_pos (n : ℕ) : 0 < factorial n := by
  induction n with
  | zero => decide
  | succ n ih => exact Nat.mul_pos (by omega) ih

grind_pattern factorial_pos => factorial n

/-- The number of ways to choose `k` of `n` things. -/
def choose : ℕ → ℕ → ℕ
  | _, 0 => 1
  | 0, _ + 1 => 0
  | n + 1, k + 1 => choose n k + choose n (k + 1)

@[simp, grind =] theorem choose_zero_right (n : ℕ) : choose n 0 = 1 := by
  cases n <;> rfl

@[simp, grind =] theorem choose_zero_succ (k : ℕ) : choose 0 (k + 1) = 0 := rfl

@[grind =] theorem choose_succ_succ (n k : ℕ) : choose (n + 1) (k + 1) = choose n k + choose n (k + 1) := rfl

theorem choose_succ_succ' (n k : ℕ) : choose (n + 1) (k + 1) = choose n k + choose n (k + 1) := rfl

theorem choose_eq_zero_of_lt : ∀ {n k : ℕ}, n < k → choose n k = 0
  | 0, 0, h => absurd h (by omega)
  | 0, _ + 1, _ => rfl
  | n + 1, 0, h => absurd h (by omega)
  | n + 1, k + 1, h => by
    rw [choose_succ_succ, choose_eq_zero_of_lt (by omega), choose_eq_zero_of_lt (by omega)]

@[simp] theorem choose_self (n : ℕ) : choose n n = 1 := by
  induction n with
  | zero => rfl
  | succ n ih => rw [choose_succ_succ, ih, choose_eq_zero_of_lt (by omega)]

@[simp] theorem choose_one_right (n : ℕ) : choose n 1 = n := by
  induction n with
  | zero => rfl
  | succ n ih => rw [choose_succ_succ, ih, choose_zero_right]; omega

theorem choose_pos : ∀ {n k : ℕ}, k ≤ n → 0 < choose n k
  | 0, 0, _ => by decide
  | n + 1, 0, _ => by simp
  | n + 1, k + 1, h => by
    rw [choose_succ_succ]
    exact Nat.add_pos_left (choose_pos (by omega)) _

theorem choose_mul_factorial_mul_factorial : ∀ {n k : ℕ}, k ≤ n → choose n k * factorial k * factorial (n - k) = factorial n
  | 0, 0, _ => rfl
  | n + 1, 0, _ => by simp
  | n + 1, k + 1, h => by
    rcases Nat.lt_or_ge n (k + 1) with lt | ge
    · have : k = n := by omega
      subst this
      simp
    · have one := choose_mul_factorial_mul_factorial (n := n) (k := k) (by omega)
      have two := choose_mul_factorial_mul_factorial (n := n) (k := k + 1) ge
      have e : n + 1 - (k + 1) = n - k := by omega
      have f : n - k = (n - (k + 1)) + 1 := by omega
      rw [choose_succ_succ, e]
      rw [f] at one ⊢
      simp only [factorial_succ] at one two ⊢
      have g : n + 1 = (k + 1) + (n - (k + 1) + 1) := by omega
      grind

end Nat
