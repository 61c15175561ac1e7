/-- Arithmetic expressions with one variable. -/
inductive Expr where
  | num : Nat → Expr
  | var : Expr
  | add : Expr → Expr → Expr
  | mul : Expr → Expr → Expr

def eval (v : Nat) : Expr → Nat
  | .num n => n
  | .var => v
  | .add a b => eval v a + eval v b
  | .mul a b => eval v a * eval v b

/-- 0 + e and e + 0 become e, once at each sum. -/
def simplify : Expr → Expr
  | .add (.num 0) e => simplify e
  | .add e (.num 0) => simplify e
  | .add a b => .add (simplify a) (simplify b)
  | .mul a b => .mul (simplify a) (simplify b)
  | e => e

/-- Every variable replaced by an expression. -/
def subst (e : Expr) : Expr → Expr
  | .num n => .num n
  | .var => e
  | .add a b => .add (subst e a) (subst e b)
  | .mul a b => .mul (subst e a) (subst e b)

inductive Instr where
  | push : Nat → Instr
  | load : Instr
  | plus : Instr
  | times : Instr

def exec (v : Nat) : List Instr → List Nat → List Nat
  | [], s => s
  | .push n :: is, s => exec v is (n :: s)
  | .load :: is, s => exec v is (v :: s)
  | .plus :: is, a :: b :: s => exec v is ((b + a) :: s)
  | .times :: is, a :: b :: s => exec v is ((b * a) :: s)
  | _ :: is, s => exec v is s

def compile : Expr → List Instr
  | .num n => [.push n]
  | .var => [.load]
  | .add a b => compile a ++ compile b ++ [.plus]
  | .mul a b => compile a ++ compile b ++ [.times]

/-- Binary numbers, lowest digit first. -/
def bits : List Bool → Nat
  | [] => 0
  | b :: bs => (if b then 1 else 0) + 2 * bits bs

def incr : List Bool → List Bool
  | [] => [true]
  | false :: bs => true :: bs
  | true :: bs => false :: incr bs

/-- Lengths of runs: [(2, a), (1, b)] stands for [a, a, b]. -/
def expand : List (Nat × α) → List α
  | [] => []
  | (n, a) :: rest => List.replicate n a ++ expand rest

def firstSome (f : α → Option β) : List α → Option β
  | [] => none
  | x :: xs => match f x with
    | some y => some y
    | none => firstSome f xs

def iter (f : α → α) : Nat → α → α
  | 0, x => x
  | n + 1, x => iter f n (f x)
