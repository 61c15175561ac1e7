/-- Expressions with variables by number, 0 the one bound last. -/
inductive Ex where
  | num (n : Int)
  | var (i : Nat)
  | neg (a : Ex)
  | plus (a b : Ex)
  | bind (a b : Ex)

/-- The value, variables outside of everything being 0. -/
def Ex.val : List Int → Ex → Int
  | _, .num n => n
  | env, .var i => env.getD i 0
  | env, .neg a => -a.val env
  | env, .plus a b => a.val env + b.val env
  | env, .bind a b => b.val (a.val env :: env)

/-- Negations go to the leaves; `true`: of the negated expression. -/
def Ex.signed : Bool → Ex → Ex
  | false, .num n => .num n
  | true, .num n => .num (-n)
  | false, .var i => .var i
  | true, .var i => .neg (.var i)
  | s, .neg a => a.signed !s
  | s, .plus a b => .plus (a.signed s) (b.signed s)
  | s, .bind a b => .bind (a.signed false) (b.signed s)

/-- Every variable is bound, outside are n of them. -/
def Ex.closedAt : Nat → Ex → Bool
  | _, .num _ => true
  | n, .var i => decide (i < n)
  | n, .neg a => a.closedAt n
  | n, .plus a b => a.closedAt n && b.closedAt n
  | n, .bind a b => a.closedAt n && b.closedAt (n + 1)

/-- Numbers for sums and negations of numbers. -/
def Ex.folded : Ex → Ex
  | .num n => .num n
  | .var i => .var i
  | .neg a => match a.folded with
    | .num n => .num (-n)
    | a' => .neg a'
  | .plus a b => match a.folded, b.folded with
    | .num m, .num n => .num (m + n)
    | a', b' => .plus a' b'
  | .bind a b => .bind a.folded b.folded

/-- Code for a machine with a stack. -/
inductive Op where
  | const (n : Int)
  | fetch (i : Nat)
  | negate
  | add
  | open
  | close

/-- Runs code on variables and a stack of at most `limit` numbers; `none`: too few numbers, or too many. -/
def run (limit : Nat) : List Op → List Int → List Int → Option (List Int × List Int)
  | [], env, s => some (env, s)
  | .const n :: c, env, s => if s.length < limit then run limit c env (n :: s) else none
  | .fetch i :: c, env, s => if s.length < limit then run limit c env (env.getD i 0 :: s) else none
  | .negate :: c, env, x :: s => run limit c env (-x :: s)
  | .add :: c, env, y :: x :: s => run limit c env ((x + y) :: s)
  | .open :: c, env, x :: s => run limit c (x :: env) s
  | .close :: c, _ :: env, s => run limit c env s
  | _ :: _, _, _ => none

def Ex.code : Ex → List Op
  | .num n => [.const n]
  | .var i => [.fetch i]
  | .neg a => a.code ++ [.negate]
  | .plus a b => a.code ++ b.code ++ [.add]
  | .bind a b => a.code ++ [.open] ++ b.code ++ [.close]

/-- The numbers on the stack that an expression needs room for. -/
def Ex.room : Ex → Nat
  | .num _ => 1
  | .var _ => 1
  | .neg a => a.room
  | .plus a b => max a.room (b.room + 1)
  | .bind a b => max a.room b.room

/-- Programs with loops over numbered variables. -/
inductive Com where
  | skip
  | assign (x : Nat) (f : (Nat → Nat) → Nat)
  | seq (c d : Com)
  | cond (b : (Nat → Nat) → Bool) (c d : Com)
  | while (b : (Nat → Nat) → Bool) (c : Com)

def update (s : Nat → Nat) (x v : Nat) : Nat → Nat := fun y => if y = x then v else s y

/-- `Runs c s t`: the program c, begun in s, ends in t. -/
inductive Runs : Com → (Nat → Nat) → (Nat → Nat) → Prop where
  | skip (s : Nat → Nat) : Runs .skip s s
  | assign (s : Nat → Nat) (x : Nat) (f : (Nat → Nat) → Nat) : Runs (.assign x f) s (update s x (f s))
  | seq (s t u : Nat → Nat) (c d : Com) : Runs c s t → Runs d t u → Runs (.seq c d) s u
  | yes (s t : Nat → Nat) (b : (Nat → Nat) → Bool) (c d : Com) : b s = true → Runs c s t → Runs (.cond b c d) s t
  | no (s t : Nat → Nat) (b : (Nat → Nat) → Bool) (c d : Com) : b s = false → Runs d s t → Runs (.cond b c d) s t
  | done (s : Nat → Nat) (b : (Nat → Nat) → Bool) (c : Com) : b s = false → Runs (.while b c) s s
  | more (s t u : Nat → Nat) (b : (Nat → Nat) → Bool) (c : Com) :
      b s = true → Runs c s t → Runs (.while b c) t u → Runs (.while b c) s u

/-- Terms of a language with truth values and numbers. -/
inductive Tm where
  | yes
  | no
  | cond (a b c : Tm)
  | zero
  | succ (a : Tm)
  | pred (a : Tm)
  | isZero (a : Tm)

inductive Number : Tm → Prop where
  | zero : Number .zero
  | succ (a : Tm) : Number a → Number (.succ a)

inductive Value : Tm → Prop where
  | yes : Value .yes
  | no : Value .no
  | number (a : Tm) : Number a → Value a

/-- One step of evaluation. -/
inductive Step : Tm → Tm → Prop where
  | condYes (b c : Tm) : Step (.cond .yes b c) b
  | condNo (b c : Tm) : Step (.cond .no b c) c
  | cond (a a' b c : Tm) : Step a a' → Step (.cond a b c) (.cond a' b c)
  | succ (a a' : Tm) : Step a a' → Step (.succ a) (.succ a')
  | predZero : Step (.pred .zero) .zero
  | predSucc (a : Tm) : Number a → Step (.pred (.succ a)) a
  | pred (a a' : Tm) : Step a a' → Step (.pred a) (.pred a')
  | isZeroZero : Step (.isZero .zero) .yes
  | isZeroSucc (a : Tm) : Number a → Step (.isZero (.succ a)) .no
  | isZero (a a' : Tm) : Step a a' → Step (.isZero a) (.isZero a')

inductive Ty where
  | bool
  | nat

inductive Typed : Tm → Ty → Prop where
  | yes : Typed .yes .bool
  | no : Typed .no .bool
  | cond (a b c : Tm) (t : Ty) : Typed a .bool → Typed b t → Typed c t → Typed (.cond a b c) t
  | zero : Typed .zero .nat
  | succ (a : Tm) : Typed a .nat → Typed (.succ a) .nat
  | pred (a : Tm) : Typed a .nat → Typed (.pred a) .nat
  | isZero (a : Tm) : Typed a .nat → Typed (.isZero a) .bool
