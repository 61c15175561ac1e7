import CoreMath.Set

/-! Bounds of sets, and monotone functions. -/

universe u v

section Bounds

variable {α : Type u} [LE α]

/-- What is at least as large as every member. -/
def upperBounds (s : Set α) : Set α := {x | ∀ ⦃a : α⦄, a ∈ s → a ≤ x}

/-- What is at most as large as every member. -/
def lowerBounds (s : Set α) : Set α := {x | ∀ ⦃a : α⦄, a ∈ s → x ≤ a}

def BddAbove (s : Set α) : Prop := (upperBounds s).Nonempty
def BddBelow (s : Set α) : Prop := (lowerBounds s).Nonempty

/-- `a` is the least member of `s`. -/
def IsLeast (s : Set α) (a : α) : Prop := a ∈ s ∧ a ∈ lowerBounds s

/-- `a` is the greatest member of `s`. -/
def IsGreatest (s : Set α) (a : α) : Prop := a ∈ s ∧ a ∈ upperBounds s

/-- `a` is the least upper bound of `s`. -/
def IsLUB (s : Set α) : α → Prop := IsLeast (upperBounds s)

/-- `a` is the greatest lower bound of `s`. -/
def IsGLB (s : Set α) : α → Prop := IsGreatest (lowerBounds s)

@[grind =] theorem mem_upperBounds {s : Set α} {a : α} : a ∈ upperBounds s ↔ ∀ x, x ∈ s → x ≤ a :=
  ⟨fun h x m => @h x m, fun h x m => h x m⟩

@[grind =] theorem mem_lowerBounds {s : Set α} {a : α} : a ∈ lowerBounds s ↔ ∀ x, x ∈ s → a ≤ x :=
  ⟨fun h x m => @h x m, fun h x m => h x m⟩

@[grind =] theorem isLeast_iff {s : Set α} {a : α} : IsLeast s a ↔ a ∈ s ∧ ∀ x, x ∈ s → a ≤ x :=
  and_congr Iff.rfl mem_lowerBounds

@[grind =] theorem isGreatest_iff {s : Set α} {a : α} : IsGreatest s a ↔ a ∈ s ∧ ∀ x, x ∈ s → x ≤ a :=
  and_congr Iff.rfl mem_upperBounds

theorem Nat.isLeast_unique {s : Set ℕ} {a b : ℕ} (ha : IsLeast s a) (hb : IsLeast s b) : a = b :=
  Nat.le_antisymm (ha.2 hb.1) (hb.2 ha.1)

end Bounds

section Monotone

variable {α : Type u} {β : Type v}

def Monotone [LE α] [LE β] (f : α → β) : Prop := ∀ ⦃a b : α⦄, a ≤ b → f a ≤ f b
def Antitone [LE α] [LE β] (f : α → β) : Prop := ∀ ⦃a b : α⦄, a ≤ b → f b ≤ f a
def StrictMono [LT α] [LT β] (f : α → β) : Prop := ∀ ⦃a b : α⦄, a < b → f a < f b
def StrictAnti [LT α] [LT β] (f : α → β) : Prop := ∀ ⦃a b : α⦄, a < b → f b < f a

def MonotoneOn [LE α] [LE β] (f : α → β) (s : Set α) : Prop :=
  ∀ ⦃a : α⦄, a ∈ s → ∀ ⦃b : α⦄, b ∈ s → a ≤ b → f a ≤ f b
def AntitoneOn [LE α] [LE β] (f : α → β) (s : Set α) : Prop :=
  ∀ ⦃a : α⦄, a ∈ s → ∀ ⦃b : α⦄, b ∈ s → a ≤ b → f b ≤ f a
def StrictMonoOn [LT α] [LT β] (f : α → β) (s : Set α) : Prop :=
  ∀ ⦃a : α⦄, a ∈ s → ∀ ⦃b : α⦄, b ∈ s → a < b → f a < f b
def StrictAntiOn [LT α] [LT β] (f : α → β) (s : Set α) : Prop :=
  ∀ ⦃a : α⦄, a ∈ s → ∀ ⦃b : α⦄, b ∈ s → a < b → f b < f a

theorem monotone_nat_of_le_succ {f : ℕ → ℕ} (h : ∀ n, f n ≤ f (n + 1)) : Monotone f := by
  intro a b le
  induction le with
  | refl => exact Nat.le_refl _
  | step _ ih => exact Nat.le_trans ih (h _)

theorem strictMono_nat_of_lt_succ {f : ℕ → ℕ} (h : ∀ n, f n < f (n + 1)) : StrictMono f := by
  intro a b lt
  induction lt with
  | refl => exact h a
  | step _ ih => exact Nat.lt_trans ih (h _)

end Monotone
