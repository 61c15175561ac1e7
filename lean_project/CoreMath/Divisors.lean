import CoreMath.Interval
import CoreMath.Prime

/-! Divisors, prime factors and Euler's function. -/

noncomputable section

namespace Nat

/-- The divisors of `n`; none of zero. -/
def divisors (n : ℕ) : Finset ℕ := Finset.filter (fun x => x ∣ n) (Finset.Ico 1 (n + 1))

/-- The divisors of `n` other than `n`; none of zero. -/
def properDivisors (n : ℕ) : Finset ℕ := Finset.filter (fun x => x ∣ n) (Finset.Ico 1 n)

/-- The primes that divide `n`; none of zero. -/
def primeFactors (n : ℕ) : Finset ℕ := Finset.filter Nat.Prime (divisors n)

/-- How many numbers below `n` have no factor in common with it. -/
def totient (n : ℕ) : ℕ := (Finset.filter (fun a => Nat.Coprime n a) (Finset.range n)).card

scoped notation "φ" => Nat.totient

@[simp, grind =] theorem mem_divisors {n m : ℕ} : n ∈ divisors m ↔ n ∣ m ∧ m ≠ 0 := by
  unfold divisors
  rw [Finset.mem_filter, Finset.mem_Ico]
  constructor
  · intro ⟨_, d⟩
    exact ⟨d, by omega⟩
  · intro ⟨d, z⟩
    have := Nat.le_of_dvd (by omega) d
    have := Nat.pos_of_dvd_of_pos d (by omega)
    exact ⟨by omega, d⟩

@[simp, grind =] theorem mem_properDivisors {n m : ℕ} : n ∈ properDivisors m ↔ n ∣ m ∧ n < m := by
  unfold properDivisors
  rw [Finset.mem_filter, Finset.mem_Ico]
  constructor
  · intro ⟨_, d⟩
    exact ⟨d, by omega⟩
  · intro ⟨d, lt⟩
    have := Nat.pos_of_dvd_of_pos d (by omega)
    exact ⟨by omega, d⟩

@[simp, grind =] theorem mem_primeFactors {n p : ℕ} : p ∈ primeFactors n ↔ p.Prime ∧ p ∣ n ∧ n ≠ 0 := by
  unfold primeFactors
  rw [Finset.mem_filter, mem_divisors, and_comm]

end Nat
