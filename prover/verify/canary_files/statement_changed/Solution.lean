def Small (n : Nat) : Prop := n < n + 5
theorem goal : ∀ n, Small n := fun n => Nat.lt_add_of_pos_right (by decide)
