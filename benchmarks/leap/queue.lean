/-- A queue from two lists: taken from the front of `front`, put at the front of `back`. -/
structure Queue where
  front : List Nat
  back : List Nat

namespace Queue

def empty : Queue := ⟨[], []⟩

/-- Never an empty front and a back that is not. -/
def balance : List Nat → List Nat → Queue
  | [], b => ⟨b.reverse, []⟩
  | a :: f, b => ⟨a :: f, b⟩

def put (q : Queue) (x : Nat) : Queue := balance q.front (x :: q.back)

def take (q : Queue) : Option (Nat × Queue) :=
  match q.front with
  | [] => none
  | x :: f => some (x, balance f q.back)

/-- What is done with a queue. -/
inductive Op where
  | put (x : Nat)
  | take

/-- What the takes give. -/
def run (q : Queue) : List Op → List (Option Nat)
  | [] => []
  | .put x :: ops => run (q.put x) ops
  | .take :: ops =>
    match q.take with
    | none => none :: run q ops
    | some (x, q') => some x :: run q' ops

/-- The same with one list. -/
def specify (l : List Nat) : List Op → List (Option Nat)
  | [] => []
  | .put x :: ops => specify (l ++ [x]) ops
  | .take :: ops =>
    match l with
    | [] => none :: specify [] ops
    | x :: l => some x :: specify l ops

/-- Takes at most `n` and puts them into another list. -/
def drain : Nat → Queue → List Nat
  | 0, _ => []
  | n + 1, q =>
    match q.take with
    | none => []
    | some (x, q') => x :: drain n q'

def fill (q : Queue) : List Nat → Queue
  | [] => q
  | x :: l => fill (q.put x) l

def contents (q : Queue) : List Nat := q.front ++ q.back.reverse

def sound (q : Queue) : Prop := q.front = [] → q.back = []

theorem run_empty (ops : List Op) : run empty ops = specify [] ops := by
  sorry

theorem drain_fill (l : List Nat) : drain l.length (fill empty l) = l := by
  sorry

end Queue
