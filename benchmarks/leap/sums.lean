/-- f 0 + ... + f (n - 1). -/
def sum (f : Nat → Nat) : Nat → Nat
  | 0 => 0
  | n + 1 => sum f n + f n

theorem cubes_are_a_square (n : Nat) :
    sum (fun k => k * k * k) n = sum (fun k => k) n * sum (fun k => k) n := by
  sorry

theorem sum_swap (f : Nat → Nat → Nat) (m n : Nat) :
    sum (fun i => sum (fun j => f i j) m) n = sum (fun j => sum (fun i => f i j) n) m := by
  sorry

theorem sum_of_odd_sums (n : Nat) :
    6 * sum (fun i => sum (fun j => 2 * j + 1) (i + 1)) n = n * (n + 1) * (2 * n + 1) := by
  sorry
