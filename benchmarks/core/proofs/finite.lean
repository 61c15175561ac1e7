/-- How many numbers below n have a property. -/
def countTo (p : Nat → Bool) : Nat → Nat
  | 0 => 0
  | n + 1 => countTo p n + (if p n then 1 else 0)

/-- Words of dominoes (2) and single tiles (1) that cover n fields: how many. -/
def tilings : Nat → Nat
  | 0 => 1
  | 1 => 1
  | n + 2 => tilings (n + 1) + tilings n

/-- A map of truth values that changes nothing the second time keeps one of them. -/
theorem bool_keeps_one (f : Bool → Bool) (h : ∀ b, f (f b) = f b) : f true = true ∨ f false = false := by
  have h1 := h true
  have h2 := h false
  cases a : f true <;> cases b : f false <;> simp_all

/-- Among four numbers below three two are equal. -/
theorem four_in_three (a b c d : Nat) (ha : a < 3) (hb : b < 3) (hc : c < 3) (hd : d < 3) :
    a = b ∨ a = c ∨ a = d ∨ b = c ∨ b = d ∨ c = d := by
  omega

/-- Inclusion and exclusion. -/
theorem countTo_or (p q : Nat → Bool) (n : Nat) :
    countTo (fun i => p i || q i) n + countTo (fun i => p i && q i) n = countTo p n + countTo q n := by
  induction n with
  | zero => rfl
  | succ n ih =>
    simp only [countTo]
    by_cases hp : p n = true <;> by_cases hq : q n = true <;> simp [hp, hq] <;> omega

/-- How many numbers below n are even. -/
theorem countTo_even (n : Nat) : countTo (fun i => i % 2 == 0) n = (n + 1) / 2 := by
  induction n with
  | zero => rfl
  | succ n ih =>
    rw [countTo, ih]
    rcases Nat.mod_two_eq_zero_or_one n with h | h <;> simp [h] <;> omega

/-- A property that all numbers below n have but few is there: one with both of two frequent properties. -/
theorem countTo_overlap (p q : Nat → Bool) (n : Nat) (h : n < countTo p n + countTo q n) :
    ∃ i, i < n ∧ p i = true ∧ q i = true := by
  induction n with
  | zero => simp [countTo] at h
  | succ n ih =>
    cases hp : p n <;> cases hq : q n <;> simp only [countTo, hp, hq] at h
    · obtain ⟨i, hi, h⟩ := ih (by simp at h; omega)
      exact ⟨i, by omega, h⟩
    · obtain ⟨i, hi, h⟩ := ih (by simp at h; omega)
      exact ⟨i, by omega, h⟩
    · obtain ⟨i, hi, h⟩ := ih (by simp at h; omega)
      exact ⟨i, by omega, h⟩
    · exact ⟨n, by omega, hp, hq⟩

/-- The pigeonhole principle: n + 1 numbers below n are not all different. -/
theorem pigeonhole (n : Nat) (f : Nat → Nat) (h : ∀ i, i ≤ n → f i < n) : ∃ i j, i < j ∧ j ≤ n ∧ f i = f j := by
  induction n generalizing f with
  | zero => exact absurd (h 0 (Nat.le_refl 0)) (Nat.not_lt_zero _)
  | succ n ih =>
    by_cases hit : ∃ i, i ≤ n ∧ f i = f (n + 1)
    · obtain ⟨i, hi, eq⟩ := hit
      exact ⟨i, n + 1, by omega, Nat.le_refl _, eq⟩
    · have other (i : Nat) (hi : i ≤ n) : f i ≠ f (n + 1) := fun eq => hit ⟨i, hi, eq⟩
      have last := h (n + 1) (Nat.le_refl _)
      obtain ⟨i, j, hij, hj, eq⟩ := ih (fun i => if f i = n then f (n + 1) else f i) (fun i hi => by
        have h1 := h i (by omega)
        have h2 := other i hi
        show (if f i = n then f (n + 1) else f i) < n
        split <;> omega)
      refine ⟨i, j, hij, by omega, ?_⟩
      have hi := other i (by omega)
      have hj' := other j hj
      split at eq <;> split at eq <;> omega

/-- On finitely many numbers a function has a greatest value. -/
theorem greatest_value (f : Nat → Nat) (n : Nat) : ∃ i, i ≤ n ∧ ∀ j, j ≤ n → f j ≤ f i := by
  induction n with
  | zero =>
    refine ⟨0, Nat.le_refl 0, fun j hj => ?_⟩
    have : j = 0 := by omega
    subst this
    exact Nat.le_refl _
  | succ n ih =>
    obtain ⟨i, hi, h⟩ := ih
    by_cases hn : f i ≤ f (n + 1)
    · refine ⟨n + 1, Nat.le_refl _, fun j hj => ?_⟩
      rcases Nat.lt_or_ge j (n + 1) with lt | ge
      · exact Nat.le_trans (h j (by omega)) hn
      · have : j = n + 1 := by omega
        subst this
        exact Nat.le_refl _
    · refine ⟨i, by omega, fun j hj => ?_⟩
      rcases Nat.lt_or_ge j (n + 1) with lt | ge
      · exact h j (by omega)
      · have : j = n + 1 := by omega
        subst this
        omega

