/-- A father is three times as old as his daughter, and in ten years twice. -/
theorem ages (x y : Nat) (h1 : x = 3 * y) (h2 : x + 10 = 2 * (y + 10)) : y = 10 := by
  omega

/-- Ten coins of 2, 5 and 10 make 47. -/
theorem ten_coins : ∃ a b c : Nat, 2 * a + 5 * b + 10 * c = 47 ∧ a + b + c = 10 := by
  exact ⟨1, 9, 0, by decide, by decide⟩

/-- If the sum of two squares is divisible by four, both numbers are even. -/
theorem both_even (a b : Int) (h : 4 ∣ a * a + b * b) : 2 ∣ a ∧ 2 ∣ b := by
  have square (x : Int) : (x % 2 = 0 ∧ x * x % 4 = 0) ∨ (x % 2 = 1 ∧ x * x % 4 = 1) := by
    have : x % 4 = 0 ∨ x % 4 = 1 ∨ x % 4 = 2 ∨ x % 4 = 3 := by omega
    rcases this with h | h | h | h <;> simp [Int.mul_emod, h] <;> omega
  rcases square a with ha | ha <;> rcases square b with hb | hb <;> omega

/-- An additive function on the whole numbers is multiplication by a constant. -/
theorem additive_int (f : Int → Int) (h : ∀ x y, f (x + y) = f x + f y) (n : Int) : f n = n * f 1 := by
  have zero : f 0 = 0 := by
    have := h 0 0
    simp at this
    omega
  have natural (m : Nat) : f m = m * f 1 := by
    induction m with
    | zero => simpa using zero
    | succ m ih =>
      have : ((m + 1 : Nat) : Int) = (m : Int) + 1 := by omega
      rw [this, h, ih]
      grind
  rcases Int.le_total 0 n with pos | neg
  · obtain ⟨m, rfl⟩ := Int.eq_ofNat_of_zero_le pos
    exact natural m
  · obtain ⟨m, hm⟩ := Int.eq_ofNat_of_zero_le (show 0 ≤ -n by omega)
    have sum := h n m
    rw [← hm] at sum
    have : n + -n = 0 := by omega
    rw [this, zero, hm, natural m, ← hm] at sum
    grind

/-- A function that turns sums into products is a power, where it is 2 at 1. -/
theorem exponential (f : Nat → Nat) (h : ∀ x y, f (x + y) = f x * f y) (h1 : f 1 = 2) (n : Nat) : f n = 2 ^ n := by
  induction n with
  | zero =>
    have := h 0 1
    simp [h1] at this
    omega
  | succ n ih => rw [h, h1, ih, Nat.pow_succ]

/-- The identity is the only function on the natural numbers with f (f x + y) = x + f y. -/
theorem only_identity (f : Nat → Nat) (h : ∀ x y, f (f x + y) = x + f y) (n : Nat) : f n = n := by
  have injective (a b : Nat) (hab : f a = f b) : a = b := by
    have ha := h a 0
    have hb := h b 0
    rw [hab] at ha
    omega
  have zero : f 0 = 0 := by
    have h0 := h 0 0
    simp only [Nat.add_zero, Nat.zero_add] at h0
    have := injective _ _ h0
    exact this
  have twice (x : Nat) : f (f x) = x := by
    have := h x 0
    rw [zero] at this
    simpa using this
  have additive (x y : Nat) : f (x + y) = f x + f y := by
    have := h (f x) y
    rwa [twice] at this
  have linear (m : Nat) : f m = m * f 1 := by
    induction m with
    | zero => simpa using zero
    | succ m ih => rw [additive, ih, Nat.succ_mul]
  have one : f 1 = 1 := by
    have h1 := twice 1
    rw [linear (f 1)] at h1
    exact Nat.eq_one_of_mul_eq_one_left h1
  rw [linear, one, Nat.mul_one]

/-- A strictly increasing function that is its own inverse is the identity. -/
theorem increasing_involution (f : Nat → Nat) (hm : ∀ a b, a < b → f a < f b) (hi : ∀ n, f (f n) = n) (n : Nat) :
    f n = n := by
  rcases Nat.lt_trichotomy (f n) n with lt | eq | gt
  · have := hm _ _ lt
    rw [hi] at this
    omega
  · exact eq
  · have := hm _ _ gt
    rw [hi] at this
    omega

/-- A recurrence with two terms and truncated subtraction has a closed form. -/
theorem two_term_recurrence (f : Nat → Nat) (h0 : f 0 = 1) (h1 : f 1 = 3)
    (h : ∀ n, f (n + 2) = 3 * f (n + 1) - 2 * f n) (n : Nat) : f n + 1 = 2 ^ (n + 1) := by
  have both : f n + 1 = 2 ^ (n + 1) ∧ f (n + 1) + 1 = 2 ^ (n + 2) := by
    induction n with
    | zero => simp [h0, h1]
    | succ n ih =>
      refine ⟨ih.2, ?_⟩
      have e1 : 2 ^ (n + 2) = 2 * 2 ^ (n + 1) := by rw [Nat.pow_succ 2 (n + 1)]; omega
      have e2 : 2 ^ (n + 1 + 2) = 2 * 2 ^ (n + 2) := by rw [Nat.pow_succ 2 (n + 2)]; omega
      have step := h n
      show f (n + 2) + 1 = _
      omega
  exact both.1

/-- No function on the natural numbers decreases for ever. -/
theorem no_endless_descent (f : Nat → Nat) : ∃ n, f n ≤ f (n + 1) := by
  apply Classical.byContradiction
  intro none
  have decreasing (n : Nat) : f (n + 1) < f n := by
    apply Nat.lt_of_not_le
    intro le
    exact none ⟨n, le⟩
  have bound (n : Nat) : f n + n ≤ f 0 := by
    induction n with
    | zero => simp
    | succ n ih =>
      have := decreasing n
      omega
  have := bound (f 0 + 1)
  omega

/-- The only two squares of natural numbers that are 7 apart. -/
theorem squares_seven_apart (x y : Nat) (h : x * x = y * y + 7) : x = 4 ∧ y = 3 := by
  have lt : y < x := by
    apply Nat.lt_of_not_le
    intro le
    have := Nat.mul_le_mul le le
    omega
  obtain ⟨k, rfl⟩ := Nat.exists_eq_add_of_lt lt
  have expanded : (y + k + 1) * (y + k + 1) = y * y + 2 * ((k + 1) * y) + (k + 1) * (k + 1) := by grind
  have small : k < 3 := by
    apply Nat.lt_of_not_le
    intro le
    have := Nat.mul_le_mul (Nat.succ_le_succ le) (Nat.succ_le_succ le)
    simp only [Nat.succ_eq_add_one] at this
    omega
  have : k = 0 ∨ k = 1 ∨ k = 2 := by omega
  rcases this with rfl | rfl | rfl <;> omega
