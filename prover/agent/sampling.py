"""Where Lean cannot decide a statement: quantifiers over infinite types looked at in a few values.

What is said there is a guess and never part of a proof: the text is elaborated in an environment of its own, to find
instances that are worth a proof. Decidability that Lean knows of comes first.
"""

from __future__ import annotations

#: The namespace of all that stands in `SAMPLING`.
SPACE = "LeapSampling"

#: The most arguments a predicate may take to be looked for.
ARITY = 3

SAMPLING = """
namespace LeapSampling
class Sample (α : Sort u) where
  all : List (PLift α)
noncomputable section
def of {α : Type u} (xs : List α) : Sample α := ⟨xs.map PLift.up⟩
def values (α : Sort u) [s : Sample α] : List (PLift α) := s.all
def plain (α : Type u) [s : Sample α] : List α := s.all.map (fun x => x.down)
scoped instance : Sample Nat := of [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]
scoped instance : Sample Int := of [0, 1, -1, 2, -2, 3, -3, 4, -4, 5, -5]
scoped instance : Sample Bool := of [false, true]
scoped instance : Sample Unit := of [()]
scoped instance : Sample Empty := of []
scoped instance : Sample Char := of ['a', 'b', ' ']
scoped instance : Sample String := of ["", "a", "b", "ab", "aa"]
scoped instance {n : Nat} : Sample (Fin n) := of (List.finRange n)
scoped instance {α : Type u} [Sample α] : Sample (Option α) := of (none :: (plain α).map some)
scoped instance {α : Type u} {β : Type v} [Sample α] [Sample β] : Sample (α × β) :=
  of ((plain α).flatMap fun x => (plain β).map fun y => (x, y))
scoped instance {α : Type u} {β : Type v} [Sample α] [Sample β] : Sample (α ⊕ β) :=
  of ((plain α).map Sum.inl ++ (plain β).map Sum.inr)
def lists {α : Type u} (xs ys : List α) : List (List α) :=
  [] :: (xs.map fun x => [x]) ++ (xs.flatMap fun x => xs.map fun y => [x, y])
    ++ ys.flatMap fun x => ys.flatMap fun y => ys.map fun z => [x, y, z]
scoped instance {α : Type u} [Sample α] : Sample (List α) := of (lists ((plain α).take 3) ((plain α).take 2))
scoped instance (priority := low) someValue {α : Sort u} [Sample α] (p : α → Prop) [∀ x, Decidable (p x)] :
    Decidable (∃ x, p x) :=
  if ∃ x ∈ values α, p x.down then isTrue sorry else isFalse sorry
scoped instance (priority := low) everyValue {α : Sort u} [Sample α] (p : α → Prop) [∀ x, Decidable (p x)] :
    Decidable (∀ x, p x) :=
  if ∀ x ∈ values α, p x.down then isTrue sorry else isFalse sorry
scoped instance (priority := low) everyProp (p : Prop → Prop) [∀ b : Bool, Decidable (p (b = true))] :
    Decidable (∀ q, p q) :=
  if p (true = true) ∧ p (false = true) then isTrue sorry else isFalse sorry
scoped instance (priority := low) underProof {p : Prop} (q : p → Prop) [Decidable p] [∀ h, Decidable (q h)] :
    Decidable (∀ h, q h) :=
  if h : p then (if k : q h then isTrue sorry else isFalse sorry) else isTrue sorry
scoped instance (priority := low) sameFunction {α : Type u} {β : Type v} [Sample α] [DecidableEq β] (f g : α → β) :
    Decidable (f = g) :=
  if ∀ x ∈ values α, f x.down = g x.down then isTrue sorry else isFalse sorry
scoped instance {α : Type u} {β : Type v} (f : α → β) [Decidable (∀ a b, f a = f b → a = b)] :
    Decidable (Function.Injective f) := inferInstanceAs (Decidable (∀ a b, f a = f b → a = b))
scoped instance {α : Type u} {β : Type v} (f : α → β) [Decidable (∀ b, ∃ a, f a = b)] :
    Decidable (Function.Surjective f) := inferInstanceAs (Decidable (∀ b, ∃ a, f a = b))
def holds1 {α : Type u} (p : α → Bool) (a : α) : Prop := p a = true
def holds2 {α : Type u} {β : Type v} (p : α → β → Bool) (a : α) (b : β) : Prop := p a b = true
def holds3 {α : Type u} {β : Type v} {γ : Type w} (p : α → β → γ → Bool) (a : α) (b : β) (c : γ) : Prop :=
  p a b c = true
scoped instance {α : Type u} (p : α → Bool) (a : α) : Decidable (holds1 p a) :=
  inferInstanceAs (Decidable (p a = true))
scoped instance {α : Type u} {β : Type v} (p : α → β → Bool) (a : α) (b : β) : Decidable (holds2 p a b) :=
  inferInstanceAs (Decidable (p a b = true))
scoped instance {α : Type u} {β : Type v} {γ : Type w} (p : α → β → γ → Bool) (a : α) (b : β) (c : γ) :
    Decidable (holds3 p a b c) := inferInstanceAs (Decidable (p a b c = true))
end
end LeapSampling
open scoped LeapSampling
"""
