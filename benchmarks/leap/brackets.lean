inductive Shape where
  | leaf
  | node (l r : Shape)

inductive Token where
  | opened
  | closed
  deriving DecidableEq

namespace Shape

/-- `(` left `)` right. -/
def print : Shape → List Token
  | leaf => []
  | node l r => .opened :: (print l ++ .closed :: print r)

def size : Shape → Nat
  | leaf => 0
  | node l r => size l + size r + 1

/-- Reads a shape at the front, with so much patience; gives the rest too. -/
def parse : Nat → List Token → Option (Shape × List Token)
  | 0, _ => none
  | n + 1, .opened :: ts =>
    match parse n ts with
    | some (l, .closed :: us) =>
      match parse n us with
      | some (r, vs) => some (node l r, vs)
      | none => none
    | _ => none
  | _ + 1, ts => some (leaf, ts)

def read (ts : List Token) : Option Shape :=
  match parse (ts.length + 1) ts with
  | some (t, []) => some t
  | _ => none

/-- Whether brackets match, `d` being open already. -/
def matched : Nat → List Token → Bool
  | d, [] => d == 0
  | d, .opened :: ts => matched (d + 1) ts
  | 0, .closed :: _ => false
  | d + 1, .closed :: ts => matched d ts

theorem read_print (t : Shape) : read (print t) = some t := by
  sorry

theorem read_matched (ts : List Token) (t : Shape) (h : read ts = some t) : matched 0 ts = true := by
  sorry

theorem print_injective (t u : Shape) (h : print t = print u) : t = u := by
  sorry

end Shape
