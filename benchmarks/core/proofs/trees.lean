/-- Binary trees. -/
inductive Tr (α : Type) where
  | tip
  | bin (l : Tr α) (x : α) (r : Tr α)

namespace Tr

variable {α β : Type}

def nodes : Tr α → Nat
  | tip => 0
  | bin l _ r => nodes l + nodes r + 1

def tips : Tr α → Nat
  | tip => 1
  | bin l _ r => tips l + tips r

def height : Tr α → Nat
  | tip => 0
  | bin l _ r => max (height l) (height r) + 1

/-- The elements from left to right. -/
def flat : Tr α → List α
  | tip => []
  | bin l x r => flat l ++ x :: flat r

def turned : Tr α → Tr α
  | tip => tip
  | bin l x r => bin (turned r) x (turned l)

def rotateRight : Tr α → Tr α
  | bin (bin a x b) y c => bin a x (bin b y c)
  | t => t

/-- The subtree at the end of a way down, `true` for right. -/
def under : List Bool → Tr α → Option (Tr α)
  | [], t => some t
  | _ :: _, tip => none
  | b :: w, bin l _ r => under w (if b then r else l)

/-- Two trees, one after the other in the order of elements. -/
def join : Tr α → Tr α → Tr α
  | tip, u => u
  | bin l x r, u => bin l x (join r u)

/-- All elements are between the bounds, and in order. -/
def between (lo hi : Nat) : Tr Nat → Prop
  | tip => True
  | bin l x r => lo < x ∧ x < hi ∧ between lo x l ∧ between x hi r

def has (a : Nat) : Tr Nat → Bool
  | tip => false
  | bin l x r => if a < x then has a l else if x < a then has a r else true

def drop (a : Nat) : Tr Nat → Tr Nat
  | tip => tip
  | bin l x r => if a < x then bin (drop a l) x r else if x < a then bin l x (drop a r) else join l r

def increasing : List Nat → Prop
  | [] => True
  | x :: xs => (∀ y, y ∈ xs → x < y) ∧ increasing xs

/-- Two heaps become one. -/
def meld : Tr Nat → Tr Nat → Tr Nat
  | tip, u => u
  | t, tip => t
  | bin l x r, bin m y s => if x ≤ y then bin (meld r (bin m y s)) x l else bin (meld (bin l x r) s) y m
termination_by t u => nodes t + nodes u
decreasing_by all_goals simp only [nodes]; omega

def times (a : Nat) : Tr Nat → Nat
  | tip => 0
  | bin l x r => times a l + times a r + (if x = a then 1 else 0)

/-- Every element is at least lo, and at least what is above it. -/
def heap (lo : Nat) : Tr Nat → Prop
  | tip => True
  | bin l x r => lo ≤ x ∧ heap x l ∧ heap x r

/-- A fold over the tree. -/
def fold (e : β) (f : β → α → β → β) : Tr α → β
  | tip => e
  | bin l x r => f (fold e f l) x (fold e f r)

/-- Lists of levels, one upon the other. -/
def zipLevels : List (List α) → List (List α) → List (List α)
  | [], ys => ys
  | xs, [] => xs
  | x :: xs, y :: ys => (x ++ y) :: zipLevels xs ys

def levels : Tr α → List (List α)
  | tip => []
  | bin l x r => [x] :: zipLevels (levels l) (levels r)

end Tr

/-- A trie of words over two letters. -/
inductive Trie where
  | none
  | node (here : Bool) (no yes : Trie)

namespace Trie

def has : Trie → List Bool → Bool
  | none, _ => false
  | node here _ _, [] => here
  | node _ no _, false :: w => has no w
  | node _ _ yes, true :: w => has yes w

def add : Trie → List Bool → Trie
  | none, [] => node true none none
  | none, false :: w => node false (add none w) none
  | none, true :: w => node false none (add none w)
  | node _ no yes, [] => node true no yes
  | node here no yes, false :: w => node here (add no w) yes
  | node here no yes, true :: w => node here no (add yes w)

end Trie

/-- A binary tree has one tip more than nodes. -/
theorem tree_tips {α : Type} (t : Tr α) : t.tips = t.nodes + 1 := by
  induction t with
  | tip => rfl
  | bin l x r ihl ihr => simp only [Tr.tips, Tr.nodes]; omega

/-- A rotation keeps the elements in order. -/
theorem tree_rotate_flat {α : Type} (t : Tr α) : t.rotateRight.flat = t.flat := by
  cases t with
  | tip => rfl
  | bin l y c => cases l <;> simp [Tr.rotateRight, Tr.flat]

