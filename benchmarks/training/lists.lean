def insertSorted (a : Nat) : List Nat → List Nat
  | [] => [a]
  | x :: xs => if a ≤ x then a :: x :: xs else x :: insertSorted a xs

def sortList : List Nat → List Nat
  | [] => []
  | x :: xs => insertSorted x (sortList xs)

def total : List Nat → Nat
  | [] => 0
  | x :: xs => x + total xs

def occurrences (a : Nat) : List Nat → Nat
  | [] => 0
  | x :: xs => if x = a then occurrences a xs + 1 else occurrences a xs

/-- Every element doubled in place: [a, b] gives [a, a, b, b]. -/
def stutter : List α → List α
  | [] => []
  | x :: xs => x :: x :: stutter xs

/-- Reverses xs onto acc. -/
def revOnto : List α → List α → List α
  | [], acc => acc
  | x :: xs, acc => revOnto xs (x :: acc)

def interleave : List α → List α → List α
  | [], ys => ys
  | x :: xs, [] => x :: xs
  | x :: xs, y :: ys => x :: y :: interleave xs ys

def lastOr (d : α) : List α → α
  | [] => d
  | x :: xs => lastOr x xs

def evensOf : List Nat → List Nat
  | [] => []
  | x :: xs => if x % 2 = 0 then x :: evensOf xs else evensOf xs

def isSorted : List Nat → Bool
  | [] => true
  | [_] => true
  | x :: y :: rest => decide (x ≤ y) && isSorted (y :: rest)

def removeAll (a : Nat) : List Nat → List Nat
  | [] => []
  | x :: xs => if x = a then removeAll a xs else x :: removeAll a xs

def maxOf : List Nat → Nat
  | [] => 0
  | x :: xs => max x (maxOf xs)
