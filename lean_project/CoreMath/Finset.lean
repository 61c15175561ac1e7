import CoreMath.Set

/-! Finite sets: lists without repetition, up to the order of their members. -/

universe u v

noncomputable section

/-- A finite collection in which things may occur more than once: a list up to its order. -/
def Multiset.setoid (α : Type u) : Setoid (List α) :=
  ⟨List.Perm, ⟨List.Perm.refl, List.Perm.symm, List.Perm.trans⟩⟩

def Multiset (α : Type u) : Type u :=
  Quotient (Multiset.setoid α)

namespace Multiset

variable {α : Type u}

def ofList (l : List α) : Multiset α := Quotient.mk (setoid α) l

protected def Mem (s : Multiset α) (a : α) : Prop :=
  Quotient.lift (s := setoid α) (fun l : List α => a ∈ l) (fun _ _ h => propext h.mem_iff) s

instance : Membership α (Multiset α) := ⟨Multiset.Mem⟩

/-- No member occurs twice. -/
def Nodup (s : Multiset α) : Prop :=
  Quotient.lift (s := setoid α) List.Nodup (fun _ _ h => propext h.nodup_iff) s

/-- The number of members, each as often as it occurs. -/
def card (s : Multiset α) : ℕ :=
  Quotient.lift (s := setoid α) List.length (fun _ _ h => h.length_eq) s

end Multiset

/-- A finite set. -/
structure Finset (α : Type u) where
  val : Multiset α
  nodup : val.Nodup

namespace Finset

variable {α : Type u} {β : Type v}

/-- The finite set of the members of a list that has no repetition. -/
def ofNodup (l : List α) (h : l.Nodup) : Finset α := ⟨Multiset.ofList l, h⟩

theorem exists_list (s : Finset α) : ∃ l h, s = ofNodup l h := by
  rcases s with ⟨⟨l⟩, h⟩
  exact ⟨l, h, rfl⟩

instance : Membership α (Finset α) := ⟨fun s a => a ∈ s.val⟩

@[simp] theorem mem_ofNodup {l : List α} {h : l.Nodup} {a : α} : a ∈ ofNodup l h ↔ a ∈ l := Iff.rfl

theorem perm_of_mem_iff : ∀ {l m : List α}, l.Nodup → m.Nodup → (∀ a, a ∈ l ↔ a ∈ m) → l.Perm m
  | [], m, _, _, h => by
    have : m = [] := List.eq_nil_iff_forall_not_mem.mpr fun a i => absurd ((h a).mpr i) List.not_mem_nil
    rw [this]
  | a :: l, m, hl, hm, h => by
    have ⟨s, t, e⟩ := List.append_of_mem ((h a).mp List.mem_cons_self)
    subst e
    have mid : (s ++ a :: t).Perm (a :: (s ++ t)) := List.perm_middle
    have nd := List.nodup_cons.mp (mid.nodup_iff.mp hm)
    have ld := List.nodup_cons.mp hl
    refine List.Perm.trans (List.Perm.cons a (perm_of_mem_iff ld.2 nd.2 fun b => ?_)) mid.symm
    have hb := (h b).trans mid.mem_iff
    simp only [List.mem_cons] at hb
    constructor
    · intro i
      rcases hb.mp (.inr i) with e | j
      · exact absurd (e ▸ i) ld.1
      · exact j
    · intro i
      rcases hb.mpr (.inr i) with e | j
      · exact absurd (e ▸ i) nd.1
      · exact j

@[ext, grind ext] theorem ext {s t : Finset α} (h : ∀ a, a ∈ s ↔ a ∈ t) : s = t := by
  have ⟨l, hl, el⟩ := exists_list s
  have ⟨m, hm, em⟩ := exists_list t
  subst el em
  have : Multiset.ofList l = Multiset.ofList m := Quotient.sound (perm_of_mem_iff hl hm h)
  unfold ofNodup
  congr 1

/-- The number of members. -/
def card (s : Finset α) : ℕ := s.val.card

