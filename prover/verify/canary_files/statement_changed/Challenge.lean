def Small (n : Nat) : Prop := n < 5
theorem goal : ∀ n, Small n := by
  sorry
