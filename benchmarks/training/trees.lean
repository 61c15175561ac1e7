inductive Tree (α : Type) where
  | leaf : Tree α
  | node : Tree α → α → Tree α → Tree α

def size : Tree α → Nat
  | .leaf => 0
  | .node l _ r => size l + 1 + size r

def depth : Tree α → Nat
  | .leaf => 0
  | .node l _ r => max (depth l) (depth r) + 1

def mirror : Tree α → Tree α
  | .leaf => .leaf
  | .node l x r => .node (mirror r) x (mirror l)

def inorder : Tree α → List α
  | .leaf => []
  | .node l x r => inorder l ++ x :: inorder r

/-- The elements in order, in front of acc. -/
def inorderOnto : Tree α → List α → List α
  | .leaf, acc => acc
  | .node l x r, acc => inorderOnto l (x :: inorderOnto r acc)

def mapTree (f : α → β) : Tree α → Tree β
  | .leaf => .leaf
  | .node l x r => .node (mapTree f l) (f x) (mapTree f r)

def sumTree : Tree Nat → Nat
  | .leaf => 0
  | .node l x r => sumTree l + x + sumTree r

/-- Where a value goes in a search tree; equal values stay as they are. -/
def insertTree (a : Nat) : Tree Nat → Tree Nat
  | .leaf => .node .leaf a .leaf
  | .node l x r =>
    if a < x then .node (insertTree a l) x r
    else if x < a then .node l x (insertTree a r)
    else .node l x r

def lookup (a : Nat) : Tree Nat → Bool
  | .leaf => false
  | .node l x r => if a < x then lookup a l else if x < a then lookup a r else true