/-- The way to a subtree of a turned tree. -/
theorem tree_under_turned {α : Type} (w : List Bool) (t : Tr α) :
    Tr.under (w.map not) t.turned = (Tr.under w t).map Tr.turned := by
  induction w generalizing t with
  | nil => simp [Tr.under]
  | cons b w ih =>
    cases t with
    | tip => simp [Tr.under, Tr.turned]
    | bin l x r => cases b <;> simp [Tr.under, Tr.turned, ih]

theorem tree_join_flat {α : Type} (t u : Tr α) : (t.join u).flat = t.flat ++ u.flat := by
  induction t with
  | tip => simp [Tr.join, Tr.flat]
  | bin l x r _ ihr => simp [Tr.join, Tr.flat, ihr]

theorem between_mem (lo hi a : Nat) (t : Tr Nat) (h : t.between lo hi) (ha : a ∈ t.flat) : lo < a ∧ a < hi := by
  induction t generalizing lo hi with
  | tip => simp [Tr.flat] at ha
  | bin l x r ihl ihr =>
    obtain ⟨h1, h2, h3, h4⟩ := h
    simp only [Tr.flat, List.mem_append, List.mem_cons] at ha
    rcases ha with ha | rfl | ha
    · have := ihl _ _ h3 ha
      omega
    · exact ⟨h1, h2⟩
    · have := ihr _ _ h4 ha
      omega

/-- A search tree finds what is in it, and nothing else. -/
theorem tree_has_iff (a lo hi : Nat) (t : Tr Nat) (h : t.between lo hi) : t.has a = true ↔ a ∈ t.flat := by
  induction t generalizing lo hi with
  | tip => simp [Tr.has, Tr.flat]
  | bin l x r ihl ihr =>
    obtain ⟨h1, h2, h3, h4⟩ := h
    have hl := between_mem lo x a l h3
    have hr := between_mem x hi a r h4
    simp only [Tr.has, Tr.flat, List.mem_append, List.mem_cons]
    split
    · rw [ihl _ _ h3]
      constructor
      · exact .inl
      · rintro (h | h | h)
        · exact h
        · omega
        · have := hr h
          omega
    · split
      · rw [ihr _ _ h4]
        constructor
        · exact fun h => .inr (.inr h)
        · rintro (h | h | h)
          · have := hl h
            omega
          · omega
          · exact h
      · simp only [true_iff]
        exact .inr (.inl (by omega))

