/-! A statement that is false: `prove` refuses it and shows why. -/

theorem sub_add (a b : Nat) : a - b + b = a := by
  sorry
