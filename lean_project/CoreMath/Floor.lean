import CoreMath.Notation

/-! Floors and ceilings. -/

universe u

/-- An ordered type whose members lie between integers. -/
class FloorRing (α : Type u) [LE α] [IntCast α] where
  floor : α → ℤ
  ceil : α → ℤ
  gc_coe_floor : ∀ (z : ℤ) (a : α), (z : α) ≤ a ↔ z ≤ floor a
  gc_ceil_coe : ∀ (a : α) (z : ℤ), ceil a ≤ z ↔ a ≤ (z : α)

section

variable {α : Type u} [LE α] [IntCast α] [FloorRing α]

/-- The largest integer that is at most `a`. -/
def Int.floor : α → ℤ := FloorRing.floor

/-- The smallest integer that is at least `a`. -/
def Int.ceil : α → ℤ := FloorRing.ceil

/-- What `r` exceeds its floor by. -/
def Int.fract [Sub α] (r : α) : α := r - (Int.floor r : α)

/-- The largest natural number that is at most `a`; zero where there is none. -/
def Nat.floor (a : α) : ℕ := (Int.floor a).toNat

/-- The smallest natural number that is at least `a`. -/
def Nat.ceil (a : α) : ℕ := (Int.ceil a).toNat

notation "⌊" a "⌋" => Int.floor a
notation "⌈" a "⌉" => Int.ceil a
notation "⌊" a "⌋₊" => Nat.floor a
notation "⌈" a "⌉₊" => Nat.ceil a

theorem Int.le_floor {z : ℤ} {a : α} : z ≤ ⌊a⌋ ↔ (z : α) ≤ a := (FloorRing.gc_coe_floor z a).symm
theorem Int.ceil_le {z : ℤ} {a : α} : ⌈a⌉ ≤ z ↔ a ≤ (z : α) := FloorRing.gc_ceil_coe a z

end

instance : FloorRing ℤ where
  floor a := a
  ceil a := a
  gc_coe_floor _ _ := Iff.rfl
  gc_ceil_coe _ _ := Iff.rfl

instance : FloorRing ℚ where
  floor := Rat.floor
  ceil := Rat.ceil
  gc_coe_floor z a := Rat.le_floor_iff.symm
  gc_ceil_coe a z := by
    have h : -z ≤ (-a).floor ↔ ((-z : ℤ) : ℚ) ≤ -a := Rat.le_floor_iff
    rw [Rat.intCast_neg] at h
    rw [Rat.ceil_eq_neg_floor_neg]
    constructor
    · intro k
      have := h.mp (by omega)
      grind
    · intro k
      have := h.mpr (by grind)
      omega

namespace Nat

theorem le_floor_iff {a : ℚ} {n : ℕ} (h : 0 ≤ a) : n ≤ ⌊a⌋₊ ↔ (n : ℚ) ≤ a := by
  have k : (n : ℤ) ≤ ⌊a⌋ ↔ ((n : ℤ) : ℚ) ≤ a := Int.le_floor
  have z : (0 : ℤ) ≤ ⌊a⌋ := Int.le_floor.mpr (by grind)
  rw [Rat.intCast_natCast] at k
  rw [← k]
  unfold floor
  omega

theorem floor_of_nonpos {a : ℚ} (h : a ≤ 0) : ⌊a⌋₊ = 0 := by
  have k : (1 : ℤ) ≤ ⌊a⌋ ↔ ((1 : ℤ) : ℚ) ≤ a := Int.le_floor
  have : ¬(1 : ℤ) ≤ ⌊a⌋ := fun h => absurd (k.mp h) (by grind)
  unfold floor
  omega

theorem ceil_le {a : ℚ} {n : ℕ} : ⌈a⌉₊ ≤ n ↔ a ≤ (n : ℚ) := by
  have k : ⌈a⌉ ≤ (n : ℤ) ↔ a ≤ ((n : ℤ) : ℚ) := Int.ceil_le
  rw [Rat.intCast_natCast] at k
  rw [← k]
  unfold ceil
  omega

end Nat
