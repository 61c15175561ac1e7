/-- Of three statements two agree. -/
theorem two_agree (p q r : Prop) : (p ↔ q) ∨ (q ↔ r) ∨ (p ↔ r) := by
  by_cases hp : p <;> by_cases hq : q <;> by_cases hr : r <;> simp [hp, hq, hr]

/-- No barber shaves just those who do not shave themselves. -/
theorem barber {α : Type} (shaves : α → α → Prop) : ¬ ∃ b, ∀ x, shaves b x ↔ ¬ shaves x x := by
  rintro ⟨b, h⟩
  have := h b
  by_cases hb : shaves b b
  · exact this.mp hb hb
  · exact hb (this.mpr hb)

/-- Two maps with x ≤ g y just when f x ≤ y: using f, g and f again is using f. -/
theorem galois_three {α β : Type} (le : α → α → Prop) (le' : β → β → Prop) (refl : ∀ x, le x x)
    (refl' : ∀ y, le' y y) (antisymm' : ∀ x y, le' x y → le' y x → x = y)
    (trans : ∀ x y z, le x y → le y z → le x z) (f : α → β) (g : β → α) (adj : ∀ x y, le' (f x) y ↔ le x (g y))
    (x : α) : f (g (f x)) = f x := by
  apply antisymm'
  · exact (adj _ _).mpr (refl _)
  · apply (adj _ _).mpr
    have h1 : le x (g (f x)) := (adj _ _).mp (refl' _)
    have h2 : le (g (f x)) (g (f (g (f x)))) := (adj _ _).mp (refl' _)
    exact trans _ _ _ h1 h2

/-- A group in which every square is the unit is commutative. -/
theorem squares_commute {α : Type} (op : α → α → α) (e : α) (assoc : ∀ x y z, op (op x y) z = op x (op y z))
    (left : ∀ x, op e x = x) (right : ∀ x, op x e = x) (square : ∀ x, op x x = e) (x y : α) : op x y = op y x := by
  have h1 : op (op x y) (op x y) = e := square _
  have h2 : op (op y x) (op x y) = e := by
    rw [assoc, ← assoc x, square, left, square]
  calc op x y = op (op (op y x) (op y x)) (op x y) := by rw [square, left]
    _ = op (op y x) (op (op y x) (op x y)) := assoc _ _ _
    _ = op y x := by rw [h2, right]

/-- Left unit and left inverses make right inverses. -/
theorem left_inverses {α : Type} (op : α → α → α) (e : α) (inv : α → α)
    (assoc : ∀ x y z, op (op x y) z = op x (op y z)) (left : ∀ x, op e x = x) (inverse : ∀ x, op (inv x) x = e)
    (x : α) : op x (inv x) = e := by
  have idem : op (op x (inv x)) (op x (inv x)) = op x (inv x) := by
    rw [assoc, ← assoc (inv x), inverse, left]
  calc op x (inv x) = op e (op x (inv x)) := (left _).symm
    _ = op (op (inv (op x (inv x))) (op x (inv x))) (op x (inv x)) := by rw [inverse]
    _ = op (inv (op x (inv x))) (op (op x (inv x)) (op x (inv x))) := assoc _ _ _
    _ = op (inv (op x (inv x))) (op x (inv x)) := by rw [idem]
    _ = e := inverse _

/-- A monotone map of predicates has a fixed point. -/
theorem fixed_predicate {α : Type} (f : (α → Prop) → α → Prop)
    (mono : ∀ p q : α → Prop, (∀ x, p x → q x) → ∀ x, f p x → f q x) : ∃ p : α → Prop, ∀ x, p x ↔ f p x := by
  refine ⟨fun x => ∀ q : α → Prop, (∀ y, f q y → q y) → q x, fun x => ?_⟩
  have down : ∀ x, f (fun x => ∀ q : α → Prop, (∀ y, f q y → q y) → q x) x → ∀ q : α → Prop, (∀ y, f q y → q y) → q x := by
    intro x h q hq
    exact hq x (mono _ q (fun y hy => hy q hq) x h)
  constructor
  · intro h
    exact h _ fun y hy => mono _ _ down y hy
  · exact down x
