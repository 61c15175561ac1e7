import CoreMath.Notation

/-! `Even` and `Odd`. -/

universe u

/-- `a` is twice some `r`. -/
def Even {α : Type u} [Add α] (a : α) : Prop :=
  ∃ r, a = r + r

/-- `n` is twice some `m`, and one. -/
def Odd {α : Type u} [Add α] [Mul α] [OfNat α 1] [OfNat α 2] (n : α) : Prop :=
  ∃ m, n = 2 * m + 1

theorem Nat.even_iff {n : ℕ} : Even n ↔ n % 2 = 0 :=
  ⟨fun ⟨_, _⟩ => by omega, fun _ => ⟨n / 2, by omega⟩⟩

theorem Nat.odd_iff {n : ℕ} : Odd n ↔ n % 2 = 1 :=
  ⟨fun ⟨_, _⟩ => by omega, fun _ => ⟨n / 2, by omega⟩⟩

theorem Int.even_iff {n : ℤ} : Even n ↔ n % 2 = 0 :=
  ⟨fun ⟨_, _⟩ => by omega, fun _ => ⟨n / 2, by omega⟩⟩

theorem Int.odd_iff {n : ℤ} : Odd n ↔ n % 2 = 1 :=
  ⟨fun ⟨_, _⟩ => by omega, fun _ => ⟨n / 2, by omega⟩⟩

grind_pattern Nat.even_iff => Even n
grind_pattern Nat.odd_iff => Odd n
grind_pattern Int.even_iff => Even n
grind_pattern Int.odd_iff => Odd n

instance (n : ℕ) : Decidable (Even n) := decidable_of_iff _ Nat.even_iff.symm
instance (n : ℕ) : Decidable (Odd n) := decidable_of_iff _ Nat.odd_iff.symm
instance (n : ℤ) : Decidable (Even n) := decidable_of_iff _ Int.even_iff.symm
instance (n : ℤ) : Decidable (Odd n) := decidable_of_iff _ Int.odd_iff.symm

theorem Nat.not_even_iff_odd {n : ℕ} : ¬Even n ↔ Odd n := by
  rw [Nat.even_iff, Nat.odd_iff]
  omega

theorem Nat.not_odd_iff_even {n : ℕ} : ¬Odd n ↔ Even n := by
  rw [Nat.even_iff, Nat.odd_iff]
  omega

theorem Int.not_even_iff_odd {n : ℤ} : ¬Even n ↔ Odd n := by
  rw [Int.even_iff, Int.odd_iff]
  omega

theorem Int.not_odd_iff_even {n : ℤ} : ¬Odd n ↔ Even n := by
  rw [Int.even_iff, Int.odd_iff]
  omega

theorem even_iff_two_dvd_nat {n : ℕ} : Even n ↔ 2 ∣ n := by
  rw [Nat.even_iff]
  omega

theorem even_iff_two_dvd_int {n : ℤ} : Even n ↔ 2 ∣ n := by
  rw [Int.even_iff]
  omega
