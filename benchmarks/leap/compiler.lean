/-- Arithmetic over numbered variables. -/
inductive Exp where
  | num (n : Nat)
  | var (x : Nat)
  | add (a b : Exp)
  | mul (a b : Exp)

/-- Conditions. -/
inductive Cond where
  | const (b : Bool)
  | le (a b : Exp)
  | not (c : Cond)
  | and (c d : Cond)

/-- Programs without loops. -/
inductive Prog where
  | skip
  | set (x : Nat) (a : Exp)
  | seq (p q : Prog)
  | ite (c : Cond) (p q : Prog)

abbrev Store := Nat → Nat

def Store.set (s : Store) (x n : Nat) : Store := fun y => if y = x then n else s y

def Exp.eval (s : Store) : Exp → Nat
  | num n => n
  | var x => s x
  | add a b => a.eval s + b.eval s
  | mul a b => a.eval s * b.eval s

def Cond.eval (s : Store) : Cond → Bool
  | const b => b
  | le a b => decide (a.eval s ≤ b.eval s)
  | not c => !c.eval s
  | and c d => c.eval s && d.eval s

def Prog.run (s : Store) : Prog → Store
  | skip => s
  | set x a => s.set x (a.eval s)
  | seq p q => q.run (p.run s)
  | ite c p q => if c.eval s then p.run s else q.run s

/-- A machine with a stack and jumps ahead. -/
inductive Instr where
  | push (n : Nat)
  | load (x : Nat)
  | store (x : Nat)
  | add
  | mul
  | le
  | not
  /-- Jumps over so many instructions if the top of the stack is 0, and takes it away. -/
  | jumpZero (n : Nat)
  | jump (n : Nat)

structure State where
  store : Store
  stack : List Nat

def bit (b : Bool) : Nat := if b then 1 else 0

/-- What an instruction that is no jump does. -/
def step (s : State) : Instr → State
  | .push n => { s with stack := n :: s.stack }
  | .load x => { s with stack := s.store x :: s.stack }
  | .store x => match s.stack with
    | n :: r => ⟨s.store.set x n, r⟩
    | [] => s
  | .add => match s.stack with
    | b :: a :: r => { s with stack := (a + b) :: r }
    | _ => s
  | .mul => match s.stack with
    | b :: a :: r => { s with stack := (a * b) :: r }
    | _ => s
  | .le => match s.stack with
    | b :: a :: r => { s with stack := bit (decide (a ≤ b)) :: r }
    | _ => s
  | .not => match s.stack with
    | a :: r => { s with stack := bit (a == 0) :: r }
    | _ => s
  | .jumpZero _ => { s with stack := s.stack.tail }
  | .jump _ => s

/-- How many instructions are jumped over. -/
def leap (s : State) : Instr → Nat
  | .jumpZero n => if s.stack.head? = some 0 then n else 0
  | .jump n => n
  | _ => 0

/-- Runs a program, the first `k` instructions left out. -/
def exec : Nat → List Instr → State → State
  | _, [], s => s
  | k + 1, _ :: c, s => exec k c s
  | 0, i :: c, s => exec (leap s i) c (step s i)

def Exp.compile : Exp → List Instr
  | num n => [.push n]
  | var x => [.load x]
  | add a b => a.compile ++ (b.compile ++ [.add])
  | mul a b => a.compile ++ (b.compile ++ [.mul])

def Cond.compile : Cond → List Instr
  | const b => [.push (bit b)]
  | le a b => a.compile ++ (b.compile ++ [.le])
  | not c => c.compile ++ [.not]
  | and c d => c.compile ++ (.jumpZero (d.compile.length + 1) :: (d.compile ++ [.jump 1, .push 0]))

def Prog.compile : Prog → List Instr
  | skip => []
  | set x a => a.compile ++ [.store x]
  | seq p q => p.compile ++ q.compile
  | ite c p q => c.compile ++ (.jumpZero (p.compile.length + 1) :: (p.compile ++ (.jump q.compile.length :: q.compile)))

def mkAdd : Exp → Exp → Exp
  | .num m, .num n => .num (m + n)
  | .num 0, b => b
  | a, .num 0 => a
  | a, b => .add a b

def mkMul : Exp → Exp → Exp
  | .num m, .num n => .num (m * n)
  | .num 0, _ => .num 0
  | _, .num 0 => .num 0
  | .num 1, b => b
  | a, .num 1 => a
  | a, b => .mul a b

def mkLe : Exp → Exp → Cond
  | .num m, .num n => .const (decide (m ≤ n))
  | .num 0, _ => .const true
  | a, b => .le a b

def mkNot : Cond → Cond
  | .const b => .const (!b)
  | .not c => c
  | c => .not c

def mkAnd : Cond → Cond → Cond
  | .const true, d => d
  | .const false, _ => .const false
  | c, .const true => c
  | c, d => .and c d

def mkSeq : Prog → Prog → Prog
  | .skip, q => q
  | p, .skip => p
  | p, q => .seq p q

def mkIte : Cond → Prog → Prog → Prog
  | .const true, p, _ => p
  | .const false, _, q => q
  | .not c, p, q => .ite c q p
  | c, p, q => .ite c p q

def Exp.fold : Exp → Exp
  | num n => .num n
  | var x => .var x
  | add a b => mkAdd a.fold b.fold
  | mul a b => mkMul a.fold b.fold

def Cond.fold : Cond → Cond
  | const b => .const b
  | le a b => mkLe a.fold b.fold
  | not c => mkNot c.fold
  | and c d => mkAnd c.fold d.fold

def Prog.fold : Prog → Prog
  | skip => .skip
  | set x a => .set x a.fold
  | seq p q => mkSeq p.fold q.fold
  | ite c p q => mkIte c.fold p.fold q.fold

theorem compile_correct (p : Prog) (s : Store) : exec 0 p.fold.compile ⟨s, []⟩ = ⟨p.run s, []⟩ := by
  sorry

theorem exp_compile_fold (a : Exp) (s : Store) (r : List Nat) :
    exec 0 a.fold.compile ⟨s, r⟩ = exec 0 a.compile ⟨s, r⟩ := by
  sorry
