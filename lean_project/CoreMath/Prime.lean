import CoreMath.Root

/-! Units, irreducible and prime elements, and prime numbers. -/

universe u

/-- `a` divides one from both sides. -/
def IsUnit {α : Type u} [Mul α] [OfNat α 1] (a : α) : Prop :=
  ∃ b, a * b = 1 ∧ b * a = 1

theorem isUnit_iff_exists {α : Type u} [Mul α] [OfNat α 1] {a : α} : IsUnit a ↔ ∃ b, a * b = 1 ∧ b * a = 1 := Iff.rfl

/-- `p` is no unit, and one of the factors of every product that equals `p` is. -/
structure Irreducible {α : Type u} [Mul α] [OfNat α 1] (p : α) : Prop where
  not_isUnit : ¬IsUnit p
  isUnit_or_isUnit ⦃a b : α⦄ : p = a * b → IsUnit a ∨ IsUnit b

/-- `p` is neither zero nor a unit, and divides a factor of each product that it divides. -/
def Prime {α : Type u} [Mul α] [OfNat α 0] [OfNat α 1] [Dvd α] (p : α) : Prop :=
  p ≠ 0 ∧ ¬IsUnit p ∧ ∀ a b, p ∣ a * b → p ∣ a ∨ p ∣ b

namespace Nat

theorem isUnit_iff {n : ℕ} : IsUnit n ↔ n = 1 :=
  ⟨fun ⟨_, h, _⟩ => Nat.eq_one_of_mul_eq_one_right h, fun h => ⟨1, by subst h; decide⟩⟩

/-- A prime number: irreducible among the natural numbers. -/
def Prime (p : ℕ) : Prop :=
  Irreducible p

theorem prime_def {p : ℕ} : p.Prime ↔ 2 ≤ p ∧ ∀ m, m ∣ p → m = 1 ∨ m = p := by
  constructor
  · intro ⟨no, h⟩
    rw [isUnit_iff] at no
    have z : p ≠ 0 := by
      intro z
      have := @h 0 0 (by omega)
      simp only [isUnit_iff] at this
      omega
    refine ⟨by omega, fun m ⟨k, e⟩ => ?_⟩
    have := h e
    simp only [isUnit_iff] at this
    rcases this with r | r
    · exact .inl r
    · exact .inr (by rw [e, r, Nat.mul_one])
  · intro ⟨two, h⟩
    refine ⟨by rw [isUnit_iff]; omega, fun a b e => ?_⟩
    simp only [isUnit_iff]
    rcases h a ⟨b, e⟩ with r | r
    · exact .inl r
    · refine .inr (Nat.eq_of_mul_eq_mul_left (show 0 < p by omega) ?_)
      rw [Nat.mul_one]
      conv => rhs; rw [e]
      rw [r]

theorem Prime.two_le {p : ℕ} (h : p.Prime) : 2 ≤ p := (prime_def.mp h).1
theorem Prime.pos {p : ℕ} (h : p.Prime) : 0 < p := by have := h.two_le; omega
theorem Prime.one_lt {p : ℕ} (h : p.Prime) : 1 < p := h.two_le
theorem Prime.ne_zero {p : ℕ} (h : p.Prime) : p ≠ 0 := by have := h.two_le; omega
theorem Prime.ne_one {p : ℕ} (h : p.Prime) : p ≠ 1 := by have := h.two_le; omega

theorem Prime.eq_one_or_self_of_dvd {p : ℕ} (h : p.Prime) (m : ℕ) (d : m ∣ p) : m = 1 ∨ m = p :=
  (prime_def.mp h).2 m d

grind_pattern Prime.two_le => Prime p
grind_pattern Prime.eq_one_or_self_of_dvd => Prime p, m ∣ p

theorem not_prime_zero : ¬Nat.Prime 0 := fun h => absurd h.two_le (by decide)
theorem not_prime_one : ¬Nat.Prime 1 := fun h => absurd h.two_le (by decide)

theorem Prime.eq_two_or_odd {p : ℕ} (h : p.Prime) : p = 2 ∨ p % 2 = 1 := by
  rcases Nat.mod_two_eq_zero_or_one p with e | o
  · rcases h.eq_one_or_self_of_dvd 2 (Nat.dvd_of_mod_eq_zero e) with r | r <;> omega
  · exact .inr o

theorem Prime.coprime_or_dvd {p : ℕ} (h : p.Prime) (a : ℕ) : Nat.Coprime p a ∨ p ∣ a := by
  rcases h.eq_one_or_self_of_dvd _ (Nat.gcd_dvd_left p a) with r | r
  · exact .inl r
  · exact .inr (r ▸ Nat.gcd_dvd_right p a)

/-- Euclid's lemma. -/
theorem Prime.dvd_mul {p m n : ℕ} (h : p.Prime) : p ∣ m * n ↔ p ∣ m ∨ p ∣ n := by
  constructor
  · intro d
    rcases h.coprime_or_dvd m with c | c
    · exact .inr (c.dvd_of_dvd_mul_left d)
    · exact .inl c
  · rintro (d | d)
    · exact Nat.dvd_mul_right_of_dvd d n
    · exact Nat.dvd_mul_left_of_dvd d m

