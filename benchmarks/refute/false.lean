/-! Thirty false statements. `prove refute` is to find a counterexample of each and prove that it is one. -/

-- Natural numbers

theorem sub_add_cancels (a b : Nat) : a - b + b = a := by sorry

theorem euler_polynomial (n : Nat) (h : n < 60) : ∀ d, 1 < d → d < n ^ 2 + n + 41 → ¬ d ∣ n ^ 2 + n + 41 := by sorry

theorem square_is_double (n : Nat) (h : 0 < n) (h' : n ≠ 1) : n * n = n + n := by sorry

theorem div_add_div (a b c : Nat) (h : 0 < c) : a / c + b / c = (a + b) / c := by sorry

theorem power_below_factor (n : Nat) : 2 ^ n ≤ 100 * n + 100 := by sorry

theorem divides_sum_divides (a b c : Nat) (h : a ∣ b + c) : a ∣ b := by sorry

theorem mod_of_product (a b n : Nat) (h : a * b % n = 0) (hn : 1 < n) : a % n = 0 ∨ b % n = 0 := by sorry

theorem every_number_is_a_square (n : Nat) : ∃ m, m * m = n := by sorry

theorem gcd_of_sum (a b c : Nat) : Nat.gcd (a + b) c = Nat.gcd a c + Nat.gcd b c := by sorry

-- Integers

theorem abs_of_difference (a b : Int) : (a - b).natAbs = a.natAbs - b.natAbs := by sorry

theorem square_monotone (a b : Int) (h : a < b) : a * a < b * b := by sorry

theorem int_div_neg (a b : Int) (h : b ≠ 0) : (-a) / b = -(a / b) := by sorry

theorem product_above_factor (x y : Int) (hx : x ≠ 0) (hy : y ≠ 0) : x ≤ x * y := by sorry

theorem square_root_unique (x y : Int) (h : x * x = y * y) : x = y := by sorry

-- Lists

theorem append_commutes (xs ys : List Nat) : xs ++ ys = ys ++ xs := by sorry

theorem reverse_is_same (xs : List Bool) (h : xs.length < 4) : xs.reverse = xs := by sorry

theorem filter_keeps_length {α : Type} (p : α → Bool) (xs : List α) : (xs.filter p).length = xs.length := by sorry

theorem take_of_append (xs ys : List Nat) (n : Nat) : (xs ++ ys).take n = xs.take n ++ ys := by sorry

theorem map_injective {α β : Type} (f : α → β) (xs ys : List α) (h : xs.map f = ys.map f) : xs = ys := by sorry

theorem head_is_least (xs : List Nat) (x : Nat) (h : x ∈ xs) : xs.head? = some x := by sorry

theorem get_of_reverse (xs : List Nat) (i : Nat) (h : i < xs.length) : xs[i] = i := by sorry

-- Bool, Option, pairs, predicates

theorem xor_or (a b c : Bool) : (a ^^ (b || c)) = ((a ^^ b) || (a ^^ c)) := by sorry

theorem option_or (x y : Option Nat) : x.or y = y.or x := by sorry

theorem pair_order (p q : Nat × Nat) (h : p.1 ≤ q.1) : p.2 ≤ q.2 ∨ p = q := by sorry

theorem drinker_reversed (p : Nat → Prop) (h : ∃ x, p x) : ∀ x, p x := by sorry

theorem symmetric_transitive_reflexive {α : Type u} (r : α → α → Prop) (hs : ∀ x y, r x y → r y x)
    (ht : ∀ x y z, r x y → r y z → r x z) (a : α) : r a a := by sorry

theorem injective_surjective (f : Nat → Nat) (h : ∀ x y, f x = f y → x = y) (y : Nat) : ∃ x, f x = y := by sorry

-- What a file declares itself

inductive Tree where
  | leaf
  | node (left : Tree) (value : Nat) (right : Tree)

def Tree.size : Tree → Nat
  | leaf => 0
  | node l _ r => l.size + 1 + r.size

def Tree.depth : Tree → Nat
  | leaf => 0
  | node l _ r => max l.depth r.depth + 1

theorem tree_depth_size (t : Tree) : t.depth = t.size := by sorry

def IsEven (n : Nat) : Prop := ∃ k, n = 2 * k

theorem half_of_even (n : Nat) (h : IsEven n) : IsEven (n / 2) := by sorry

class Magma (α : Type) where
  op : α → α → α
  unit : α
  unit_left : ∀ a, op unit a = a
  unit_right : ∀ a, op a unit = a

theorem magma_commutes {α : Type} [Magma α] (a b : α) : Magma.op a b = Magma.op b a := by sorry
