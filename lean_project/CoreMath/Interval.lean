import CoreMath.Finset

/-! Finite intervals of natural numbers and of integers. -/

universe u

noncomputable section

/-- An order whose intervals are finite. -/
class LocallyFiniteOrder (α : Type u) [LE α] [LT α] where
  finsetIcc : α → α → Finset α
  finsetIco : α → α → Finset α
  finsetIoc : α → α → Finset α
  finsetIoo : α → α → Finset α
  finset_mem_Icc : ∀ a b x : α, x ∈ finsetIcc a b ↔ a ≤ x ∧ x ≤ b
  finset_mem_Ico : ∀ a b x : α, x ∈ finsetIco a b ↔ a ≤ x ∧ x < b
  finset_mem_Ioc : ∀ a b x : α, x ∈ finsetIoc a b ↔ a < x ∧ x ≤ b
  finset_mem_Ioo : ∀ a b x : α, x ∈ finsetIoo a b ↔ a < x ∧ x < b

/-- An order in which finitely many lie below each member. -/
class LocallyFiniteOrderBot (α : Type u) [LE α] [LT α] where
  finsetIic : α → Finset α
  finsetIio : α → Finset α
  finset_mem_Iic : ∀ a x : α, x ∈ finsetIic a ↔ x ≤ a
  finset_mem_Iio : ∀ a x : α, x ∈ finsetIio a ↔ x < a

namespace Finset

section
variable {α : Type u} [LE α] [LT α] [LocallyFiniteOrder α]

def Icc (a b : α) : Finset α := LocallyFiniteOrder.finsetIcc a b
def Ico (a b : α) : Finset α := LocallyFiniteOrder.finsetIco a b
def Ioc (a b : α) : Finset α := LocallyFiniteOrder.finsetIoc a b
def Ioo (a b : α) : Finset α := LocallyFiniteOrder.finsetIoo a b

@[simp, grind =] theorem mem_Icc {a b x : α} : x ∈ Icc a b ↔ a ≤ x ∧ x ≤ b := LocallyFiniteOrder.finset_mem_Icc a b x
@[simp, grind =] theorem mem_Ico {a b x : α} : x ∈ Ico a b ↔ a ≤ x ∧ x < b := LocallyFiniteOrder.finset_mem_Ico a b x
@[simp, grind =] theorem mem_Ioc {a b x : α} : x ∈ Ioc a b ↔ a < x ∧ x ≤ b := LocallyFiniteOrder.finset_mem_Ioc a b x
@[simp, grind =] theorem mem_Ioo {a b x : α} : x ∈ Ioo a b ↔ a < x ∧ x < b := LocallyFiniteOrder.finset_mem_Ioo a b x
end

section
variable {α : Type u} [LE α] [LT α] [LocallyFiniteOrderBot α]

def Iic (a : α) : Finset α := LocallyFiniteOrderBot.finsetIic a
def Iio (a : α) : Finset α := LocallyFiniteOrderBot.finsetIio a

@[simp, grind =] theorem mem_Iic {a x : α} : x ∈ Iic a ↔ x ≤ a := LocallyFiniteOrderBot.finset_mem_Iic a x
@[simp, grind =] theorem mem_Iio {a x : α} : x ∈ Iio a ↔ x < a := LocallyFiniteOrderBot.finset_mem_Iio a x
end

/-- The `n` natural numbers from `a` on. -/
def natsFrom (a n : ℕ) : Finset ℕ := ofNodup (List.range' a n) (List.nodup_range' 1)

theorem mem_natsFrom {a n x : ℕ} : x ∈ natsFrom a n ↔ a ≤ x ∧ x < a + n := List.mem_range'_1

/-- The `n` integers from `a` on. -/
def intsFrom (a : ℤ) (n : ℕ) : Finset ℤ :=
  ofNodup ((List.range n).map fun i : ℕ => a + i)
    (List.pairwise_map.mpr (List.Pairwise.imp (fun h e => h (by omega)) List.nodup_range))

theorem mem_intsFrom {a : ℤ} {n : ℕ} {x : ℤ} : x ∈ intsFrom a n ↔ a ≤ x ∧ x < a + n := by
  show x ∈ (List.range n).map (fun i : ℕ => a + i) ↔ _
  simp only [List.mem_map, List.mem_range]
  exact ⟨fun ⟨i, lt, e⟩ => by omega, fun ⟨lo, hi⟩ => ⟨(x - a).toNat, by omega, by omega⟩⟩

end Finset

instance : LocallyFiniteOrder ℕ where
  finsetIcc a b := Finset.natsFrom a (b + 1 - a)
  finsetIco a b := Finset.natsFrom a (b - a)
  finsetIoc a b := Finset.natsFrom (a + 1) (b - a)
  finsetIoo a b := Finset.natsFrom (a + 1) (b - a - 1)
  finset_mem_Icc a b x := by rw [Finset.mem_natsFrom]; omega
  finset_mem_Ico a b x := by rw [Finset.mem_natsFrom]; omega
  finset_mem_Ioc a b x := by rw [Finset.mem_natsFrom]; omega
  finset_mem_Ioo a b x := by rw [Finset.mem_natsFrom]; omega

instance : LocallyFiniteOrderBot ℕ where
  finsetIic a := Finset.natsFrom 0 (a + 1)
  finsetIio a := Finset.natsFrom 0 a
  finset_mem_Iic a x := by rw [Finset.mem_natsFrom]; omega
  finset_mem_Iio a x := by rw [Finset.mem_natsFrom]; omega

instance : LocallyFiniteOrder ℤ where
  finsetIcc a b := Finset.intsFrom a (b + 1 - a).toNat
  finsetIco a b := Finset.intsFrom a (b - a).toNat
  finsetIoc a b := Finset.intsFrom (a + 1) (b - a).toNat
  finsetIoo a b := Finset.intsFrom (a + 1) (b - a - 1).toNat
  finset_mem_Icc a b x := by rw [Finset.mem_intsFrom]; omega
  finset_mem_Ico a b x := by rw [Finset.mem_intsFrom]; omega
  finset_mem_Ioc a b x := by rw [Finset.mem_intsFrom]; omega
  finset_mem_Ioo a b x := by rw [Finset.mem_intsFrom]; omega

@[simp] theorem Nat.card_Icc (a b : ℕ) : (Finset.Icc a b).card = b + 1 - a := List.length_range'
@[simp] theorem Nat.card_Ico (a b : ℕ) : (Finset.Ico a b).card = b - a := List.length_range'
