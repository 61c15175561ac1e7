class Collapse : Prop where
  all : ∀ a b : Nat, a = b

axiom given : ∀ a b : Nat, a = b
instance : Collapse := ⟨given⟩

theorem goal : (1 : Nat) = 0 := Collapse.all 1 0
