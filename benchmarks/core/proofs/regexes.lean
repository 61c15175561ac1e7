/-- Regular expressions. -/
inductive Rx (α : Type) where
  | never
  | empty
  | one (a : α)
  | alt (r s : Rx α)
  | seq (r s : Rx α)
  | many (r : Rx α)

namespace Rx

variable {α : Type}

/-- `Fits r w`: the word w is one of those that r describes. -/
inductive Fits : Rx α → List α → Prop where
  | empty : Fits .empty []
  | one (a : α) : Fits (.one a) [a]
  | left (r s : Rx α) (w : List α) : Fits r w → Fits (.alt r s) w
  | right (r s : Rx α) (w : List α) : Fits s w → Fits (.alt r s) w
  | seq (r s : Rx α) (v w : List α) : Fits r v → Fits s w → Fits (.seq r s) (v ++ w)
  | done (r : Rx α) : Fits (.many r) []
  | more (r : Rx α) (v w : List α) : Fits r v → Fits (.many r) w → Fits (.many r) (v ++ w)

/-- Whether it describes the empty word. -/
def nullable : Rx α → Bool
  | never => false
  | empty => true
  | one _ => false
  | alt r s => nullable r || nullable s
  | seq r s => nullable r && nullable s
  | many _ => true

/-- The rest of the words that begin with a letter. -/
def deriv [DecidableEq α] (a : α) : Rx α → Rx α
  | never => never
  | empty => never
  | one b => if a = b then empty else never
  | alt r s => alt (deriv a r) (deriv a s)
  | seq r s => if nullable r then alt (seq (deriv a r) s) (deriv a s) else seq (deriv a r) s
  | many r => seq (deriv a r) (many r)

/-- Whether a word is described, letter by letter. -/
def fits [DecidableEq α] : Rx α → List α → Bool
  | r, [] => nullable r
  | r, a :: w => fits (deriv a r) w

/-- For the words backwards. -/
def reversed : Rx α → Rx α
  | never => never
  | empty => empty
  | one a => one a
  | alt r s => alt (reversed r) (reversed s)
  | seq r s => seq (reversed s) (reversed r)
  | many r => many (reversed r)

/-- Whether it describes any word. -/
def possible : Rx α → Bool
  | never => false
  | empty => true
  | one _ => true
  | alt r s => possible r || possible s
  | seq r s => possible r && possible s
  | many _ => true

/-- A sequence without parts that do nothing. -/
def mkSeq : Rx α → Rx α → Rx α
  | never, _ => never
  | _, never => never
  | empty, s => s
  | r, empty => r
  | r, s => seq r s

end Rx

theorem rx_never {α : Type} (w : List α) : ¬ Rx.Fits .never w := by
  intro h
  cases h

/-- Alternatives commute. -/
theorem rx_alt_comm {α : Type} (r s : Rx α) (w : List α) (h : Rx.Fits (.alt r s) w) : Rx.Fits (.alt s r) w := by
  cases h with
  | left _ _ _ h => exact .right _ _ _ h
  | right _ _ _ h => exact .left _ _ _ h

/-- Sequences may be bracketed anew. -/
theorem rx_seq_assoc {α : Type} (r s t : Rx α) (w : List α) (h : Rx.Fits (.seq (.seq r s) t) w) :
    Rx.Fits (.seq r (.seq s t)) w := by
  cases h with
  | seq _ _ u v h1 h2 =>
    cases h1 with
    | seq _ _ x y h3 h4 =>
      rw [List.append_assoc]
      exact .seq _ _ _ _ h3 (.seq _ _ _ _ h4 h2)

theorem rx_many_append {α : Type} (r : Rx α) (v w : List α) (hv : Rx.Fits (.many r) v) (hw : Rx.Fits (.many r) w) :
    Rx.Fits (.many r) (v ++ w) := by
  generalize hm : Rx.many r = m at hv
  induction hv with
  | empty => cases hm
  | one => cases hm
  | left => cases hm
  | right => cases hm
  | seq => cases hm
  | done r' =>
    cases hm
    exact hw
  | more r' v1 v2 h1 _ _ ih2 =>
    cases hm
    rw [List.append_assoc]
    exact .more _ _ _ h1 (ih2 rfl)

/-- A repetition of repetitions is a repetition. -/
theorem rx_many_many {α : Type} (r : Rx α) (w : List α) (h : Rx.Fits (.many (.many r)) w) : Rx.Fits (.many r) w := by
  generalize hm : Rx.many (.many r) = m at h
  induction h with
  | empty => cases hm
  | one => cases hm
  | left => cases hm
  | right => cases hm
  | seq => cases hm
  | done r' =>
    cases hm
    exact .done _
  | more r' v1 v2 h1 _ _ ih2 =>
    cases hm
    exact rx_many_append r v1 v2 h1 (ih2 rfl)

