/-! Thirty true statements that look doubtful, or are true by Lean's conventions. `prove refute` is to find nothing. -/

theorem sub_self_div (a b : Nat) : (a - a) / b = 0 := by sorry

theorem div_zero_times (n : Nat) : n / 0 * 0 = 0 := by sorry

theorem mod_zero (n : Nat) : n % 0 = n := by sorry

theorem sub_sub_le (a b : Nat) : a - (a - b) ≤ b := by sorry

theorem zero_pow_zero : (0 : Nat) ^ 0 = 1 := by sorry

theorem four_below_power (n : Nat) (h : 4 ≤ n) : n ^ 2 ≤ 2 ^ n := by sorry

theorem divisible_by_six (n : Nat) : 6 ∣ n * (n + 1) * (n + 2) := by sorry

theorem gcd_self_sub (a b : Nat) (h : b ≤ a) : Nat.gcd (a - b) b = Nat.gcd a b := by sorry

theorem gcd_zero_zero : Nat.gcd 0 0 = 0 := by sorry

theorem no_number_below (n : Nat) (h : n < 0) : n = 17 := by sorry

theorem four_squares_mod (n : Nat) : n * n % 4 ≠ 2 := by sorry

theorem sum_of_odds (n : Nat) : ((List.range n).map (fun i => 2 * i + 1)).sum = n * n := by sorry

theorem int_div_mul (a b : Int) : a / b * b + a % b = a := by sorry

theorem int_mod_nonneg (a b : Int) (h : b ≠ 0) : 0 ≤ a % b := by sorry

theorem square_sum (x y : Int) : 2 * x * y ≤ x * x + y * y := by sorry

theorem natAbs_triangle (x y : Int) : (x + y).natAbs ≤ x.natAbs + y.natAbs := by sorry

theorem toNat_of_neg (x : Int) (h : x ≤ 0) : x.toNat = 0 := by sorry

theorem cube_difference (x y : Int) (h : x * x * x = y * y * y) : x = y := by sorry

theorem reverse_of_reverse (xs : List Nat) : xs.reverse.reverse = xs := by sorry

theorem take_too_many (xs : List Nat) (n : Nat) (h : xs.length ≤ n) : xs.take n = xs := by sorry

theorem drop_drop (xs : List Nat) (m n : Nat) : (xs.drop m).drop n = (xs.drop n).drop m := by sorry

theorem filter_filter {α : Type} (p q : α → Bool) (xs : List α) : (xs.filter p).filter q = (xs.filter q).filter p := by
  sorry

theorem length_of_zip (xs ys : List Nat) : (xs.zip ys).length ≤ xs.length := by sorry

theorem headD_append (xs ys : List Nat) (h : xs ≠ []) : (xs ++ ys).head? = xs.head? := by sorry

theorem bool_absorb (a b : Bool) : (a || (a && b)) = a := by sorry

theorem option_map_none (f : Nat → Nat) (x : Option Nat) (h : x.map f = none) : x = none := by sorry

theorem drinker (p : Nat → Prop) : ∃ x, p x → ∀ y, p y := by sorry

theorem symmetric_transitive {α : Type u} (r : α → α → Prop) (hs : ∀ x y, r x y → r y x)
    (ht : ∀ x y z, r x y → r y z → r x z) (a b : α) (h : r a b) : r a a := by sorry

theorem injective_of_left_inverse (f g : Nat → Nat) (h : ∀ x, g (f x) = x) (x y : Nat) (e : f x = f y) : x = y := by
  sorry

theorem exists_above (f : Nat → Nat) : ∃ n, n ≤ f n + 1 := by sorry
