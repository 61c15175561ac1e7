/-! Twenty more false statements, written after the search was done and not used while it was. -/

theorem power_of_sum (a b n : Nat) (h : 0 < n) : (a + b) ^ n = a ^ n + b ^ n := by sorry

theorem odd_numbers_prime (n : Nat) (h : 1 < n) (odd : n % 2 = 1) (d : Nat) (hd : d ∣ n) : d = 1 ∨ d = n := by sorry

theorem lcm_below_product (a b : Nat) (ha : 1 < a) (hb : a < b) : Nat.lcm a b = a * b := by sorry

theorem cubes_grow_slowly (n : Nat) : n ^ 3 ≤ 20 * n ^ 2 + 5 := by sorry

theorem sum_of_squares_even (a b : Int) (h : (a * a + b * b) % 2 = 0) : a % 2 = 0 := by sorry

theorem emod_of_neg (a b : Int) (hb : 0 < b) : (-a) % b = -(a % b) := by sorry

theorem int_between (x y : Int) (h : x < y) : ∃ z, x < z ∧ z < y := by sorry

theorem max_of_sums (a b c d : Int) : max (a + b) (c + d) = max a c + max b d := by sorry

theorem sum_bounds_length (xs : List Nat) : xs.length ≤ xs.sum := by sorry

theorem zip_keeps_both (xs ys : List Nat) : (xs.zip ys).length = max xs.length ys.length := by sorry

theorem drop_take (xs : List Nat) (m n : Nat) : (xs.take n).drop m = (xs.drop m).take n := by sorry

theorem erase_removes {α : Type u} [DecidableEq α] (x : α) (xs : List α) : x ∉ xs.erase x := by sorry

theorem filter_map {α : Type} (f : α → α) (p : α → Bool) (xs : List α) :
    (xs.map f).filter p = (xs.filter p).map f := by sorry

theorem bind_commutes (x : Option Nat) (f g : Nat → Option Nat) : (x.bind f).bind g = (x.bind g).bind f := by sorry

theorem exists_and (p q : Nat → Prop) (hp : ∃ x, p x) (hq : ∃ x, q x) : ∃ x, p x ∧ q x := by sorry

theorem quantifiers_swap {α : Type} (r : α → α → Prop) (h : ∀ x, ∃ y, r x y) : ∃ y, ∀ x, r x y := by sorry

theorem idempotent_identity {α : Type} (f : α → α) (h : ∀ x, f (f x) = f x) (x : α) : f x = x := by sorry

inductive Expr where
  | num (n : Nat)
  | add (a b : Expr)
  | neg (a : Expr)

def Expr.eval : Expr → Int
  | num n => n
  | add a b => a.eval + b.eval
  | neg a => -a.eval

theorem eval_not_negative (e : Expr) : 0 ≤ e.eval := by sorry

def insertSorted (x : Nat) : List Nat → List Nat
  | [] => [x]
  | y :: ys => if x ≤ y then x :: y :: ys else y :: insertSorted x ys

theorem insert_front (x : Nat) (ys : List Nat) : (insertSorted x ys).head? = some x := by sorry

def Bounded (f : Nat → Nat) : Prop := ∃ b, ∀ n, f n ≤ b

theorem every_function_bounded (f : Nat → Nat) : Bounded f := by sorry
