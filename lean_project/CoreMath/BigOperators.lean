import CoreMath.Interval

/-! Finite sums and products, and their notation. -/

universe u v

noncomputable section

instance : Std.Associative (α := ℚ) (· + ·) := ⟨Rat.add_assoc⟩
instance : Std.Commutative (α := ℚ) (· + ·) := ⟨Rat.add_comm⟩
instance : Std.Associative (α := ℚ) (· * ·) := ⟨Rat.mul_assoc⟩
instance : Std.Commutative (α := ℚ) (· * ·) := ⟨Rat.mul_comm⟩
instance : Std.LawfulIdentity (α := ℚ) (· + ·) 0 where
  left_id := Rat.zero_add
  right_id := Rat.add_zero
instance : Std.LawfulIdentity (α := ℚ) (· * ·) 1 where
  left_id := Rat.one_mul
  right_id := Rat.mul_one

namespace Finset

variable {α : Type u} {β : Type v}

/-- `op` over the values of `f` on `s`, in whatever order. -/
def fold (op : β → β → β) [Std.Commutative op] [Std.Associative op] (b : β) (f : α → β) (s : Finset α) : β :=
  Quotient.lift (s := Multiset.setoid α) (fun l => l.foldr (fun x y => op (f x) y) b)
    (fun _ _ p => p.foldr_eq' (fun x _ y _ z => by
      show op (f y) (op (f x) z) = op (f x) (op (f y) z)
      rw [← Std.Associative.assoc (op := op), Std.Commutative.comm (op := op) (f y),
        Std.Associative.assoc (op := op)]) b) s.val

/-- The sum of `f x` for `x` in `s`. -/
protected def sum [Add β] [OfNat β 0] [Std.Commutative (α := β) (· + ·)] [Std.Associative (α := β) (· + ·)]
    (s : Finset α) (f : α → β) : β :=
  fold (· + ·) 0 f s

/-- The product of `f x` for `x` in `s`. -/
protected def prod [Mul β] [OfNat β 1] [Std.Commutative (α := β) (· * ·)] [Std.Associative (α := β) (· * ·)]
    (s : Finset α) (f : α → β) : β :=
  fold (· * ·) 1 f s

end Finset

-- `∑ x ∈ s, f x`, `∑ x in s, f x`, `∑ x ∈ s with p x, f x`, `∑ x, f x`; the same with `∏`.
syntax "∑ " ident (" : " term)? " in " term ", " term:67 : term
syntax "∑ " ident " ∈ " term (" with " term)? ", " term:67 : term
syntax "∑ " ident (" : " term)? ", " term:67 : term
syntax "∏ " ident (" : " term)? " in " term ", " term:67 : term
syntax "∏ " ident " ∈ " term (" with " term)? ", " term:67 : term
syntax "∏ " ident (" : " term)? ", " term:67 : term

macro_rules
  | `(∑ $x:ident in $s, $f) => `(Finset.sum $s fun $x:ident => $f)
  | `(∑ $x:ident : $t in $s, $f) => `(Finset.sum $s fun $x:ident : $t => $f)
  | `(∑ $x:ident ∈ $s, $f) => `(Finset.sum $s fun $x:ident => $f)
  | `(∑ $x:ident ∈ $s with $p, $f) => `(Finset.sum (Finset.filter (fun $x:ident => $p) $s) fun $x:ident => $f)
  | `(∑ $x:ident, $f) => `(Finset.sum Finset.univ fun $x:ident => $f)
  | `(∑ $x:ident : $t, $f) => `(Finset.sum Finset.univ fun $x:ident : $t => $f)
  | `(∏ $x:ident in $s, $f) => `(Finset.prod $s fun $x:ident => $f)
  | `(∏ $x:ident : $t in $s, $f) => `(Finset.prod $s fun $x:ident : $t => $f)
  | `(∏ $x:ident ∈ $s, $f) => `(Finset.prod $s fun $x:ident => $f)
  | `(∏ $x:ident ∈ $s with $p, $f) => `(Finset.prod (Finset.filter (fun $x:ident => $p) $s) fun $x:ident => $f)
  | `(∏ $x:ident, $f) => `(Finset.prod Finset.univ fun $x:ident => $f)
  | `(∏ $x:ident : $t, $f) => `(Finset.prod Finset.univ fun $x:ident : $t => $f)