/-- Whether the empty word is described can be computed. -/
theorem rx_nullable_iff {α : Type} (r : Rx α) : r.nullable = true ↔ Rx.Fits r [] := by
  induction r with
  | never => simp [Rx.nullable, rx_never]
  | empty => simp [Rx.nullable, Rx.Fits.empty]
  | one a =>
    simp only [Rx.nullable, Bool.false_eq_true, false_iff]
    intro h
    cases h
  | alt r s ihr ihs =>
    simp only [Rx.nullable, Bool.or_eq_true, ihr, ihs]
    constructor
    · rintro (h | h)
      · exact .left _ _ _ h
      · exact .right _ _ _ h
    · intro h
      cases h with
      | left _ _ _ h => exact .inl h
      | right _ _ _ h => exact .inr h
  | seq r s ihr ihs =>
    simp only [Rx.nullable, Bool.and_eq_true, ihr, ihs]
    constructor
    · intro h
      exact .seq _ _ [] [] h.1 h.2
    · intro h
      generalize hw : ([] : List α) = w at h
      cases h with
      | seq _ _ u v h1 h2 =>
        obtain ⟨rfl, rfl⟩ := List.append_eq_nil_iff.mp hw.symm
        exact ⟨h1, h2⟩
  | many r _ => simp [Rx.nullable, Rx.Fits.done]

theorem rx_many_cons {α : Type} (r : Rx α) (a : α) (w : List α) (h : Rx.Fits (.many r) (a :: w)) :
    ∃ u v, w = u ++ v ∧ Rx.Fits r (a :: u) ∧ Rx.Fits (.many r) v := by
  generalize hm : Rx.many r = m at h
  generalize hx : a :: w = x at h
  induction h with
  | empty => cases hm
  | one => cases hm
  | left => cases hm
  | right => cases hm
  | seq => cases hm
  | done r' => cases hx
  | more r' v1 v2 h1 h2 _ ih2 =>
    cases hm
    cases v1 with
    | nil => exact ih2 rfl hx
    | cons b v1 =>
      simp only [List.cons_append, List.cons.injEq] at hx
      obtain ⟨rfl, rfl⟩ := hx
      exact ⟨v1, v2, rfl, h1, h2⟩

theorem rx_deriv_iff {α : Type} [DecidableEq α] (a : α) (r : Rx α) (w : List α) :
    Rx.Fits (r.deriv a) w ↔ Rx.Fits r (a :: w) := by
  induction r generalizing w with
  | never => simp [Rx.deriv, rx_never]
  | empty =>
    simp only [Rx.deriv]
    constructor <;> intro h <;> cases h
  | one b =>
    simp only [Rx.deriv]
    constructor
    · intro h
      split at h
      · rename_i eq
        cases h
        rw [eq]
        exact .one _
      · cases h
    · intro h
      cases h
      rw [if_pos rfl]
      exact .empty
  | alt r s ihr ihs =>
    simp only [Rx.deriv]
    constructor
    · intro h
      cases h with
      | left _ _ _ h => exact .left _ _ _ ((ihr w).mp h)
      | right _ _ _ h => exact .right _ _ _ ((ihs w).mp h)
    · intro h
      cases h with
      | left _ _ _ h => exact .left _ _ _ ((ihr w).mpr h)
      | right _ _ _ h => exact .right _ _ _ ((ihs w).mpr h)
  | seq r s ihr ihs =>
    have first (h : Rx.Fits (.seq (r.deriv a) s) w) : Rx.Fits (.seq r s) (a :: w) := by
      cases h with
      | seq _ _ u v h1 h2 => exact .seq _ _ (a :: u) v ((ihr u).mp h1) h2
    have split (h : Rx.Fits (.seq r s) (a :: w)) :
        Rx.Fits (.seq (r.deriv a) s) w ∨ (r.nullable = true ∧ Rx.Fits (s.deriv a) w) := by
      generalize hx : a :: w = x at h
      cases h with
      | seq _ _ u v h1 h2 =>
        cases u with
        | nil =>
          simp only [List.nil_append] at hx
          subst hx
          exact .inr ⟨(rx_nullable_iff r).mpr h1, (ihs w).mpr h2⟩
        | cons b u =>
          simp only [List.cons_append, List.cons.injEq] at hx
          obtain ⟨rfl, rfl⟩ := hx
          exact .inl (.seq _ _ _ _ ((ihr u).mpr h1) h2)
    simp only [Rx.deriv]
    constructor
    · intro h
      split at h
      · rename_i null
        cases h with
        | left _ _ _ h => exact first h
        | right _ _ _ h => exact .seq _ _ [] (a :: w) ((rx_nullable_iff r).mp null) ((ihs w).mp h)
      · exact first h
    · intro h
      split
      · rcases split h with h | h
        · exact .left _ _ _ h
        · exact .right _ _ _ h.2
      · rename_i null
        rcases split h with h | h
        · exact h
        · exact absurd h.1 null
  | many r ih =>
    simp only [Rx.deriv]
    constructor
    · intro h
      cases h with
      | seq _ _ u v h1 h2 => exact .more _ (a :: u) v ((ih u).mp h1) h2
    · intro h
      obtain ⟨u, v, rfl, h1, h2⟩ := rx_many_cons r a w h
      exact .seq _ _ _ _ ((ih u).mpr h1) h2