theorem increasing_append (xs ys : List Nat) (hx : Tr.increasing xs) (hy : Tr.increasing ys)
    (h : ∀ x, x ∈ xs → ∀ y, y ∈ ys → x < y) : Tr.increasing (xs ++ ys) := by
  induction xs with
  | nil => exact hy
  | cons x xs ih =>
    refine ⟨fun y hy' => ?_, ih hx.2 fun x' hx' => h x' (by simp [hx'])⟩
    rcases List.mem_append.mp hy' with hy' | hy'
    · exact hx.1 y hy'
    · exact h x (by simp) y hy'

/-- The elements of a search tree, from left to right, increase. -/
theorem tree_flat_increasing (lo hi : Nat) (t : Tr Nat) (h : t.between lo hi) : Tr.increasing t.flat := by
  induction t generalizing lo hi with
  | tip => trivial
  | bin l x r ihl ihr =>
    obtain ⟨h1, h2, h3, h4⟩ := h
    have hr := fun y hy => (between_mem x hi y r h4 hy).1
    have right : Tr.increasing (x :: r.flat) := ⟨hr, ihr _ _ h4⟩
    apply increasing_append _ _ (ihl _ _ h3) right
    intro a ha b hb
    have h5 := between_mem lo x a l h3 ha
    rcases List.mem_cons.mp hb with rfl | hb
    · exact h5.2
    · have := hr b hb
      omega

/-- What was dropped from a search tree is gone, all else is there. -/
theorem tree_drop_mem (a b lo hi : Nat) (t : Tr Nat) (h : t.between lo hi) :
    b ∈ (t.drop a).flat ↔ b ∈ t.flat ∧ b ≠ a := by
  induction t generalizing lo hi with
  | tip => simp [Tr.drop, Tr.flat]
  | bin l x r ihl ihr =>
    obtain ⟨h1, h2, h3, h4⟩ := h
    have hl := between_mem lo x b l h3
    have hr := between_mem x hi b r h4
    rw [Tr.drop]
    split
    · simp only [Tr.flat, List.mem_append, List.mem_cons, ihl _ _ h3]
      constructor
      · rintro (h | rfl | h)
        · exact ⟨.inl h.1, h.2⟩
        · exact ⟨.inr (.inl rfl), by omega⟩
        · have := hr h
          exact ⟨.inr (.inr h), by omega⟩
      · rintro ⟨h | rfl | h, ne⟩
        · exact .inl ⟨h, ne⟩
        · exact .inr (.inl rfl)
        · exact .inr (.inr h)
    · split
      · simp only [Tr.flat, List.mem_append, List.mem_cons, ihr _ _ h4]
        constructor
        · rintro (h | rfl | h)
          · have := hl h
            exact ⟨.inl h, by omega⟩
          · exact ⟨.inr (.inl rfl), by omega⟩
          · exact ⟨.inr (.inr h.1), h.2⟩
        · rintro ⟨h | rfl | h, ne⟩
          · exact .inl h
          · exact .inr (.inl rfl)
          · exact .inr (.inr ⟨h, ne⟩)
      · have eq : x = a := by omega
        simp only [tree_join_flat, Tr.flat, List.mem_append, List.mem_cons]
        constructor
        · rintro (h | h)
          · have := hl h
            exact ⟨.inl h, by omega⟩
          · have := hr h
            exact ⟨.inr (.inr h), by omega⟩
        · rintro ⟨h | h | h, ne⟩
          · exact .inl h
          · omega
          · exact .inr h

/-- Two heaps become one with the elements of both. -/
theorem tree_meld_times (a : Nat) (t u : Tr Nat) : (t.meld u).times a = t.times a + u.times a := by
  fun_induction Tr.meld t u <;> simp_all [Tr.times] <;> omega

/-- What two heaps become is a heap. -/
theorem tree_meld_heap (lo : Nat) (t u : Tr Nat) (ht : t.heap lo) (hu : u.heap lo) : (t.meld u).heap lo := by
  induction t, u using Tr.meld.induct generalizing lo with
  | case1 u => simpa [Tr.meld] using hu
  | case2 t h => cases t <;> simpa [Tr.meld] using ht
  | case3 l x r m y s le ih =>
    rw [Tr.meld, if_pos le]
    exact ⟨ht.1, ih x ht.2.2 ⟨le, hu.2.1, hu.2.2⟩, ht.2.1⟩
  | case4 l x r m y s gt ih =>
    rw [Tr.meld, if_neg gt]
    exact ⟨hu.1, ih y ⟨by omega, ht.2.1, ht.2.2⟩ hu.2.2, hu.2.1⟩

/-- Two folds are one where a function carries the one over into the other. -/
theorem tree_fold_fusion {α β γ : Type} (g : β → γ) (e : β) (f : β → α → β → β) (k : γ → α → γ → γ)
    (h : ∀ a x b, g (f a x b) = k (g a) x (g b)) (t : Tr α) : g (t.fold e f) = t.fold (g e) k := by
  induction t with
  | tip => rfl
  | bin l x r ihl ihr => simp [Tr.fold, h, ihl, ihr]

/-- A tree has as many levels as its height says. -/
theorem tree_levels_length {α : Type} (t : Tr α) : t.levels.length = t.height := by
  have zipped (xs ys : List (List α)) : (Tr.zipLevels xs ys).length = max xs.length ys.length := by
    induction xs generalizing ys with
    | nil => simp [Tr.zipLevels]
    | cons x xs ih =>
      cases ys with
      | nil => simp [Tr.zipLevels]
      | cons y ys =>
        simp only [Tr.zipLevels, List.length_cons, ih]
        omega
  induction t with
  | tip => rfl
  | bin l x r ihl ihr => simp [Tr.levels, Tr.height, zipped, ihl, ihr]

/-- A trie has the word that was added. -/
theorem trie_has_added (t : Trie) (w : List Bool) : (t.add w).has w = true := by
  induction w generalizing t with
  | nil => cases t <;> simp [Trie.add, Trie.has]
  | cons b w ih => cases t <;> cases b <;> simp [Trie.add, Trie.has, ih]

/-- Other words are in a trie as before. -/
theorem trie_has_other (t : Trie) (v w : List Bool) (h : v ≠ w) : (t.add w).has v = t.has v := by
  induction w generalizing t v with
  | nil =>
    cases v with
    | nil => exact absurd rfl h
    | cons c v => cases t <;> cases c <;> simp [Trie.add, Trie.has]
  | cons b w ih =>
    cases v with
    | nil => cases t <;> cases b <;> simp [Trie.add, Trie.has]
    | cons c v =>
      cases t <;> cases b <;> cases c <;> simp [Trie.add, Trie.has] <;> simp_all [Trie.has]
