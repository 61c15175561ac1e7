/-! Five statements with holes: `prove lean_project/examples/first.lean` fills them. -/

theorem add_comm_twice (a b c : Nat) : a + b + c = c + b + a := by
  sorry

theorem even_or_odd (n : Nat) : n % 2 = 0 ∨ n % 2 = 1 := by
  sorry

theorem and_swap_iff (p q : Prop) : p ∧ q ↔ q ∧ p := by
  constructor
  · sorry
  · sorry

def double : Nat → Nat
  | 0 => 0
  | n + 1 => double n + 2

theorem double_eq (n : Nat) : double n = 2 * n := sorry

example (x : Int) (h : 3 * x + 1 = 10) : x = 3 := by sorry
