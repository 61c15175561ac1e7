/-- Three sums of two give a bound for the sum of all three. -/
theorem three_sums (a b c : Nat) (h1 : a + b ≤ 10) (h2 : b + c ≤ 12) (h3 : c + a ≤ 14) : a + b + c ≤ 18 := by
  omega

/-- A whole number is the sum of its two halves, one rounded down and one rounded up. -/
theorem two_halves (n : Int) : n / 2 + (n + 1) / 2 = n := by
  omega

/-- No square lies strictly between two squares in a row. -/
theorem no_square_between (n m : Nat) (h1 : n * n < m * m) (h2 : m * m < (n + 1) * (n + 1)) : False := by
  rcases Nat.lt_or_ge n m with h | h
  · have := Nat.mul_le_mul (Nat.succ_le_of_lt h) (Nat.succ_le_of_lt h)
    simp only [Nat.succ_eq_add_one] at this
    omega
  · have := Nat.mul_le_mul h h
    omega

/-- The inequality of Cauchy and Schwarz in two dimensions. -/
theorem cauchy_schwarz_two (a b c d : Int) : (a * c + b * d) ^ 2 ≤ (a ^ 2 + b ^ 2) * (c ^ 2 + d ^ 2) := by
  have square : (a ^ 2 + b ^ 2) * (c ^ 2 + d ^ 2) = (a * c + b * d) ^ 2 + (a * d - b * c) * (a * d - b * c) := by
    grind
  have nonneg : 0 ≤ (a * d - b * c) * (a * d - b * c) := by
    rcases Int.le_total 0 (a * d - b * c) with h | h
    · exact Int.mul_nonneg h h
    · exact Int.mul_nonneg_of_nonpos_of_nonpos h h
  omega

/-- The product of the three sums of two of three natural numbers is at least eight times their product. -/
theorem three_sums_product (a b c : Nat) : 8 * (a * b * c) ≤ (a + b) * (b + c) * (c + a) := by
  have square (x : Int) : 0 ≤ x * x := by
    rcases Int.le_total 0 x with h | h
    · exact Int.mul_nonneg h h
    · exact Int.mul_nonneg_of_nonpos_of_nonpos h h
  have h1 : 0 ≤ (a : Int) * ((b - c) * (b - c)) := Int.mul_nonneg (by omega) (square _)
  have h2 : 0 ≤ (b : Int) * ((c - a) * (c - a)) := Int.mul_nonneg (by omega) (square _)
  have h3 : 0 ≤ (c : Int) * ((a - b) * (a - b)) := Int.mul_nonneg (by omega) (square _)
  have sum : ((a : Int) + b) * (b + c) * (c + a) = 8 * (a * b * c) + (a : Int) * ((b - c) * (b - c)) +
      (b : Int) * ((c - a) * (c - a)) + (c : Int) * ((a - b) * (a - b)) := by grind
  have whole : 8 * ((a : Int) * b * c) ≤ ((a : Int) + b) * (b + c) * (c + a) := by omega
  exact_mod_cast whole

/-- From 4 on, a cube is less than the power of three. -/
theorem cube_lt_three_pow (n : Nat) (h : 4 ≤ n) : n ^ 3 < 3 ^ n := by
  induction n with
  | zero => omega
  | succ n ih =>
    rcases Nat.lt_or_ge n 4 with small | large
    · have : n = 3 := by omega
      subst this
      decide
    · have step := ih large
      obtain ⟨k, rfl⟩ := Nat.exists_eq_add_of_le large
      have cube : (4 + k + 1) ^ 3 ≤ 3 * (4 + k) ^ 3 := by
        have : 3 * (4 + k) ^ 3 = (4 + k + 1) ^ 3 + (2 * k ^ 3 + 21 * k ^ 2 + 69 * k + 67) := by grind
        omega
      have : 3 ^ (4 + k + 1) = 3 * 3 ^ (4 + k) := by rw [Nat.pow_succ]; omega
      omega

/-- A common divisor of 7n + 3 and 5n + 1 divides 8. -/
theorem common_divisor_eight (d n : Nat) (h1 : d ∣ 7 * n + 3) (h2 : d ∣ 5 * n + 1) : d ∣ 8 := by
  have h := Nat.dvd_sub (Nat.dvd_trans h1 (Nat.dvd_mul_left _ 5)) (Nat.dvd_trans h2 (Nat.dvd_mul_left _ 7))
  have : 5 * (7 * n + 3) - 7 * (5 * n + 1) = 8 := by omega
  rwa [this] at h

