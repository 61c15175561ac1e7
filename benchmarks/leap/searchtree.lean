/-- A binary tree with numbers at its nodes. -/
inductive Tree where
  | leaf
  | node (l : Tree) (x : Nat) (r : Tree)

namespace Tree

def insert (x : Nat) : Tree → Tree
  | leaf => node leaf x leaf
  | node l y r => if x < y then node (insert x l) y r else if y < x then node l y (insert x r) else node l y r

/-- Looks on one side alone. -/
def member (x : Nat) : Tree → Bool
  | leaf => false
  | node l y r => if x < y then member x l else if y < x then member x r else true

/-- `x` stands somewhere in the tree. -/
def within (x : Nat) : Tree → Prop
  | leaf => False
  | node l y r => within x l ∨ x = y ∨ within x r

def search : Tree → Prop
  | leaf => True
  | node l x r => (∀ y, within y l → y < x) ∧ (∀ y, within y r → x < y) ∧ search l ∧ search r

def build : List Nat → Tree
  | [] => leaf
  | x :: l => insert x (build l)

/-- The numbers from left to right. -/
def flat : Tree → List Nat
  | leaf => []
  | node l x r => flat l ++ x :: flat r

theorem member_build (x : Nat) (l : List Nat) : member x (build l) = true ↔ x ∈ l := by
  sorry

theorem flat_build (l : List Nat) : (flat (build l)).Pairwise (· < ·) := by
  sorry

theorem member_order (x : Nat) (l m : List Nat) (h : ∀ y, y ∈ l ↔ y ∈ m) :
    member x (build l) = member x (build m) := by
  sorry

end Tree
