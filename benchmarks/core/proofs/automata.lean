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

/-- An automaton and its opposite disagree on every word. -/
theorem auto_opposite {σ : Type} (m : Auto σ) (w : List Bool) : m.opposite.accepts w = !m.accepts w := by
  have same (s : σ) : m.opposite.from_ s w = m.from_ s w := by
    induction w generalizing s with
    | nil => rfl
    | cons b w ih => exact ih _
  simp only [Auto.accepts]
  show (!m.final (m.opposite.from_ m.start w)) = _
  rw [same]

/-- A word in two parts, run part by part. -/
theorem auto_append {σ : Type} (m : Auto σ) (s : σ) (v w : List Bool) :
    m.from_ s (v ++ w) = m.from_ (m.from_ s v) w := by
  induction v generalizing s with
  | nil => rfl
  | cons b v ih => exact ih _

/-- Two automata at once accept what both accept. -/
theorem auto_both {σ τ : Type} (m : Auto σ) (n : Auto τ) (w : List Bool) :
    (m.both n).accepts w = (m.accepts w && n.accepts w) := by
  have pair (s : σ) (t : τ) : (m.both n).from_ (s, t) w = (m.from_ s w, n.from_ t w) := by
    induction w generalizing s t with
    | nil => rfl
    | cons b w ih => exact ih _ _
  simp only [Auto.accepts]
  show (m.both n).final ((m.both n).from_ (m.start, n.start) w) = _
  rw [pair]
  rfl

/-- The automaton for threes accepts the binary numbers that three divides. -/
theorem auto_by_three (w : List Bool) : byThree.accepts w = true ↔ binary 0 w % 3 = 0 := by
  have general (w : List Bool) (s : Fin 3) (n : Nat) (h : n % 3 = s.val) :
      binary n w % 3 = (byThree.from_ s w).val := by
    induction w generalizing s n with
    | nil => exact h
    | cons b w ih =>
      rw [binary, Auto.from_]
      apply ih
      have : s = 0 ∨ s = 1 ∨ s = 2 := by omega
      rcases this with rfl | rfl | rfl <;> cases b <;> simp [byThree] at h ⊢ <;> omega
  have := general w 0 0 rfl
  rw [this]
  simp only [Auto.accepts, byThree, beq_iff_eq]
  constructor
  · intro h
    exact congrArg Fin.val h
  · intro h
    exact Fin.ext h

/-- The automaton for odd numbers of ones. -/
theorem auto_odd_ones (w : List Bool) : oddOnes.accepts w = (ones w % 2 == 1) := by
  have general (s : Bool) : oddOnes.from_ s w = (((if s then 1 else 0) + ones w) % 2 == 1) := by
    induction w generalizing s with
    | nil => cases s <;> rfl
    | cons b w ih =>
      rw [Auto.from_, ih]
      have : ones w % 2 = 0 ∨ ones w % 2 = 1 := by omega
      rcases this with h | h <;> cases s <;> cases b <;> simp [oddOnes, ones, Nat.add_mod, h]
  have := general false
  simp only [Auto.accepts]
  show oddOnes.from_ false w = _
  rw [this]
  simp

/-- The automaton for pairs of ones. -/
theorem auto_pairs (w : List Bool) : pairs.accepts w = hasPair w := by
  have stays (w : List Bool) : pairs.from_ 2 w = 2 := by
    induction w with
    | nil => rfl
    | cons b w ih => cases b <;> exact ih
  have general (w : List Bool) :
      (pairs.from_ 0 w == 2) = hasPair w ∧ (pairs.from_ 1 w == 2) = hasPair (true :: w) := by
    induction w with
    | nil => exact ⟨rfl, rfl⟩
    | cons b w ih =>
      cases b with
      | false =>
        have h0 : pairs.from_ 0 (false :: w) = pairs.from_ 0 w := rfl
        have h1 : pairs.from_ 1 (false :: w) = pairs.from_ 0 w := rfl
        rw [h0, h1, ih.1]
        simp [hasPair]
      | true =>
        have h0 : pairs.from_ 0 (true :: w) = pairs.from_ 1 w := rfl
        have h1 : pairs.from_ 1 (true :: w) = pairs.from_ 2 w := rfl
        rw [h0, h1, ih.2, stays]
        simp [hasPair]
  exact (general w).1

theorem way_snoc {σ : Type} (m : Choice σ) (s t u : σ) (b : Bool) (w : List Bool) (h : m.Way s w t)
    (ht : m.next t b u) : m.Way s (w ++ [b]) u := by
  induction h with
  | stay s => exact .go _ _ _ _ _ ht (.stay _)
  | go _ _ _ _ _ hs _ ih => exact .go _ _ _ _ _ hs (ih ht)

/-- The ways backwards accept the words backwards. -/
theorem choice_backwards {σ : Type} (m : Choice σ) (w : List Bool) (h : m.accepts w) :
    m.backwards.accepts w.reverse := by
  obtain ⟨s, t, hs, hw, ht⟩ := h
  refine ⟨t, s, ht, ?_, hs⟩
  clear hs ht
  induction hw with
  | stay s => exact .stay _
  | go s t u b w hn _ ih =>
    rw [List.reverse_cons]
    exact way_snoc _ _ _ _ _ _ ih hn

/-- A deterministic automaton, taken for one with choices, accepts the same words. -/
theorem choice_of_auto {σ : Type} (m : Auto σ) (w : List Bool) : m.choice.accepts w ↔ m.accepts w = true := by
  have way (s : σ) : m.choice.Way s w (m.from_ s w) := by
    induction w generalizing s with
    | nil => exact .stay _
    | cons b w ih => exact .go _ _ _ _ _ rfl (ih _)
  have only (s t : σ) (h : m.choice.Way s w t) : t = m.from_ s w := by
    clear way
    induction h with
    | stay s => rfl
    | go s t u b w hn _ ih =>
      have : m.next s b = t := hn
      rw [Auto.from_, this]
      exact ih
  constructor
  · rintro ⟨s, t, hs, hw, ht⟩
    have hs : s = m.start := hs
    subst hs
    have := only _ _ hw
    subst this
    exact ht
  · intro h
    exact ⟨m.start, _, rfl, way _, h⟩
