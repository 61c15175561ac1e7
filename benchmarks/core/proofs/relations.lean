/-- Where a relation leads in any number of steps. -/
inductive Leads {α : Type} (r : α → α → Prop) : α → α → Prop where
  | stay (a : α) : Leads r a a
  | step (a b c : α) : r a b → Leads r b c → Leads r a c

/-- The same in n steps. -/
inductive InSteps {α : Type} (r : α → α → Prop) : Nat → α → α → Prop where
  | stay (a : α) : InSteps r 0 a a
  | step (n : Nat) (a b c : α) : r a b → InSteps r n b c → InSteps r (n + 1) a c

/-- The least equivalence that holds where r does. -/
inductive Linked {α : Type} (r : α → α → Prop) : α → α → Prop where
  | base (a b : α) : r a b → Linked r a b
  | refl (a : α) : Linked r a a
  | symm (a b : α) : Linked r a b → Linked r b a
  | trans (a b c : α) : Linked r a b → Linked r b c → Linked r a c

/-- zs takes its elements from xs and ys in turn, in some way. -/
inductive Mix {α : Type} : List α → List α → List α → Prop where
  | nil : Mix [] [] []
  | left (x : α) (xs ys zs : List α) : Mix xs ys zs → Mix (x :: xs) ys (x :: zs)
  | right (y : α) (xs ys zs : List α) : Mix xs ys zs → Mix xs (y :: ys) (y :: zs)

/-- Words that are the same backwards. -/
inductive Pal {α : Type} : List α → Prop where
  | nil : Pal []
  | one (a : α) : Pal [a]
  | wrap (a : α) (w : List α) : Pal w → Pal (a :: (w ++ [a]))

/-- Words in which brackets match, `true` opening. -/
inductive Matched : List Bool → Prop where
  | nil : Matched []
  | wrap (v w : List Bool) : Matched v → Matched w → Matched (true :: (v ++ false :: w))

/-- How many brackets stay open, `none` where one is closed too many. -/
def depth : Nat → List Bool → Option Nat
  | d, [] => some d
  | d, true :: w => depth (d + 1) w
  | 0, false :: _ => none
  | d + 1, false :: w => depth d w

/-- The smallest numbers that contain 1 and are closed under doubling and adding three. -/
inductive Reached : Nat → Prop where
  | one : Reached 1
  | double (n : Nat) : Reached n → Reached (2 * n)
  | three (n : Nat) : Reached n → Reached (n + 3)

/-- Lists that are equal up to the order of elements. -/
inductive Reordered {α : Type} : List α → List α → Prop where
  | nil : Reordered [] []
  | keep (x : α) (xs ys : List α) : Reordered xs ys → Reordered (x :: xs) (x :: ys)
  | swap (x y : α) (xs : List α) : Reordered (x :: y :: xs) (y :: x :: xs)
  | trans (xs ys zs : List α) : Reordered xs ys → Reordered ys zs → Reordered xs zs

/-- Steps may be counted. -/
theorem leads_in_steps {α : Type} (r : α → α → Prop) (a b : α) (h : Leads r a b) : ∃ n, InSteps r n a b := by
  induction h with
  | stay a => exact ⟨0, .stay a⟩
  | step a b c hr _ ih =>
    obtain ⟨n, h⟩ := ih
    exact ⟨n + 1, .step _ _ _ _ hr h⟩

/-- A number of steps may be split. -/
theorem steps_split {α : Type} (r : α → α → Prop) (m n : Nat) (a c : α) (h : InSteps r (m + n) a c) :
    ∃ b, InSteps r m a b ∧ InSteps r n b c := by
  induction m generalizing a with
  | zero => exact ⟨a, .stay a, by simpa using h⟩
  | succ m ih =>
    have : m + 1 + n = m + n + 1 := by omega
    rw [this] at h
    cases h with
    | step _ _ b _ hr h =>
      obtain ⟨d, h1, h2⟩ := ih b h
      exact ⟨d, .step _ _ _ _ hr h1, h2⟩

theorem leads_trans {α : Type} (r : α → α → Prop) (a b c : α) (h1 : Leads r a b) (h2 : Leads r b c) :
    Leads r a c := by
  induction h1 with
  | stay a => exact h2
  | step a b _ hr _ ih => exact .step _ _ _ hr (ih h2)