@[app_unexpander Finset.sum] def Finset.sum.unexpand : Lean.PrettyPrinter.Unexpander
  | `($_ $s fun $x:ident => $f) => `(∑ $x:ident ∈ $s, $f)
  | _ => throw ()

@[app_unexpander Finset.prod] def Finset.prod.unexpand : Lean.PrettyPrinter.Unexpander
  | `($_ $s fun $x:ident => $f) => `(∏ $x:ident ∈ $s, $f)
  | _ => throw ()

namespace Finset

variable {α : Type u} {β : Type v}

section Fold

set_option linter.unusedSectionVars false

variable (op : β → β → β) [Std.Commutative op] [Std.Associative op] (b : β)

theorem foldr_init [Std.LawfulIdentity op b] (l : List α) (f : α → β) (c : β) :
    l.foldr (fun x y => op (f x) y) c = op (l.foldr (fun x y => op (f x) y) b) c := by
  induction l with
  | nil => exact (Std.LawfulLeftIdentity.left_id c).symm
  | cons a l ih => rw [List.foldr_cons, List.foldr_cons, ih, Std.Associative.assoc (op := op)]

theorem fold_snoc [Std.LawfulIdentity op b] (f : α → β) (l : List α) (a : α) (h : (l ++ [a]).Nodup) (k : l.Nodup) :
    fold op b f (ofNodup (l ++ [a]) h) = op (fold op b f (ofNodup l k)) (f a) := by
  show (l ++ [a]).foldr (fun x y => op (f x) y) b = op (l.foldr (fun x y => op (f x) y) b) (f a)
  rw [List.foldr_append, foldr_init op b]
  show op _ (op (f a) b) = _
  rw [Std.LawfulRightIdentity.right_id (op := op) (o := b)]

theorem fold_congr {f g : α → β} {s : Finset α} (h : ∀ x, x ∈ s → f x = g x) : fold op b f s = fold op b g s := by
  have ⟨l, k, e⟩ := exists_list s
  subst e
  show l.foldr (fun x y => op (f x) y) b = l.foldr (fun x y => op (g x) y) b
  replace h : ∀ x, x ∈ l → f x = g x := h
  clear k
  induction l with
  | nil => rfl
  | cons a l ih =>
    rw [List.foldr_cons, List.foldr_cons, h a List.mem_cons_self, ih fun x m => h x (List.mem_cons_of_mem a m)]

theorem fold_ofNodup {f : α → β} {l : List α} {h : l.Nodup} :
    fold op b f (ofNodup l h) = l.foldr (fun x y => op (f x) y) b := rfl

theorem fold_insert [DecidableEq α] {f : α → β} {a : α} {s : Finset α} (h : a ∉ s) :
    fold op b f (insert a s) = op (f a) (fold op b f s) := by
  have ⟨l, k, e⟩ := exists_list s
  subst e
  have nd : (a :: l).Nodup := List.nodup_cons.mpr ⟨h, k⟩
  rw [show insert a (ofNodup l k) = ofNodup (a :: l) nd from ext fun c => by simp]
  rfl

theorem fold_range_succ [Std.LawfulIdentity op b] (f : ℕ → β) (n : ℕ) :
    fold op b f (range (n + 1)) = op (fold op b f (range n)) (f n) := by
  rw [show range (n + 1) = ofNodup (List.range n ++ [n]) (List.range_succ ▸ List.nodup_range) from
    ext fun a => by simp; omega]
  exact fold_snoc op b f _ _ _ List.nodup_range

