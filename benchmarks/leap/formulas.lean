/-- Formulas over numbered variables. -/
inductive Form where
  | var (n : Nat)
  | neg (a : Form)
  | and (a b : Form)
  | or (a b : Form)
  | imp (a b : Form)

namespace Form

def eval (v : Nat → Bool) : Form → Bool
  | var n => v n
  | neg a => !eval v a
  | and a b => eval v a && eval v b
  | or a b => eval v a || eval v b
  | imp a b => !eval v a || eval v b

/-- Negation normal form of a formula (`pos`), or of its negation. -/
def push (pos : Bool) : Form → Form
  | var n => if pos then var n else neg (var n)
  | neg a => push (!pos) a
  | and a b => if pos then and (push true a) (push true b) else or (push false a) (push false b)
  | or a b => if pos then or (push true a) (push true b) else and (push false a) (push false b)
  | imp a b => if pos then or (push false a) (push true b) else and (push true a) (push false b)

def nnf (a : Form) : Form := push true a

/-- Negations of variables alone, no implication. -/
def normal : Form → Bool
  | var _ => true
  | neg (var _) => true
  | neg _ => false
  | and a b => normal a && normal b
  | or a b => normal a && normal b
  | imp _ _ => false

def size : Form → Nat
  | var _ => 1
  | neg a => size a + 1
  | and a b => size a + size b + 1
  | or a b => size a + size b + 1
  | imp a b => size a + size b + 1

/-- `a or b` with the ands outside, for `a` and `b` with ands outside. -/
def distrib (a : Form) : Form → Form
  | and b c => and (distrib a b) (distrib a c)
  | b => distribLeft b a
where
  distribLeft (b : Form) : Form → Form
    | and c d => and (distribLeft b c) (distribLeft b d)
    | a => or a b

def cnf : Form → Form
  | and a b => and (cnf a) (cnf b)
  | or a b => distrib (cnf a) (cnf b)
  | a => a

theorem cnf_nnf_correct (v : Nat → Bool) (a : Form) : eval v (cnf (nnf a)) = eval v a := by
  sorry

theorem nnf_nnf (a : Form) : nnf (nnf a) = nnf a := by
  sorry

theorem cnf_nnf_normal (a : Form) : normal (cnf (nnf a)) = true := by
  sorry

end Form
