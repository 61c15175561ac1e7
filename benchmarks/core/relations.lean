/-- Where a relation leads in any number of steps. -/
inductive Leads {α : Type} (r : α → α → Prop) : α → α → Prop where
  | stay (a : α) : Leads r a a
  | step (a b c : α) : r a b → Leads r b c → Leads r a c

/-- The same in n steps. -/
inductive InSteps {α : Type} (r : α → α → Prop) : Nat → α → α → Prop where
  | stay (a : α) : InSteps r 0 a a
  | step (n : Nat) (a b c : α) : r a b → InSteps r n b c → InSteps r (n + 1) a c

/-- The least equivalence that holds where r does. -/
inductive Linked {α : Type} (r : α → α → Prop) : α → α → Prop where
  | base (a b : α) : r a b → Linked r a b
  | refl (a : α) : Linked r a a
  | symm (a b : α) : Linked r a b → Linked r b a
  | trans (a b c : α) : Linked r a b → Linked r b c → Linked r a c

/-- zs takes its elements from xs and ys in turn, in some way. -/
inductive Mix {α : Type} : List α → List α → List α → Prop where
  | nil : Mix [] [] []
  | left (x : α) (xs ys zs : List α) : Mix xs ys zs → Mix (x :: xs) ys (x :: zs)
  | right (y : α) (xs ys zs : List α) : Mix xs ys zs → Mix xs (y :: ys) (y :: zs)

/-- Words that are the same backwards. -/
inductive Pal {α : Type} : List α → Prop where
  | nil : Pal []
  | one (a : α) : Pal [a]
  | wrap (a : α) (w : List α) : Pal w → Pal (a :: (w ++ [a]))

/-- Words in which brackets match, `true` opening. -/
inductive Matched : List Bool → Prop where
  | nil : Matched []
  | wrap (v w : List Bool) : Matched v → Matched w → Matched (true :: (v ++ false :: w))

/-- How many brackets stay open, `none` where one is closed too many. -/
def depth : Nat → List Bool → Option Nat
  | d, [] => some d
  | d, true :: w => depth (d + 1) w
  | 0, false :: _ => none
  | d + 1, false :: w => depth d w

/-- The smallest numbers that contain 1 and are closed under doubling and adding three. -/
inductive Reached : Nat → Prop where
  | one : Reached 1
  | double (n : Nat) : Reached n → Reached (2 * n)
  | three (n : Nat) : Reached n → Reached (n + 3)

/-- Lists that are equal up to the order of elements. -/
inductive Reordered {α : Type} : List α → List α → Prop where
  | nil : Reordered [] []
  | keep (x : α) (xs ys : List α) : Reordered xs ys → Reordered (x :: xs) (x :: ys)
  | swap (x y : α) (xs : List α) : Reordered (x :: y :: xs) (y :: x :: xs)
  | trans (xs ys zs : List α) : Reordered xs ys → Reordered ys zs → Reordered xs zs
