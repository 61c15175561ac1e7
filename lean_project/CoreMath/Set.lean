import CoreMath.Notation

/-! Sets as predicates, set-builder notation and the operations on sets. -/

universe u v

/-- A set of things of type `α`: what it holds, as a predicate. -/
def Set (α : Type u) : Type u :=
  α → Prop

/-- The set of all `a` with `p a`. -/
def setOf {α : Type u} (p : α → Prop) : Set α :=
  p

namespace Set

variable {α : Type u} {β : Type v}

protected def Mem (s : Set α) (a : α) : Prop := s a

instance : Membership α (Set α) := ⟨Set.Mem⟩

@[simp, grind =] theorem mem_setOf_eq {a : α} {p : α → Prop} : (a ∈ setOf p) = p a := rfl

@[ext, grind ext] theorem ext {s t : Set α} (h : ∀ x, x ∈ s ↔ x ∈ t) : s = t :=
  funext fun x => propext (h x)

protected def Subset (s t : Set α) : Prop := ∀ a, a ∈ s → a ∈ t

instance : HasSubset (Set α) := ⟨Set.Subset⟩
instance : EmptyCollection (Set α) := ⟨setOf fun _ => False⟩
instance : Inhabited (Set α) := ⟨∅⟩
instance : Union (Set α) := ⟨fun s t => setOf fun a => a ∈ s ∨ a ∈ t⟩
instance : Inter (Set α) := ⟨fun s t => setOf fun a => a ∈ s ∧ a ∈ t⟩
instance : SDiff (Set α) := ⟨fun s t => setOf fun a => a ∈ s ∧ a ∉ t⟩
instance : Singleton α (Set α) := ⟨fun b => setOf fun a => a = b⟩
instance : Insert α (Set α) := ⟨fun b s => setOf fun a => a = b ∨ a ∈ s⟩

/-- The set of all things of a type. -/
def univ : Set α := setOf fun _ => True

/-- The set has a member. -/
protected def Nonempty (s : Set α) : Prop := ∃ x, x ∈ s

@[simp, grind =] theorem mem_empty_iff_false (x : α) : x ∈ (∅ : Set α) ↔ False := Iff.rfl
@[simp, grind =] theorem mem_univ (x : α) : x ∈ (univ : Set α) ↔ True := Iff.rfl
@[simp, grind =] theorem mem_union (x : α) (s t : Set α) : x ∈ s ∪ t ↔ x ∈ s ∨ x ∈ t := Iff.rfl
@[simp, grind =] theorem mem_inter_iff (x : α) (s t : Set α) : x ∈ s ∩ t ↔ x ∈ s ∧ x ∈ t := Iff.rfl
@[simp, grind =] theorem mem_diff (x : α) (s t : Set α) : x ∈ s \ t ↔ x ∈ s ∧ x ∉ t := Iff.rfl
@[simp, grind =] theorem mem_singleton_iff {x y : α} : x ∈ ({y} : Set α) ↔ x = y := Iff.rfl
@[simp, grind =] theorem mem_insert_iff {x y : α} {s : Set α} : x ∈ insert y s ↔ x = y ∨ x ∈ s := Iff.rfl
@[grind =] theorem subset_def {s t : Set α} : (s ⊆ t) = ∀ x, x ∈ s → x ∈ t := rfl

instance (p : α → Prop) [DecidablePred p] (a : α) : Decidable (a ∈ setOf p) := inferInstanceAs (Decidable (p a))
instance (a b : α) [DecidableEq α] : Decidable (a ∈ ({b} : Set α)) := inferInstanceAs (Decidable (a = b))
instance (a b : α) (s : Set α) [DecidableEq α] [Decidable (a ∈ s)] : Decidable (a ∈ (insert b s : Set α)) :=
  inferInstanceAs (Decidable (a = b ∨ a ∈ s))
instance (a : α) (s t : Set α) [Decidable (a ∈ s)] [Decidable (a ∈ t)] : Decidable (a ∈ s ∪ t) :=
  inferInstanceAs (Decidable (a ∈ s ∨ a ∈ t))
instance (a : α) (s t : Set α) [Decidable (a ∈ s)] [Decidable (a ∈ t)] : Decidable (a ∈ s ∩ t) :=
  inferInstanceAs (Decidable (a ∈ s ∧ a ∈ t))
instance (a : α) (s t : Set α) [Decidable (a ∈ s)] [Decidable (a ∈ t)] : Decidable (a ∈ s \ t) :=
  inferInstanceAs (Decidable (a ∈ s ∧ ¬a ∈ t))

