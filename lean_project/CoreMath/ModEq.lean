import CoreMath.Notation

/-! Congruences of natural numbers and of integers. -/

/-- `a` and `b` leave the same remainder when divided by `n`. -/
def Nat.ModEq (n a b : ℕ) : Prop :=
  a % n = b % n

/-- `a` and `b` leave the same remainder when divided by `n`. -/
def Int.ModEq (n a b : ℤ) : Prop :=
  a % n = b % n

notation:50 a " ≡ " b " [MOD " n "]" => Nat.ModEq n a b
notation:50 a " ≡ " b " [ZMOD " n "]" => Int.ModEq n a b

instance (n a b : ℕ) : Decidable (Nat.ModEq n a b) := inferInstanceAs (Decidable (a % n = b % n))
instance (n a b : ℤ) : Decidable (Int.ModEq n a b) := inferInstanceAs (Decidable (a % n = b % n))

@[grind =] theorem Nat.modEq_iff_mod_eq {n a b : ℕ} : a ≡ b [MOD n] ↔ a % n = b % n := Iff.rfl
@[grind =] theorem Int.modEq_iff_emod_eq {n a b : ℤ} : a ≡ b [ZMOD n] ↔ a % n = b % n := Iff.rfl

namespace Nat.ModEq

@[refl] protected theorem refl {n : ℕ} (a : ℕ) : a ≡ a [MOD n] := rfl

@[symm] protected theorem symm {n a b : ℕ} (h : a ≡ b [MOD n]) : b ≡ a [MOD n] := Eq.symm h

protected theorem trans {n a b c : ℕ} (h : a ≡ b [MOD n]) (k : b ≡ c [MOD n]) : a ≡ c [MOD n] := Eq.trans h k

protected theorem add {n a b c d : ℕ} (h : a ≡ b [MOD n]) (k : c ≡ d [MOD n]) : a + c ≡ b + d [MOD n] := by
  unfold Nat.ModEq at *
  rw [Nat.add_mod, h, k, ← Nat.add_mod]

protected theorem mul {n a b c d : ℕ} (h : a ≡ b [MOD n]) (k : c ≡ d [MOD n]) : a * c ≡ b * d [MOD n] := by
  unfold Nat.ModEq at *
  rw [Nat.mul_mod, h, k, ← Nat.mul_mod]

protected theorem pow {n a b : ℕ} (m : ℕ) (h : a ≡ b [MOD n]) : a ^ m ≡ b ^ m [MOD n] := by
  unfold Nat.ModEq at *
  rw [Nat.pow_mod, h, ← Nat.pow_mod]

end Nat.ModEq

namespace Int.ModEq

@[refl] protected theorem refl {n : ℤ} (a : ℤ) : a ≡ a [ZMOD n] := rfl

@[symm] protected theorem symm {n a b : ℤ} (h : a ≡ b [ZMOD n]) : b ≡ a [ZMOD n] := Eq.symm h

protected theorem trans {n a b c : ℤ} (h : a ≡ b [ZMOD n]) (k : b ≡ c [ZMOD n]) : a ≡ c [ZMOD n] := Eq.trans h k

protected theorem add {n a b c d : ℤ} (h : a ≡ b [ZMOD n]) (k : c ≡ d [ZMOD n]) : a + c ≡ b + d [ZMOD n] := by
  unfold Int.ModEq at *
  rw [Int.add_emod, h, k, ← Int.add_emod]

protected theorem mul {n a b c d : ℤ} (h : a ≡ b [ZMOD n]) (k : c ≡ d [ZMOD n]) : a * c ≡ b * d [ZMOD n] := by
  unfold Int.ModEq at *
  rw [Int.mul_emod, h, k, ← Int.mul_emod]

end Int.ModEq

theorem Int.modEq_iff_dvd {n a b : ℤ} : a ≡ b [ZMOD n] ↔ n ∣ b - a := by
  unfold Int.ModEq
  rw [eq_comm]
  exact Int.emod_eq_emod_iff_emod_sub_eq_zero.trans (Int.dvd_iff_emod_eq_zero).symm

theorem Nat.modEq_iff_dvd {n a b : ℕ} : a ≡ b [MOD n] ↔ (n : ℤ) ∣ b - a := by
  rw [← Int.modEq_iff_dvd]
  unfold Nat.ModEq Int.ModEq
  omega

theorem Int.natCast_modEq_iff {a b n : ℕ} : (a : ℤ) ≡ b [ZMOD n] ↔ a ≡ b [MOD n] := by
  unfold Nat.ModEq Int.ModEq
  omega
