/-- Binary trees. -/
inductive Tr (α : Type) where
  | tip
  | bin (l : Tr α) (x : α) (r : Tr α)

namespace Tr

variable {α β : Type}

def nodes : Tr α → Nat
  | tip => 0
  | bin l _ r => nodes l + nodes r + 1

def tips : Tr α → Nat
  | tip => 1
  | bin l _ r => tips l + tips r

def height : Tr α → Nat
  | tip => 0
  | bin l _ r => max (height l) (height r) + 1

/-- The elements from left to right. -/
def flat : Tr α → List α
  | tip => []
  | bin l x r => flat l ++ x :: flat r

def turned : Tr α → Tr α
  | tip => tip
  | bin l x r => bin (turned r) x (turned l)

def rotateRight : Tr α → Tr α
  | bin (bin a x b) y c => bin a x (bin b y c)
  | t => t

/-- The subtree at the end of a way down, `true` for right. -/
def under : List Bool → Tr α → Option (Tr α)
  | [], t => some t
  | _ :: _, tip => none
  | b :: w, bin l _ r => under w (if b then r else l)

/-- Two trees, one after the other in the order of elements. -/
def join : Tr α → Tr α → Tr α
  | tip, u => u
  | bin l x r, u => bin l x (join r u)

/-- All elements are between the bounds, and in order. -/
def between (lo hi : Nat) : Tr Nat → Prop
  | tip => True
  | bin l x r => lo < x ∧ x < hi ∧ between lo x l ∧ between x hi r

def has (a : Nat) : Tr Nat → Bool
  | tip => false
  | bin l x r => if a < x then has a l else if x < a then has a r else true

def drop (a : Nat) : Tr Nat → Tr Nat
  | tip => tip
  | bin l x r => if a < x then bin (drop a l) x r else if x < a then bin l x (drop a r) else join l r

def increasing : List Nat → Prop
  | [] => True
  | x :: xs => (∀ y, y ∈ xs → x < y) ∧ increasing xs

/-- Two heaps become one. -/
def meld : Tr Nat → Tr Nat → Tr Nat
  | tip, u => u
  | t, tip => t
  | bin l x r, bin m y s => if x ≤ y then bin (meld r (bin m y s)) x l else bin (meld (bin l x r) s) y m
termination_by t u => nodes t + nodes u
decreasing_by all_goals simp only [nodes]; omega

def times (a : Nat) : Tr Nat → Nat
  | tip => 0
  | bin l x r => times a l + times a r + (if x = a then 1 else 0)

/-- Every element is at least lo, and at least what is above it. -/
def heap (lo : Nat) : Tr Nat → Prop
  | tip => True
  | bin l x r => lo ≤ x ∧ heap x l ∧ heap x r

/-- A fold over the tree. -/
def fold (e : β) (f : β → α → β → β) : Tr α → β
  | tip => e
  | bin l x r => f (fold e f l) x (fold e f r)

/-- Lists of levels, one upon the other. -/
def zipLevels : List (List α) → List (List α) → List (List α)
  | [], ys => ys
  | xs, [] => xs
  | x :: xs, y :: ys => (x ++ y) :: zipLevels xs ys

def levels : Tr α → List (List α)
  | tip => []
  | bin l x r => [x] :: zipLevels (levels l) (levels r)

end Tr

/-- A trie of words over two letters. -/
inductive Trie where
  | none
  | node (here : Bool) (no yes : Trie)

namespace Trie

def has : Trie → List Bool → Bool
  | none, _ => false
  | node here _ _, [] => here
  | node _ no _, false :: w => has no w
  | node _ _ yes, true :: w => has yes w

def add : Trie → List Bool → Trie
  | none, [] => node true none none
  | none, false :: w => node false (add none w) none
  | none, true :: w => node false none (add none w)
  | node _ no yes, [] => node true no yes
  | node here no yes, false :: w => node here (add no w) yes
  | node here no yes, true :: w => node here no (add yes w)

end Trie
