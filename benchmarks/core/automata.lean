/-- Deterministic automata over two letters. -/
structure Auto (σ : Type) where
  next : σ → Bool → σ
  start : σ
  final : σ → Bool

namespace Auto

variable {σ τ : Type}

def from_ (m : Auto σ) (s : σ) : List Bool → σ
  | [] => s
  | b :: w => from_ m (m.next s b) w

def accepts (m : Auto σ) (w : List Bool) : Bool := m.final (m.from_ m.start w)

/-- Both at once. -/
def both (m : Auto σ) (n : Auto τ) : Auto (σ × τ) where
  next s b := (m.next s.1 b, n.next s.2 b)
  start := (m.start, n.start)
  final s := m.final s.1 && n.final s.2

def opposite (m : Auto σ) : Auto σ := { m with final := fun s => !m.final s }

end Auto

/-- The value of binary digits, the highest first, after what stands before. -/
def binary : Nat → List Bool → Nat
  | n, [] => n
  | n, b :: w => binary (2 * n + (if b then 1 else 0)) w

/-- Remainders of division by three. -/
def byThree : Auto (Fin 3) where
  next s b := match s, b with
    | 0, false => 0
    | 0, true => 1
    | 1, false => 2
    | 1, true => 0
    | 2, false => 1
    | 2, true => 2
  start := 0
  final s := s == 0

/-- How often `true` stands in a word. -/
def ones : List Bool → Nat
  | [] => 0
  | b :: w => (if b then 1 else 0) + ones w

def oddOnes : Auto Bool where
  next s b := s != b
  start := false
  final s := s

/-- `true` twice in a row somewhere. -/
def hasPair : List Bool → Bool
  | true :: true :: _ => true
  | _ :: w => hasPair w
  | [] => false

/-- How much of a pair was just seen. -/
def pairs : Auto (Fin 3) where
  next s b := match s, b with
    | 0, false => 0
    | 0, true => 1
    | 1, false => 0
    | 1, true => 2
    | 2, _ => 2
  start := 0
  final s := s == 2

/-- Nondeterministic automata. -/
structure Choice (σ : Type) where
  next : σ → Bool → σ → Prop
  start : σ → Prop
  final : σ → Prop

/-- A way through a nondeterministic automaton. -/
inductive Choice.Way {σ : Type} (m : Choice σ) : σ → List Bool → σ → Prop where
  | stay (s : σ) : Way m s [] s
  | go (s t u : σ) (b : Bool) (w : List Bool) : m.next s b t → Way m t w u → Way m s (b :: w) u

def Choice.accepts {σ : Type} (m : Choice σ) (w : List Bool) : Prop :=
  ∃ s t, m.start s ∧ m.Way s w t ∧ m.final t

/-- All ways backwards. -/
def Choice.backwards {σ : Type} (m : Choice σ) : Choice σ where
  next s b t := m.next t b s
  start := m.final
  final := m.start

def Auto.choice {σ : Type} (m : Auto σ) : Choice σ where
  next s b t := m.next s b = t
  start s := s = m.start
  final s := m.final s = true