/-- Where a relation leads, it leads to nothing more when that is repeated. -/
theorem leads_leads {α : Type} (r : α → α → Prop) (a b : α) (h : Leads (Leads r) a b) : Leads r a b := by
  induction h with
  | stay a => exact .stay a
  | step a b c h _ ih => exact leads_trans r a b c h ih

/-- When any two steps from a point can be joined by a step each, any two ways can be joined. -/
theorem diamond_confluent {α : Type} (r : α → α → Prop)
    (diamond : ∀ a b c, r a b → r a c → ∃ d, r b d ∧ r c d) (a b c : α) (h1 : Leads r a b) (h2 : Leads r a c) :
    ∃ d, Leads r b d ∧ Leads r c d := by
  have strip (a b c : α) (h : Leads r a b) (hr : r a c) : ∃ d, r b d ∧ Leads r c d := by
    induction h generalizing c with
    | stay a => exact ⟨c, hr, .stay c⟩
    | step a b' _ hb _ ih =>
      obtain ⟨e, he, hc⟩ := diamond a b' c hb hr
      obtain ⟨d, hd, hl⟩ := ih e he
      exact ⟨d, hd, .step _ _ _ hc hl⟩
  induction h2 generalizing b with
  | stay a => exact ⟨b, .stay b, h1⟩
  | step a c' _ hr _ ih =>
    obtain ⟨d, hd, hl⟩ := strip a b c' h1 hr
    obtain ⟨e, h3, h4⟩ := ih d hl
    exact ⟨e, .step _ _ _ hd h3, h4⟩

/-- Where any two ways from a point can be joined, so can what is linked. -/
theorem church_rosser {α : Type} (r : α → α → Prop)
    (confluent : ∀ a b c, Leads r a b → Leads r a c → ∃ d, Leads r b d ∧ Leads r c d) (a b : α)
    (h : Linked r a b) : ∃ d, Leads r a d ∧ Leads r b d := by
  induction h with
  | base a b hr => exact ⟨b, .step _ _ _ hr (.stay b), .stay b⟩
  | refl a => exact ⟨a, .stay a, .stay a⟩
  | symm a b _ ih =>
    obtain ⟨d, h1, h2⟩ := ih
    exact ⟨d, h2, h1⟩
  | trans a b c _ _ ih1 ih2 =>
    obtain ⟨d, h1, h2⟩ := ih1
    obtain ⟨e, h3, h4⟩ := ih2
    obtain ⟨f, h5, h6⟩ := confluent b d e h2 h3
    exact ⟨f, leads_trans r _ _ _ h1 h5, leads_trans r _ _ _ h4 h6⟩

/-- What satisfies a condition and what does not, mixed, is the list. -/
theorem mix_filter {α : Type} (p : α → Bool) (xs : List α) : Mix (xs.filter p) (xs.filter fun x => !p x) xs := by
  induction xs with
  | nil => exact .nil
  | cons x xs ih =>
    cases hp : p x
    · simpa [List.filter_cons, hp] using Mix.right x _ _ _ ih
    · simpa [List.filter_cons, hp] using Mix.left x _ _ _ ih

/-- A mix backwards. -/
theorem mix_reverse {α : Type} (xs ys zs : List α) (h : Mix xs ys zs) : Mix xs.reverse ys.reverse zs.reverse := by
  have snoc_left (x : α) (xs ys zs : List α) (h : Mix xs ys zs) : Mix (xs ++ [x]) ys (zs ++ [x]) := by
    induction h with
    | nil => exact .left _ _ _ _ .nil
    | left y _ _ _ _ ih => exact .left _ _ _ _ ih
    | right y _ _ _ _ ih => exact .right _ _ _ _ ih
  have snoc_right (x : α) (xs ys zs : List α) (h : Mix xs ys zs) : Mix xs (ys ++ [x]) (zs ++ [x]) := by
    induction h with
    | nil => exact .right _ _ _ _ .nil
    | left y _ _ _ _ ih => exact .left _ _ _ _ ih
    | right y _ _ _ _ ih => exact .right _ _ _ _ ih
  induction h with
  | nil => exact .nil
  | left x xs ys zs _ ih => simpa using snoc_left x _ _ _ ih
  | right y xs ys zs _ ih => simpa using snoc_right y _ _ _ ih