theorem fold_Icc_succ_top [Std.LawfulIdentity op b] {m n : ℕ} (h : m ≤ n + 1) (f : ℕ → β) :
    fold op b f (Icc m (n + 1)) = op (fold op b f (Icc m n)) (f (n + 1)) := by
  have nd : (List.range' m (n + 1 - m) ++ [n + 1]).Nodup := by
    have := List.nodup_range' (s := m) (n := n + 1 - m + 1) 1
    rw [List.range'_concat, show m + 1 * (n + 1 - m) = n + 1 by omega] at this
    exact this
  rw [show Icc m (n + 1) = ofNodup _ nd from ext fun a => by simp; omega]
  exact fold_snoc op b f _ _ _ (List.nodup_range' 1)

end Fold

section Sum

variable [Add β] [OfNat β 0] [Std.Commutative (α := β) (· + ·)] [Std.Associative (α := β) (· + ·)]

@[simp, grind =] theorem sum_empty (f : α → β) : Finset.sum ∅ f = 0 := rfl

@[simp, grind =] theorem sum_range_zero (f : ℕ → β) : (range 0).sum f = 0 := rfl

theorem sum_insert [DecidableEq α] {f : α → β} {a : α} {s : Finset α} (h : a ∉ s) :
    (insert a s).sum f = f a + s.sum f :=
  fold_insert _ _ h

theorem sum_congr {s t : Finset α} {f g : α → β} (e : s = t) (h : ∀ x, x ∈ t → f x = g x) : s.sum f = t.sum g := by
  subst e
  exact fold_congr _ _ h

variable [Std.LawfulIdentity (α := β) (· + ·) 0]

@[simp, grind =] theorem sum_singleton (f : α → β) (a : α) : Finset.sum {a} f = f a :=
  Std.LawfulRightIdentity.right_id (op := (· + ·)) (o := (0 : β)) (f a)

@[grind =] theorem sum_range_succ (f : ℕ → β) (n : ℕ) : (range (n + 1)).sum f = (range n).sum f + f n :=
  fold_range_succ _ _ f n

theorem sum_Icc_succ_top {m n : ℕ} (h : m ≤ n + 1) (f : ℕ → β) :
    ∑ x ∈ Icc m (n + 1), f x = ∑ x ∈ Icc m n, f x + f (n + 1) :=
  fold_Icc_succ_top _ _ h f

grind_pattern sum_Icc_succ_top => (Icc m (n + 1)).sum f

end Sum

section Prod

variable [Mul β] [OfNat β 1] [Std.Commutative (α := β) (· * ·)] [Std.Associative (α := β) (· * ·)]

@[simp, grind =] theorem prod_empty (f : α → β) : Finset.prod ∅ f = 1 := rfl

@[simp, grind =] theorem prod_range_zero (f : ℕ → β) : (range 0).prod f = 1 := rfl

theorem prod_insert [DecidableEq α] {f : α → β} {a : α} {s : Finset α} (h : a ∉ s) :
    (insert a s).prod f = f a * s.prod f :=
  fold_insert _ _ h

theorem prod_congr {s t : Finset α} {f g : α → β} (e : s = t) (h : ∀ x, x ∈ t → f x = g x) : s.prod f = t.prod g := by
  subst e
  exact fold_congr _ _ h

variable [Std.LawfulIdentity (α := β) (· * ·) 1]

@[simp, grind =] theorem prod_singleton (f : α → β) (a : α) : Finset.prod {a} f = f a :=
  Std.LawfulRightIdentity.right_id (op := (· * ·)) (o := (1 : β)) (f a)

@[grind =] theorem prod_range_succ (f : ℕ → β) (n : ℕ) : (range (n + 1)).prod f = (range n).prod f * f n :=
  fold_range_succ _ _ f n

theorem prod_Icc_succ_top {m n : ℕ} (h : m ≤ n + 1) (f : ℕ → β) :
    ∏ x ∈ Icc m (n + 1), f x = (∏ x ∈ Icc m n, f x) * f (n + 1) :=
  fold_Icc_succ_top _ _ h f

grind_pattern prod_Icc_succ_top => (Icc m (n + 1)).prod f

end Prod

theorem card_eq_sum_ones (s : Finset α) : s.card = ∑ _x ∈ s, 1 := by
  have ⟨l, k, e⟩ := exists_list s
  subst e
  show l.length = l.foldr (fun _ y => 1 + y) 0
  clear k
  induction l with
  | nil => rfl
  | cons a l ih => rw [List.length_cons, List.foldr_cons, ih]; omega

end Finset