/-- The sum and the product of coprime numbers are coprime. -/
theorem sum_coprime_product (a b : Nat) (h : Nat.gcd a b = 1) : Nat.gcd (a + b) (a * b) = 1 := by
  have left : Nat.Coprime (a + b) a := by simpa [Nat.Coprime, Nat.gcd_comm] using h
  have right : Nat.Coprime (a + b) b := by simpa [Nat.Coprime, Nat.gcd_comm] using h
  exact Nat.Coprime.mul_right left right

/-- No square of a natural number is twice a square, zero aside. -/
theorem twice_a_square (p q : Nat) (h : p * p = 2 * (q * q)) : q = 0 := by
  induction p using Nat.strongRecOn generalizing q with
  | ind p ih =>
    have even_of_square (x : Nat) (hx : x * x % 2 = 0) : x % 2 = 0 := by
      have table : ∀ r, r < 2 → r * r % 2 = 0 → r = 0 := by decide
      rw [Nat.mul_mod] at hx
      exact table _ (Nat.mod_lt _ (by decide)) hx
    have hp := even_of_square p (by omega)
    obtain ⟨r, rfl⟩ : ∃ r, p = 2 * r := ⟨p / 2, by omega⟩
    have expanded : 2 * r * (2 * r) = 4 * (r * r) := by grind
    have hq := even_of_square q (by omega)
    obtain ⟨s, rfl⟩ : ∃ s, q = 2 * s := ⟨q / 2, by omega⟩
    have expanded' : 2 * s * (2 * s) = 4 * (s * s) := by grind
    rcases Nat.eq_zero_or_pos r with zero | pos
    · subst zero
      have : s * s = 0 := by omega
      rcases Nat.mul_eq_zero.mp this with zero | zero <;> omega
    · have := ih r (by omega) s (by omega)
      omega

/-- Three times a square is the sum of two squares for zero only. -/
theorem three_times_a_square (a b c : Nat) (h : a * a + b * b = 3 * (c * c)) : c = 0 := by
  induction c using Nat.strongRecOn generalizing a b with
  | ind c ih =>
    have residues (x y : Nat) (hxy : (x * x + y * y) % 3 = 0) : x % 3 = 0 ∧ y % 3 = 0 := by
      have table : ∀ r, r < 3 → ∀ s, s < 3 → (r * r + s * s) % 3 = 0 → r = 0 ∧ s = 0 := by decide
      rw [Nat.add_mod, Nat.mul_mod x x, Nat.mul_mod y y, ← Nat.add_mod] at hxy
      exact table _ (Nat.mod_lt _ (by decide)) _ (Nat.mod_lt _ (by decide)) hxy
    obtain ⟨ha, hb⟩ := residues a b (by omega)
    obtain ⟨x, rfl⟩ : ∃ x, a = 3 * x := ⟨a / 3, by omega⟩
    obtain ⟨y, rfl⟩ : ∃ y, b = 3 * y := ⟨b / 3, by omega⟩
    have hx : 3 * x * (3 * x) = 9 * (x * x) := by grind
    have hy : 3 * y * (3 * y) = 9 * (y * y) := by grind
    have hc := (residues c 0 (by omega)).1
    obtain ⟨z, rfl⟩ : ∃ z, c = 3 * z := ⟨c / 3, by omega⟩
    have hz : 3 * z * (3 * z) = 9 * (z * z) := by grind
    rcases Nat.eq_zero_or_pos z with zero | pos
    · omega
    · have := ih z (by omega) x y (by omega)
      omega

/-- Every positive number is a power of two times an odd number. -/
theorem odd_part (n : Nat) (h : 0 < n) : ∃ k m, n = 2 ^ k * (2 * m + 1) := by
  induction n using Nat.strongRecOn with
  | ind n ih =>
    rcases Nat.mod_two_eq_zero_or_one n with even | odd
    · obtain ⟨k, m, hk⟩ := ih (n / 2) (by omega) (by omega)
      refine ⟨k + 1, m, ?_⟩
      rw [Nat.pow_succ, Nat.mul_assoc, Nat.mul_comm 2, ← Nat.mul_assoc, ← hk]
      omega
    · exact ⟨0, n / 2, by simp; omega⟩

/-- Quotient and remainder are unique. -/
theorem division_unique (b q r p s : Nat) (h : b * q + r = b * p + s) (hr : r < b) (hs : s < b) :
    q = p ∧ r = s := by
  rcases Nat.lt_trichotomy q p with lt | eq | gt
  · have := Nat.mul_le_mul_left b (Nat.succ_le_of_lt lt)
    rw [Nat.mul_succ] at this
    omega
  · subst eq
    omega
  · have := Nat.mul_le_mul_left b (Nat.succ_le_of_lt gt)
    rw [Nat.mul_succ] at this
    omega
