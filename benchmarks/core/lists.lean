/-- The sum of a list. -/
def sumList : List Nat → Nat
  | [] => 0
  | x :: xs => x + sumList xs

def addUp : List Int → Int
  | [] => 0
  | x :: xs => x + addUp xs

/-- Running totals, the start first. -/
def runningTotals (start : Nat) : List Nat → List Nat
  | [] => [start]
  | x :: xs => start :: runningTotals (start + x) xs

/-- All choices of elements, in order. -/
def choices {α : Type} : List α → List (List α)
  | [] => [[]]
  | x :: xs => choices xs ++ (choices xs).map (x :: ·)

/-- An element put in at every place. -/
def everywhere {α : Type} (a : α) : List α → List (List α)
  | [] => [[a]]
  | x :: xs => (a :: x :: xs) :: (everywhere a xs).map (x :: ·)

/-- All arrangements. -/
def arrangements {α : Type} : List α → List (List α)
  | [] => [[]]
  | x :: xs => (arrangements xs).flatMap (everywhere x)

def factorial : Nat → Nat
  | 0 => 1
  | n + 1 => (n + 1) * factorial n

/-- Every other element, from the first and from the second. -/
def deal {α : Type} : List α → List α × List α
  | [] => ([], [])
  | x :: xs => (x :: (deal xs).2, (deal xs).1)

def zipper {α : Type} : List α → List α → List α
  | [], ys => ys
  | x :: xs, ys => x :: zipper ys xs
termination_by xs ys => xs.length + ys.length

/-- Keeps the last of equal elements. -/
def unique : List Nat → List Nat
  | [] => []
  | x :: xs => if xs.contains x then unique xs else x :: unique xs

def allDifferent : List Nat → Bool
  | [] => true
  | x :: xs => !xs.contains x && allDifferent xs

/-- The first element goes to the end, n times. -/
def turn {α : Type} : Nat → List α → List α
  | 0, xs => xs
  | _ + 1, [] => []
  | n + 1, x :: xs => turn n (xs ++ [x])

def foldLeft {α β : Type} (f : β → α → β) (b : β) : List α → β
  | [] => b
  | x :: xs => foldLeft f (f b x) xs

def foldRight {α β : Type} (f : α → β → β) (b : β) : List α → β
  | [] => b
  | x :: xs => f x (foldRight f b xs)

def takeIf {α : Type} (p : α → Bool) : List α → List α
  | [] => []
  | x :: xs => if p x then x :: takeIf p xs else []

def dropIf {α : Type} (p : α → Bool) : List α → List α
  | [] => []
  | x :: xs => if p x then dropIf p xs else x :: xs

def howMany (a : Nat) : List Nat → Nat
  | [] => 0
  | x :: xs => (if x = a then 1 else 0) + howMany a xs

/-- The vote of Boyer and Moore: a candidate with so many voices, then the rest of the votes. -/
def vote (c : Nat) : Nat → List Nat → Nat
  | _, [] => c
  | 0, x :: xs => vote x 1 xs
  | k + 1, x :: xs => if x = c then vote c (k + 2) xs else vote c k xs

/-- The largest sum of a segment: best so far, best that ends here. -/
def kadane (best here : Int) : List Int → Int
  | [] => best
  | x :: xs => kadane (max best (max 0 (here + x))) (max 0 (here + x)) xs

/-- Neighbours that are equal go into one group. -/
def groups : List Nat → List (List Nat)
  | [] => []
  | x :: xs => match groups xs with
    | (y :: ys) :: rest => if x = y then (x :: y :: ys) :: rest else [x] :: (y :: ys) :: rest
    | other => [x] :: other