theorem Prime.dvd_of_dvd_pow {p m n : ℕ} (h : p.Prime) (d : p ∣ m ^ n) : p ∣ m := by
  induction n with
  | zero => exact absurd (Nat.eq_one_of_dvd_one d) h.ne_one
  | succ n ih =>
    rw [Nat.pow_succ] at d
    rcases h.dvd_mul.mp d with r | r
    · exact ih r
    · exact r

theorem prime_iff {p : ℕ} : p.Prime ↔ _root_.Prime p := by
  constructor
  · intro h
    refine ⟨h.ne_zero, ?_, fun a b => h.dvd_mul.mp⟩
    rw [isUnit_iff]
    exact h.ne_one
  · intro ⟨z, u, h⟩
    rw [isUnit_iff] at u
    refine ⟨by rw [isUnit_iff]; exact u, fun a b e => ?_⟩
    simp only [isUnit_iff]
    rcases h a b (e ▸ Nat.dvd_refl p) with ⟨k, d⟩ | ⟨k, d⟩
    · right
      have : p * (k * b) = p * 1 := by
        rw [← Nat.mul_assoc, ← d, ← e, Nat.mul_one]
      exact Nat.eq_one_of_mul_eq_one_left (Nat.eq_of_mul_eq_mul_left (by omega) this)
    · left
      have : p * (a * k) = p * 1 := by
        rw [Nat.mul_left_comm, ← d, ← e, Nat.mul_one]
      exact Nat.eq_one_of_mul_eq_one_right (Nat.eq_of_mul_eq_mul_left (by omega) this)

theorem prime_iff_sqrt {p : ℕ} : p.Prime ↔ 2 ≤ p ∧ ∀ m, m < sqrt p + 1 → 2 ≤ m → ¬m ∣ p := by
  constructor
  · intro h
    refine ⟨h.two_le, fun m lt two d => ?_⟩
    have sq : m * m ≤ p := le_sqrt.mp (by omega)
    rcases h.eq_one_or_self_of_dvd m d with r | r
    · omega
    · subst r
      have := Nat.mul_le_mul_right m two
      have := h.two_le
      omega
  · intro ⟨two, h⟩
    refine prime_def.mpr ⟨two, fun m ⟨k, e⟩ => ?_⟩
    rcases Nat.lt_or_ge m 2 with small | big
    · rcases (show m = 0 ∨ m = 1 by omega) with z | o
      · rw [z, Nat.zero_mul] at e
        omega
      · exact .inl o
    rcases Nat.lt_or_ge k 2 with ksmall | kbig
    · rcases (show k = 0 ∨ k = 1 by omega) with z | o
      · rw [z, Nat.mul_zero] at e
        omega
      · exact .inr (by rw [e, o, Nat.mul_one])
    exfalso
    rcases Nat.le_total m k with le | le
    · have : m * m ≤ p := by rw [e]; exact Nat.mul_le_mul_left m le
      exact h m (by have := le_sqrt.mpr this; omega) big ⟨k, e⟩
    · have : k * k ≤ p := by rw [e]; exact Nat.mul_le_mul_right k le
      exact h k (by have := le_sqrt.mpr this; omega) kbig ⟨m, by rw [e, Nat.mul_comm]⟩

/-- No number from 2 up to `k`, `k` left out, divides `p`. -/
def noDivisorBelow (p : ℕ) : ℕ → Bool
  | 0 => true
  | m + 1 => (decide (m < 2) || decide (p % m ≠ 0)) && noDivisorBelow p m

theorem noDivisorBelow_iff (p k : ℕ) : noDivisorBelow p k = true ↔ ∀ m, m < k → 2 ≤ m → ¬m ∣ p := by
  induction k with
  | zero => exact ⟨fun _ m h => absurd h (by omega), fun _ => rfl⟩
  | succ k ih =>
    unfold noDivisorBelow
    have : (decide (k < 2) || decide (p % k ≠ 0)) = true ↔ (2 ≤ k → ¬k ∣ p) := by
      rw [Bool.or_eq_true, decide_eq_true_iff, decide_eq_true_iff, Nat.dvd_iff_mod_eq_zero]
      omega
    rw [Bool.and_eq_true, this, ih]
    constructor
    · intro ⟨last, before⟩ m lt
      rcases (show m = k ∨ m < k by omega) with e | l
      · exact e ▸ last
      · exact before m l
    · intro h
      exact ⟨h k (by omega), fun m lt => h m (by omega)⟩

/-- Trial division up to the square root. -/
instance decidablePrime (p : ℕ) : Decidable p.Prime :=
  decidable_of_iff (2 ≤ p ∧ noDivisorBelow p (sqrt p + 1) = true)
    ((and_congr Iff.rfl (noDivisorBelow_iff p _)).trans prime_iff_sqrt.symm)

theorem prime_two : Nat.Prime 2 := by decide
theorem prime_three : Nat.Prime 3 := by decide

end Nat