@[simp] theorem card_ofNodup {l : List α} {h : l.Nodup} : (ofNodup l h).card = l.length := rfl

/-- A list with the first of equal members left out. -/
def dedupList [DecidableEq α] : List α → List α
  | [] => []
  | a :: l => if a ∈ dedupList l then dedupList l else a :: dedupList l

theorem mem_dedupList [DecidableEq α] {a : α} {l : List α} : a ∈ dedupList l ↔ a ∈ l := by
  induction l with
  | nil => exact Iff.rfl
  | cons b l ih =>
    unfold dedupList
    by_cases m : b ∈ dedupList l
    · simp only [m, if_true, List.mem_cons, ih]
      constructor
      · exact .inr
      · rintro (e | i)
        · exact e ▸ ih.mp (e ▸ m)
        · exact i
    · simp only [m, if_false, List.mem_cons, ih]

theorem nodup_dedupList [DecidableEq α] (l : List α) : (dedupList l).Nodup := by
  induction l with
  | nil => exact List.nodup_nil
  | cons b l ih =>
    unfold dedupList
    by_cases m : b ∈ dedupList l
    · simpa only [m, if_true] using ih
    · simpa only [m, if_false] using List.nodup_cons.mpr ⟨m, ih⟩

/-- The finite set of the members of a list. -/
def ofList [DecidableEq α] (l : List α) : Finset α := ofNodup (dedupList l) (nodup_dedupList l)

@[simp] theorem mem_ofList [DecidableEq α] {a : α} {l : List α} : a ∈ ofList l ↔ a ∈ l := mem_dedupList

/-- The finite set made from any list of the members of `s`; `f` must not look at their order. -/
def lift [DecidableEq β] (s : Finset α) (f : List α → List β)
    (h : ∀ l m, l.Perm m → ∀ b, b ∈ f l ↔ b ∈ f m) : Finset β :=
  Quotient.lift (s := Multiset.setoid α) (fun l => ofList (f l))
    (fun l m p => ext fun b => by simp only [mem_ofList]; exact h l m p b) s.val

instance : EmptyCollection (Finset α) := ⟨ofNodup [] List.nodup_nil⟩
instance : Inhabited (Finset α) := ⟨∅⟩
instance : Singleton α (Finset α) := ⟨fun a => ofNodup [a] (List.nodup_cons.mpr ⟨List.not_mem_nil, List.nodup_nil⟩)⟩
instance [DecidableEq α] : Insert α (Finset α) :=
  ⟨fun a s => s.lift (a :: ·) fun _ _ p b => by simp only [List.mem_cons, p.mem_iff]⟩

@[simp, grind =] theorem mem_empty (a : α) : a ∈ (∅ : Finset α) ↔ False :=
  ⟨fun h => absurd h List.not_mem_nil, False.elim⟩

@[simp, grind =] theorem mem_singleton {a b : α} : b ∈ ({a} : Finset α) ↔ b = a := List.mem_singleton

@[simp, grind =] theorem mem_insert [DecidableEq α] {a b : α} {s : Finset α} : a ∈ insert b s ↔ a = b ∨ a ∈ s := by
  have ⟨l, h, e⟩ := exists_list s
  subst e
  exact mem_ofList.trans List.mem_cons

/-- The members of `s` with `p`. -/
def filter (p : α → Prop) [DecidablePred p] (s : Finset α) : Finset α where
  val := Quotient.lift (s := Multiset.setoid α) (fun l => Multiset.ofList (l.filter (p ·)))
    (fun _ _ h => Quotient.sound (h.filter _)) s.val
  nodup := by
    have ⟨l, h, e⟩ := exists_list s
    subst e
    exact List.Pairwise.filter _ h

@[simp, grind =] theorem mem_filter {p : α → Prop} [DecidablePred p] {s : Finset α} {a : α} :
    a ∈ filter p s ↔ a ∈ s ∧ p a := by
  have ⟨l, h, e⟩ := exists_list s
  subst e
  show a ∈ l.filter (p ·) ↔ a ∈ l ∧ p a
  simp