/-- The values of `f` on `s`. -/
def image (f : α → β) (s : Set α) : Set β := setOf fun b => ∃ a, a ∈ s ∧ f a = b

/-- Where `f` takes values in `s`. -/
def preimage (f : α → β) (s : Set β) : Set α := setOf fun a => f a ∈ s

/-- The values of `f`. -/
def range {ι : Sort v} (f : ι → α) : Set α := setOf fun x => ∃ y, f y = x

infixl:80 " '' " => Set.image
infixl:80 " ⁻¹' " => Set.preimage

@[simp, grind =] theorem mem_image (f : α → β) (s : Set α) (y : β) : y ∈ f '' s ↔ ∃ x, x ∈ s ∧ f x = y := Iff.rfl
@[simp, grind =] theorem mem_preimage {f : α → β} {s : Set β} {a : α} : a ∈ f ⁻¹' s ↔ f a ∈ s := Iff.rfl
@[simp, grind =] theorem mem_range {ι : Sort v} {f : ι → α} {x : α} : x ∈ range f ↔ ∃ y, f y = x := Iff.rfl

/-- `f` takes no value twice on `s`. -/
def InjOn (f : α → β) (s : Set α) : Prop :=
  ∀ ⦃a₁ : α⦄, a₁ ∈ s → ∀ ⦃a₂ : α⦄, a₂ ∈ s → f a₁ = f a₂ → a₁ = a₂

/-- `f` takes `s` into `t`. -/
def MapsTo (f : α → β) (s : Set α) (t : Set β) : Prop := ∀ ⦃x⦄, x ∈ s → f x ∈ t

/-- Some list holds every member. -/
protected def Finite (s : Set α) : Prop := ∃ l : List α, ∀ a, a ∈ s → a ∈ l

/-- Not finite. -/
protected def Infinite (s : Set α) : Prop := ¬s.Finite

section Intervals

set_option linter.unusedSectionVars false
variable [LE α] [LT α]

def Icc (a b : α) : Set α := setOf fun x => a ≤ x ∧ x ≤ b
def Ico (a b : α) : Set α := setOf fun x => a ≤ x ∧ x < b
def Ioc (a b : α) : Set α := setOf fun x => a < x ∧ x ≤ b
def Ioo (a b : α) : Set α := setOf fun x => a < x ∧ x < b
def Ici (a : α) : Set α := setOf fun x => a ≤ x
def Ioi (a : α) : Set α := setOf fun x => a < x
def Iic (b : α) : Set α := setOf fun x => x ≤ b
def Iio (b : α) : Set α := setOf fun x => x < b

@[simp, grind =] theorem mem_Icc {a b x : α} : x ∈ Icc a b ↔ a ≤ x ∧ x ≤ b := Iff.rfl
@[simp, grind =] theorem mem_Ico {a b x : α} : x ∈ Ico a b ↔ a ≤ x ∧ x < b := Iff.rfl
@[simp, grind =] theorem mem_Ioc {a b x : α} : x ∈ Ioc a b ↔ a < x ∧ x ≤ b := Iff.rfl
@[simp, grind =] theorem mem_Ioo {a b x : α} : x ∈ Ioo a b ↔ a < x ∧ x < b := Iff.rfl
@[simp, grind =] theorem mem_Ici {a x : α} : x ∈ Ici a ↔ a ≤ x := Iff.rfl
@[simp, grind =] theorem mem_Ioi {a x : α} : x ∈ Ioi a ↔ a < x := Iff.rfl
@[simp, grind =] theorem mem_Iic {b x : α} : x ∈ Iic b ↔ x ≤ b := Iff.rfl
@[simp, grind =] theorem mem_Iio {b x : α} : x ∈ Iio b ↔ x < b := Iff.rfl

end Intervals

end Set

-- `{x | p x}`, `{x : T | p x}`, `{x ∈ s | p x}`, `{x < b | p x}`.
syntax "{" ident " | " term "}" : term
syntax "{" ident " : " term " | " term "}" : term
syntax "{" ident binderPred " | " term "}" : term

macro_rules
  | `({ $x:ident | $p }) => `(setOf fun $x:ident => $p)
  | `({ $x:ident : $t | $p }) => `(setOf fun $x:ident : $t => $p)
  | `({ $x:ident $b:binderPred | $p }) => `(setOf fun $x:ident => satisfies_binder_pred% $x $b ∧ $p)

@[app_unexpander setOf] def setOf.unexpand : Lean.PrettyPrinter.Unexpander
  | `($_ fun $x:ident => $p) => `({ $x:ident | $p })
  | `($_ fun ($x:ident : $t) => $p) => `({ $x:ident : $t | $p })
  | _ => throw ()