/-- Whether a word is described can be computed with derivatives. -/
theorem rx_fits_iff {α : Type} [DecidableEq α] (r : Rx α) (w : List α) : r.fits w = true ↔ Rx.Fits r w := by
  induction w generalizing r with
  | nil => exact rx_nullable_iff r
  | cons a w ih => rw [Rx.fits, ih, rx_deriv_iff]

/-- The reversed expression describes the words backwards. -/
theorem rx_reversed {α : Type} (r : Rx α) (w : List α) (h : Rx.Fits r w) : Rx.Fits r.reversed w.reverse := by
  have snoc (r : Rx α) (v w : List α) (hv : Rx.Fits (.many r) v) (hw : Rx.Fits r w) : Rx.Fits (.many r) (v ++ w) := by
    have : Rx.Fits (.many r) w := by simpa using Rx.Fits.more r w [] hw (.done r)
    exact rx_many_append r v w hv this
  induction h with
  | empty => exact .empty
  | one a => exact .one a
  | left r s w _ ih => exact .left _ _ _ ih
  | right r s w _ ih => exact .right _ _ _ ih
  | seq r s v w _ _ ih1 ih2 =>
    rw [List.reverse_append]
    exact .seq _ _ _ _ ih2 ih1
  | done r => exact .done _
  | more r v w _ _ ih1 ih2 =>
    rw [List.reverse_append]
    exact snoc _ _ _ ih2 ih1

/-- Whether any word is described can be computed. -/
theorem rx_possible_iff {α : Type} (r : Rx α) : r.possible = true ↔ ∃ w, Rx.Fits r w := by
  induction r with
  | never => simp [Rx.possible, rx_never]
  | empty => simp only [Rx.possible, true_iff]; exact ⟨[], .empty⟩
  | one a => simp only [Rx.possible, true_iff]; exact ⟨[a], .one a⟩
  | alt r s ihr ihs =>
    simp only [Rx.possible, Bool.or_eq_true, ihr, ihs]
    constructor
    · rintro (⟨w, h⟩ | ⟨w, h⟩)
      · exact ⟨w, .left _ _ _ h⟩
      · exact ⟨w, .right _ _ _ h⟩
    · rintro ⟨w, h⟩
      cases h with
      | left _ _ _ h => exact .inl ⟨w, h⟩
      | right _ _ _ h => exact .inr ⟨w, h⟩
  | seq r s ihr ihs =>
    simp only [Rx.possible, Bool.and_eq_true, ihr, ihs]
    constructor
    · rintro ⟨⟨v, hv⟩, w, hw⟩
      exact ⟨v ++ w, .seq _ _ _ _ hv hw⟩
    · rintro ⟨w, h⟩
      cases h with
      | seq _ _ u v h1 h2 => exact ⟨⟨u, h1⟩, v, h2⟩
  | many r _ => simp only [Rx.possible, true_iff]; exact ⟨[], .done _⟩

/-- A sequence without parts that do nothing describes no less. -/
theorem rx_mkSeq {α : Type} (r s : Rx α) (w : List α) (h : Rx.Fits (.seq r s) w) : Rx.Fits (r.mkSeq s) w := by
  cases h with
  | seq _ _ u v h1 h2 =>
    unfold Rx.mkSeq
    split
    · cases h1
    · cases h2
    · cases h1
      exact h2
    · cases h2
      simpa using h1
    · exact .seq _ _ _ _ h1 h2
