/-- `x` at its place in a sorted list. -/
def place (x : Nat) : List Nat → List Nat
  | [] => [x]
  | y :: l => if x ≤ y then x :: y :: l else y :: place x l

/-- Insertion sort. -/
def isort : List Nat → List Nat
  | [] => []
  | x :: l => place x (isort l)

/-- Not less than `x` all of it. -/
def atLeast (x : Nat) (l : List Nat) : Prop := ∀ y, y ∈ l → x ≤ y

def ordered : List Nat → Prop
  | [] => True
  | x :: l => atLeast x l ∧ ordered l

/-- How often `x` is in a list. -/
def times (x : Nat) : List Nat → Nat
  | [] => 0
  | y :: l => (if x = y then 1 else 0) + times x l

theorem isort_correct (l : List Nat) : ordered (isort l) ∧ ∀ x, times x (isort l) = times x l := by
  sorry

theorem isort_swap (l m : List Nat) : isort (l ++ m) = isort (m ++ l) := by
  sorry

theorem isort_twice (l : List Nat) : isort (isort l) = isort l := by
  sorry