/-- What is the same backwards is a palindrome. -/
theorem pal_of_reverse {α : Type} (w : List α) (h : w.reverse = w) : Pal w := by
  have general (n : Nat) (w : List α) (hn : w.length ≤ n) (h : w.reverse = w) : Pal w := by
    induction n using Nat.strongRecOn generalizing w with
    | ind n ih =>
      cases w with
      | nil => exact .nil
      | cons a v =>
        rcases List.eq_nil_or_concat v with rfl | ⟨u, b, rfl⟩
        · exact .one a
        · simp only [List.reverse_cons, List.concat_eq_append, List.reverse_append, List.reverse_nil,
            List.nil_append, List.cons_append, List.cons.injEq] at h
          obtain ⟨rfl, h⟩ := h
          have same := List.append_inj_left' h rfl
          simp only [List.concat_eq_append, List.length_cons, List.length_append, List.length_nil] at hn
          have inner := ih u.length (by omega) u (Nat.le_refl _) same
          simpa using Pal.wrap b u inner
  exact general w.length w (Nat.le_refl _) h

/-- Where no bracket stays open, brackets match. -/
theorem matched_of_depth (w : List Bool) (h : depth 0 w = some 0) : Matched w := by
  have general (n : Nat) (w : List Bool) (hn : w.length ≤ n) :
      (depth 0 w = some 0 → Matched w) ∧
      ∀ d, depth (d + 1) w = some 0 → ∃ u v, w = u ++ false :: v ∧ Matched u ∧ depth d v = some 0 := by
    induction n generalizing w with
    | zero =>
      have : w = [] := by
        cases w with
        | nil => rfl
        | cons _ _ => simp at hn
      subst this
      exact ⟨fun _ => .nil, fun d h => by simp [depth] at h⟩
    | succ n ih =>
      cases w with
      | nil => exact ⟨fun _ => .nil, fun d h => by simp [depth] at h⟩
      | cons b w =>
        simp only [List.length_cons] at hn
        cases b with
        | true =>
          refine ⟨fun h => ?_, fun d h => ?_⟩
          · rw [depth] at h
            obtain ⟨u, v, rfl, hu, hv⟩ := (ih w (by omega)).2 0 h
            simp only [List.length_append, List.length_cons] at hn
            exact .wrap u v hu ((ih v (by omega)).1 hv)
          · rw [depth] at h
            obtain ⟨u, v, rfl, hu, hv⟩ := (ih w (by omega)).2 (d + 1) h
            simp only [List.length_append, List.length_cons] at hn
            obtain ⟨u', v', rfl, hu', hv'⟩ := (ih v (by omega)).2 d hv
            exact ⟨true :: (u ++ false :: u'), v', by simp, .wrap u u' hu hu', hv'⟩
        | false =>
          refine ⟨fun h => by simp [depth] at h, fun d h => ?_⟩
          rw [depth] at h
          exact ⟨[], w, rfl, .nil, h⟩
  exact (general w.length w (Nat.le_refl _)).1 h

/-- No reached number is divisible by three. -/
theorem reached_not_three (n : Nat) (h : Reached n) : n % 3 ≠ 0 := by
  induction h with
  | one => decide
  | double n _ ih => omega
  | three n _ ih => omega

/-- Every number that three does not divide is reached. -/
theorem reached_of_not_three (n : Nat) (h : n % 3 ≠ 0) : Reached n := by
  induction n using Nat.strongRecOn with
  | ind n ih =>
    have : n = 1 ∨ n = 2 ∨ ∃ m, n = m + 3 ∧ m % 3 ≠ 0 := by
      rcases Nat.lt_or_ge n 3 with lt | ge
      · omega
      · exact .inr (.inr ⟨n - 3, by omega, by omega⟩)
    rcases this with rfl | rfl | ⟨m, rfl, hm⟩
    · exact .one
    · exact .double 1 .one
    · exact .three m (ih m (by omega) hm)

/-- A list backwards is the list reordered. -/
theorem reordered_reverse {α : Type} (xs : List α) : Reordered xs xs.reverse := by
  have refl (xs : List α) : Reordered xs xs := by
    induction xs with
    | nil => exact .nil
    | cons x xs ih => exact .keep _ _ _ ih
  have last (x : α) (xs : List α) : Reordered (x :: xs) (xs ++ [x]) := by
    induction xs with
    | nil => exact refl _
    | cons y ys ih => exact .trans _ _ _ (.swap x y ys) (.keep _ _ _ ih)
  induction xs with
  | nil => exact .nil
  | cons x xs ih =>
    rw [List.reverse_cons]
    exact .trans _ _ _ (.keep x _ _ ih) (last x _)