/-- The values of `f` on `s`. -/
def image [DecidableEq β] (f : α → β) (s : Finset α) : Finset β :=
  s.lift (List.map f) fun _ _ p b => (p.map f).mem_iff

@[simp, grind =] theorem mem_image [DecidableEq β] {f : α → β} {s : Finset α} {b : β} :
    b ∈ image f s ↔ ∃ a, a ∈ s ∧ f a = b := by
  have ⟨l, h, e⟩ := exists_list s
  subst e
  exact mem_ofList.trans List.mem_map

instance decidableMem [DecidableEq α] (a : α) (s : Finset α) : Decidable (a ∈ s) :=
  Quotient.recOnSubsingleton (s := Multiset.setoid α) (motive := fun q => Decidable (Multiset.Mem q a)) s.val
    fun l => inferInstanceAs (Decidable (a ∈ l))

instance decidableForallMem (s : Finset α) (p : α → Prop) [DecidablePred p] : Decidable (∀ a, a ∈ s → p a) :=
  Quotient.recOnSubsingleton (s := Multiset.setoid α)
    (motive := fun q => Decidable (∀ a, Multiset.Mem q a → p a)) s.val
    fun l => inferInstanceAs (Decidable (∀ a, a ∈ l → p a))

instance decidableExistsMem (s : Finset α) (p : α → Prop) [DecidablePred p] : Decidable (∃ a, a ∈ s ∧ p a) :=
  Quotient.recOnSubsingleton (s := Multiset.setoid α)
    (motive := fun q => Decidable (∃ a, Multiset.Mem q a ∧ p a)) s.val
    fun l => inferInstanceAs (Decidable (∃ a, a ∈ l ∧ p a))

instance : HasSubset (Finset α) := ⟨fun s t => ∀ ⦃a : α⦄, a ∈ s → a ∈ t⟩

@[grind =] theorem subset_iff {s t : Finset α} : s ⊆ t ↔ ∀ a, a ∈ s → a ∈ t := Iff.rfl

instance decidableSubset [DecidableEq α] (s t : Finset α) : Decidable (s ⊆ t) :=
  inferInstanceAs (Decidable (∀ a, a ∈ s → a ∈ t))

instance decidableEq [DecidableEq α] : DecidableEq (Finset α) := fun s t =>
  decidable_of_iff (s ⊆ t ∧ t ⊆ s) ⟨fun ⟨h, k⟩ => ext fun _ => ⟨@h _, @k _⟩, fun e => e ▸ ⟨fun _ h => h, fun _ h => h⟩⟩

/-- The members of a list added to `t`. -/
def insertAll [DecidableEq α] (l : List α) (t : Finset α) : Finset α := l.foldr insert t

theorem mem_insertAll [DecidableEq α] {l : List α} {t : Finset α} {a : α} : a ∈ insertAll l t ↔ a ∈ l ∨ a ∈ t := by
  induction l with
  | nil => simp [insertAll]
  | cons b l ih =>
    have : insertAll (b :: l) t = insert b (insertAll l t) := rfl
    rw [this, mem_insert, ih, List.mem_cons, or_assoc]

instance [DecidableEq α] : Union (Finset α) :=
  ⟨fun s t => Quotient.lift (s := Multiset.setoid α) (fun l => insertAll l t)
    (fun _ _ p => ext fun _ => by simp only [mem_insertAll, p.mem_iff]) s.val⟩

instance [DecidableEq α] : Inter (Finset α) := ⟨fun s t => filter (· ∈ t) s⟩
instance [DecidableEq α] : SDiff (Finset α) := ⟨fun s t => filter (· ∉ t) s⟩

@[simp, grind =] theorem mem_union [DecidableEq α] {s t : Finset α} {a : α} : a ∈ s ∪ t ↔ a ∈ s ∨ a ∈ t := by
  have ⟨l, h, e⟩ := exists_list s
  subst e
  exact mem_insertAll