/-- A strip of m + n + 2 fields is covered with or without a domino across a border. -/
theorem tilings_border (m n : Nat) :
    tilings (m + n + 2) = tilings (m + 1) * tilings (n + 1) + tilings m * tilings n := by
  have both (m : Nat) : tilings (m + n + 2) = tilings (m + 1) * tilings (n + 1) + tilings m * tilings n ∧
      tilings (m + 1 + n + 2) = tilings (m + 2) * tilings (n + 1) + tilings (m + 1) * tilings n := by
    induction m with
    | zero =>
      have e1 : 0 + n + 2 = n + 2 := by omega
      have e2 : 0 + 1 + n + 2 = n + 1 + 2 := by omega
      rw [e1, e2, tilings, tilings]
      simp [tilings]
      omega
    | succ m ih =>
      refine ⟨ih.2, ?_⟩
      have e : m + 1 + 1 + n + 2 = m + n + 2 + 2 := by omega
      have e' : m + 1 + n + 2 = m + n + 2 + 1 := by omega
      have t1 : tilings (m + n + 2 + 2) = tilings (m + n + 2 + 1) + tilings (m + n + 2) := by rw [tilings]
      have t2 : tilings (m + 1 + 2) = tilings (m + 2) + tilings (m + 1) := by rw [tilings]
      have t3 : tilings (m + 2) = tilings (m + 1) + tilings m := by rw [tilings]
      have t4 : tilings (m + 1 + 1) = tilings (m + 2) := rfl
      rw [e, t1, ← e', ih.1, ih.2, t2, t4]
      simp only [Nat.add_mul, t3]
      omega
  exact (both m).1

/-- Among six people three know each other, or three do not, each of another. -/
theorem six_people (knows : Nat → Nat → Bool) (symm : ∀ i j, knows i j = knows j i) :
    ∃ i j k, i < j ∧ j < k ∧ k < 6 ∧ knows i j = knows j k ∧ knows j k = knows i k := by
  have triple (a b c : Nat) (hab : a < b) (hbc : b < c) (hc : c < 6) (v : Bool) (h1 : knows 0 a = v)
      (h2 : knows 0 b = v) (h3 : knows 0 c = v) (ha : 0 < a) :
      ∃ i j k, i < j ∧ j < k ∧ k < 6 ∧ knows i j = knows j k ∧ knows j k = knows i k := by
    by_cases e1 : knows a b = v
    · exact ⟨0, a, b, ha, hab, by omega, by rw [h1, e1], by rw [e1, h2]⟩
    · by_cases e2 : knows a c = v
      · exact ⟨0, a, c, ha, by omega, hc, by rw [h1, e2], by rw [e2, h3]⟩
      · by_cases e3 : knows b c = v
        · exact ⟨0, b, c, by omega, hbc, hc, by rw [h2, e3], by rw [e3, h3]⟩
        · refine ⟨a, b, c, hab, hbc, hc, ?_, ?_⟩
          · revert e1 e3; cases knows a b <;> cases knows b c <;> cases v <;> simp
          · revert e3 e2; cases knows b c <;> cases knows a c <;> cases v <;> simp
  have pick : ∀ x y z u v : Bool, (x = y ∧ y = z) ∨ (x = y ∧ y = u) ∨ (x = y ∧ y = v) ∨ (x = z ∧ z = u) ∨
      (x = z ∧ z = v) ∨ (x = u ∧ u = v) ∨ (y = z ∧ z = u) ∨ (y = z ∧ z = v) ∨ (y = u ∧ u = v) ∨ (z = u ∧ u = v) := by
    decide
  have three (a b c : Nat) (h : a < b ∧ b < c ∧ c < 6 ∧ 0 < a) (eq : knows 0 a = knows 0 b ∧ knows 0 b = knows 0 c) :
      ∃ i j k, i < j ∧ j < k ∧ k < 6 ∧ knows i j = knows j k ∧ knows j k = knows i k :=
    triple a b c h.1 h.2.1 h.2.2.1 _ rfl eq.1.symm (eq.1.trans eq.2).symm h.2.2.2
  rcases pick (knows 0 1) (knows 0 2) (knows 0 3) (knows 0 4) (knows 0 5) with h | h | h | h | h | h | h | h | h | h
  · exact three 1 2 3 (by decide) h
  · exact three 1 2 4 (by decide) h
  · exact three 1 2 5 (by decide) h
  · exact three 1 3 4 (by decide) h
  · exact three 1 3 5 (by decide) h
  · exact three 1 4 5 (by decide) h
  · exact three 2 3 4 (by decide) h
  · exact three 2 3 5 (by decide) h
  · exact three 2 4 5 (by decide) h
  · exact three 3 4 5 (by decide) h
