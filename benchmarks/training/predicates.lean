inductive Even : Nat → Prop where
  | zero : Even 0
  | step (n : Nat) : Even n → Even (n + 2)

inductive Odd : Nat → Prop where
  | one : Odd 1
  | step (n : Nat) : Odd n → Odd (n + 2)

/-- The reflexive and transitive closure of r. -/
inductive Star (r : α → α → Prop) : α → α → Prop where
  | refl (a : α) : Star r a a
  | head (a b c : α) : r a b → Star r b c → Star r a c

/-- xs is what remains when some elements of ys are left out. -/
inductive Part : List α → List α → Prop where
  | nil : Part [] []
  | skip (y : α) (xs ys : List α) : Part xs ys → Part xs (y :: ys)
  | keep (x : α) (xs ys : List α) : Part xs ys → Part (x :: xs) (x :: ys)

inductive Ascending : List Nat → Prop where
  | nil : Ascending []
  | one (a : Nat) : Ascending [a]
  | more (a b : Nat) (xs : List Nat) : a ≤ b → Ascending (b :: xs) → Ascending (a :: b :: xs)

inductive Swap : List α → List α → Prop where
  | here (a b : α) (xs : List α) : Swap (a :: b :: xs) (b :: a :: xs)
  | later (a : α) (xs ys : List α) : Swap xs ys → Swap (a :: xs) (a :: ys)

/-- Every element satisfies p. -/
inductive Every (p : α → Prop) : List α → Prop where
  | nil : Every p []
  | cons (x : α) (xs : List α) : p x → Every p xs → Every p (x :: xs)