@[simp, grind =] theorem mem_inter [DecidableEq α] {s t : Finset α} {a : α} : a ∈ s ∩ t ↔ a ∈ s ∧ a ∈ t := mem_filter
@[simp, grind =] theorem mem_sdiff [DecidableEq α] {s t : Finset α} {a : α} : a ∈ s \ t ↔ a ∈ s ∧ a ∉ t := mem_filter

/-- `a` left out. -/
def erase [DecidableEq α] (s : Finset α) (a : α) : Finset α := filter (· ≠ a) s

@[simp, grind =] theorem mem_erase [DecidableEq α] {a b : α} {s : Finset α} : a ∈ erase s b ↔ a ≠ b ∧ a ∈ s := by
  unfold erase
  rw [mem_filter, and_comm]

/-- The set has a member. -/
protected def Nonempty (s : Finset α) : Prop := ∃ x, x ∈ s

@[simp] theorem card_empty : (∅ : Finset α).card = 0 := rfl
@[simp] theorem card_singleton (a : α) : ({a} : Finset α).card = 1 := rfl

/-- The numbers below `n`. -/
def range (n : ℕ) : Finset ℕ := ofNodup (List.range n) List.nodup_range

@[simp, grind =] theorem mem_range {n m : ℕ} : m ∈ range n ↔ m < n := List.mem_range
@[simp, grind =] theorem card_range (n : ℕ) : (range n).card = n := List.length_range

end Finset

/-- A type with finitely many members, all of them in `elems`. -/
class Fintype (α : Type u) where
  elems : Finset α
  complete : ∀ x : α, x ∈ elems

/-- All members of a type that has finitely many. -/
def Finset.univ {α : Type u} [Fintype α] : Finset α := Fintype.elems

@[simp, grind =] theorem Finset.mem_univ {α : Type u} [Fintype α] (x : α) : x ∈ (Finset.univ : Finset α) ↔ True :=
  iff_true_intro (Fintype.complete x)

def Fintype.card (α : Type u) [Fintype α] : ℕ := (Finset.univ : Finset α).card

instance (n : ℕ) : Fintype (Fin n) where
  elems := Finset.ofList (List.ofFn fun i : Fin n => i)
  complete i := Finset.mem_ofList.mpr (List.mem_ofFn.mpr ⟨i, rfl⟩)

instance : Fintype Bool where
  elems := {true, false}
  complete b := by cases b <;> decide

/-- The number of members of a finite set; zero of an infinite one. -/
noncomputable def Set.ncard {α : Type u} (s : Set α) : ℕ :=
  open Classical in if h : ∃ t : Finset α, ∀ a, a ∈ t ↔ a ∈ s then (Classical.choose h).card else 0

theorem Set.ncard_eq_card {α : Type u} {s : Set α} {t : Finset α} (h : ∀ a, a ∈ t ↔ a ∈ s) : s.ncard = t.card := by
  have e : ∃ t : Finset α, ∀ a, a ∈ t ↔ a ∈ s := ⟨t, h⟩
  unfold Set.ncard
  rw [dif_pos e, Finset.ext fun a => (Classical.choose_spec e a).trans (h a).symm]

theorem Set.Finite.exists_finset {α : Type u} {s : Set α} (h : s.Finite) : ∃ t : Finset α, ∀ a, a ∈ t ↔ a ∈ s := by
  classical
  have ⟨l, k⟩ := h
  refine ⟨Finset.ofList (l.filter fun a => decide (a ∈ s)), fun a => ?_⟩
  rw [Finset.mem_ofList, List.mem_filter, decide_eq_true_eq]
  exact ⟨And.right, fun i => ⟨k a i, i⟩⟩

protected theorem Set.Finite.ofFinset {α : Type u} {p : Set α} (s : Finset α) (h : ∀ x, x ∈ s ↔ x ∈ p) : p.Finite := by
  have ⟨l, _, e⟩ := s.exists_list
  subst e
  exact ⟨l, fun a i => (h a).mpr i⟩
