/-- The sum of a list. -/
def sumList : List Nat → Nat
  | [] => 0
  | x :: xs => x + sumList xs

def addUp : List Int → Int
  | [] => 0
  | x :: xs => x + addUp xs

/-- Running totals, the start first. -/
def runningTotals (start : Nat) : List Nat → List Nat
  | [] => [start]
  | x :: xs => start :: runningTotals (start + x) xs

/-- All choices of elements, in order. -/
def choices {α : Type} : List α → List (List α)
  | [] => [[]]
  | x :: xs => choices xs ++ (choices xs).map (x :: ·)

/-- An element put in at every place. -/
def everywhere {α : Type} (a : α) : List α → List (List α)
  | [] => [[a]]
  | x :: xs => (a :: x :: xs) :: (everywhere a xs).map (x :: ·)

/-- All arrangements. -/
def arrangements {α : Type} : List α → List (List α)
  | [] => [[]]
  | x :: xs => (arrangements xs).flatMap (everywhere x)

def factorial : Nat → Nat
  | 0 => 1
  | n + 1 => (n + 1) * factorial n

/-- Every other element, from the first and from the second. -/
def deal {α : Type} : List α → List α × List α
  | [] => ([], [])
  | x :: xs => (x :: (deal xs).2, (deal xs).1)

def zipper {α : Type} : List α → List α → List α
  | [], ys => ys
  | x :: xs, ys => x :: zipper ys xs
termination_by xs ys => xs.length + ys.length

/-- Keeps the last of equal elements. -/
def unique : List Nat → List Nat
  | [] => []
  | x :: xs => if xs.contains x then unique xs else x :: unique xs

def allDifferent : List Nat → Bool
  | [] => true
  | x :: xs => !xs.contains x && allDifferent xs

/-- The first element goes to the end, n times. -/
def turn {α : Type} : Nat → List α → List α
  | 0, xs => xs
  | _ + 1, [] => []
  | n + 1, x :: xs => turn n (xs ++ [x])

def foldLeft {α β : Type} (f : β → α → β) (b : β) : List α → β
  | [] => b
  | x :: xs => foldLeft f (f b x) xs

def foldRight {α β : Type} (f : α → β → β) (b : β) : List α → β
  | [] => b
  | x :: xs => f x (foldRight f b xs)

def takeIf {α : Type} (p : α → Bool) : List α → List α
  | [] => []
  | x :: xs => if p x then x :: takeIf p xs else []

def dropIf {α : Type} (p : α → Bool) : List α → List α
  | [] => []
  | x :: xs => if p x then dropIf p xs else x :: xs

def howMany (a : Nat) : List Nat → Nat
  | [] => 0
  | x :: xs => (if x = a then 1 else 0) + howMany a xs

/-- The vote of Boyer and Moore: a candidate with so many voices, then the rest of the votes. -/
def vote (c : Nat) : Nat → List Nat → Nat
  | _, [] => c
  | 0, x :: xs => vote x 1 xs
  | k + 1, x :: xs => if x = c then vote c (k + 2) xs else vote c k xs

/-- The largest sum of a segment: best so far, best that ends here. -/
def kadane (best here : Int) : List Int → Int
  | [] => best
  | x :: xs => kadane (max best (max 0 (here + x))) (max 0 (here + x)) xs

/-- Neighbours that are equal go into one group. -/
def groups : List Nat → List (List Nat)
  | [] => []
  | x :: xs => match groups xs with
    | (y :: ys) :: rest => if x = y then (x :: y :: ys) :: rest else [x] :: (y :: ys) :: rest
    | other => [x] :: other

/-- The last running total is the sum. -/
theorem runningTotals_last (start : Nat) (xs : List Nat) :
    (runningTotals start xs).getLast? = some (start + sumList xs) := by
  induction xs generalizing start with
  | nil => simp [runningTotals, sumList]
  | cons x xs ih =>
    have h := ih (start + x)
    have some_cons (ys : List Nat) (z : Nat) (hy : ys.getLast? = some z) : (start :: ys).getLast? = some z := by
      cases ys with
      | nil => simp at hy
      | cons y ys => simpa [List.getLast?_cons_cons] using hy
    rw [runningTotals, some_cons _ _ h, sumList, Nat.add_assoc]

/-- A list of n elements has 2^n choices. -/
theorem choices_length {α : Type} (xs : List α) : (choices xs).length = 2 ^ xs.length := by
  induction xs with
  | nil => rfl
  | cons x xs ih => simp [choices, ih, Nat.pow_succ]; omega

/-- A choice from a choice is a choice. -/
theorem choices_trans {α : Type} (xs ys zs : List α) (h1 : ys ∈ choices xs) (h2 : zs ∈ choices ys) :
    zs ∈ choices xs := by
  induction xs generalizing ys zs with
  | nil =>
    simp only [choices, List.mem_singleton] at h1
    subst h1
    exact h2
  | cons x xs ih =>
    simp only [choices, List.mem_append, List.mem_map] at h1 ⊢
    rcases h1 with h1 | ⟨us, h1, rfl⟩
    · exact .inl (ih ys zs h1 h2)
    · simp only [choices, List.mem_append, List.mem_map] at h2
      rcases h2 with h2 | ⟨vs, h2, rfl⟩
      · exact .inl (ih us zs h1 h2)
      · exact .inr ⟨vs, ih us vs h1 h2, rfl⟩

theorem everywhere_lengths {α : Type} (a : α) (xs ys : List α) (h : ys ∈ everywhere a xs) :
    ys.length = xs.length + 1 := by
  induction xs generalizing ys with
  | nil => simp_all [everywhere]
  | cons x xs ih =>
    simp only [everywhere, List.mem_cons, List.mem_map] at h
    rcases h with rfl | ⟨zs, h, rfl⟩
    · simp
    · simp [ih zs h]

theorem arrangements_lengths {α : Type} (xs ys : List α) (h : ys ∈ arrangements xs) : ys.length = xs.length := by
  induction xs generalizing ys with
  | nil => simp_all [arrangements]
  | cons x xs ih =>
    simp only [arrangements, List.mem_flatMap] at h
    obtain ⟨zs, hz, hy⟩ := h
    rw [everywhere_lengths x zs ys hy, ih zs hz]
    simp

theorem everywhere_length {α : Type} (a : α) (xs : List α) : (everywhere a xs).length = xs.length + 1 := by
  induction xs with
  | nil => rfl
  | cons x xs ih => simp [everywhere, ih]

/-- A list of n elements has n! arrangements. -/
theorem arrangements_length {α : Type} (xs : List α) : (arrangements xs).length = factorial xs.length := by
  induction xs with
  | nil => rfl
  | cons x xs ih =>
    have equal (n : Nat) (yss : List (List α)) (h : ∀ ys, ys ∈ yss → ys.length = n) :
        (yss.flatMap (everywhere x)).length = (n + 1) * yss.length := by
      induction yss with
      | nil => simp
      | cons ys yss ihy =>
        rw [List.flatMap_cons, List.length_append, everywhere_length, h ys (by simp),
          ihy (fun zs hz => h zs (by simp [hz])), List.length_cons, Nat.mul_succ]
        omega
    rw [arrangements, equal xs.length _ (arrangements_lengths xs), ih]
    rfl

/-- What was dealt to two is got back by taking from each in turn. -/
theorem zipper_deal {α : Type} (xs : List α) : zipper (deal xs).1 (deal xs).2 = xs := by
  induction xs with
  | nil => simp [deal, zipper]
  | cons x xs ih => simp [deal, zipper, ih]

theorem unique_mem (a : Nat) (xs : List Nat) : a ∈ unique xs ↔ a ∈ xs := by
  induction xs with
  | nil => simp [unique]
  | cons x xs ih =>
    rw [unique]
    split
    · rename_i h
      simp only [List.contains_iff_mem] at h
      simp only [ih, List.mem_cons]
      constructor
      · exact .inr
      · rintro (rfl | h')
        · exact h
        · exact h'
    · simp [ih]

/-- When equal elements are left out, all are different. -/
theorem unique_different (xs : List Nat) : allDifferent (unique xs) = true := by
  induction xs with
  | nil => rfl
  | cons x xs ih =>
    rw [unique]
    split
    · exact ih
    · rename_i h
      simp only [allDifferent, ih, Bool.and_true, Bool.not_eq_true', ← Bool.not_eq_true, List.contains_iff_mem,
        unique_mem] at h ⊢
      exact h

/-- A list turned as often as it has elements is as before. -/
theorem turn_around {α : Type} (xs : List α) : turn xs.length xs = xs := by
  have general (xs ys : List α) : turn xs.length (xs ++ ys) = ys ++ xs := by
    induction xs generalizing ys with
    | nil => simp [turn]
    | cons x xs ih =>
      simp only [List.length_cons, List.cons_append, turn, List.append_assoc]
      rw [ih]
      simp
  simpa using general xs []

/-- For an associative operation with a unit the two folds agree. -/
theorem folds_agree {α : Type} (op : α → α → α) (e : α) (assoc : ∀ x y z, op (op x y) z = op x (op y z))
    (left : ∀ x, op e x = x) (right : ∀ x, op x e = x) (xs : List α) : foldLeft op e xs = foldRight op e xs := by
  have general (b : α) : foldLeft op b xs = op b (foldRight op e xs) := by
    induction xs generalizing b with
    | nil => simp [foldLeft, foldRight, right]
    | cons x xs ih => simp [foldLeft, foldRight, ih, assoc]
  rw [general, left]

/-- A list is what is taken and what is dropped. -/
theorem takeIf_dropIf {α : Type} (p : α → Bool) (xs : List α) : takeIf p xs ++ dropIf p xs = xs := by
  induction xs with
  | nil => rfl
  | cons x xs ih =>
    rw [takeIf, dropIf]
    split <;> simp [ih]

/-- Who has more than half of the votes wins the vote of Boyer and Moore. -/
theorem majority_wins (a : Nat) (xs : List Nat) (h : xs.length < 2 * howMany a xs) : vote 0 0 xs = a := by
  have general (xs : List Nat) (c k : Nat)
      (h : (c = a ∧ xs.length < 2 * howMany a xs + k) ∨ (c ≠ a ∧ xs.length + k < 2 * howMany a xs)) :
      vote c k xs = a := by
    induction xs generalizing c k with
    | nil =>
      rcases h with ⟨rfl, _⟩ | ⟨_, h⟩
      · rw [vote]
      · simp [howMany] at h
    | cons x xs ih =>
      cases k with
      | zero =>
        rw [vote]
        apply ih
        simp only [howMany, List.length_cons] at h
        by_cases hx : x = a
        · left
          simp only [hx, if_true] at h
          refine ⟨hx, ?_⟩
          omega
        · right
          simp only [hx, if_false] at h
          refine ⟨hx, ?_⟩
          omega
      | succ k =>
        rw [vote]
        simp only [howMany, List.length_cons] at h
        split
        · rename_i hxc
          apply ih
          subst hxc
          rcases h with ⟨hc, h⟩ | ⟨hc, h⟩
          · left
            simp only [hc, if_true] at h
            exact ⟨hc, by omega⟩
          · right
            simp only [hc, if_false] at h
            exact ⟨hc, by omega⟩
        · rename_i hxc
          apply ih
          by_cases hx : x = a
          · rcases h with ⟨hc, h⟩ | ⟨hc, h⟩
            · exact absurd (hx.trans hc.symm) hxc
            · right
              simp only [hx, if_true] at h
              exact ⟨hc, by omega⟩
          · simp only [hx, if_false] at h
            rcases h with ⟨hc, h⟩ | ⟨hc, h⟩
            · left
              exact ⟨hc, by omega⟩
            · right
              exact ⟨hc, by omega⟩
  apply general
  by_cases h0 : 0 = a
  · left
    exact ⟨h0, by omega⟩
  · right
    exact ⟨h0, by omega⟩

/-- No segment of a list has a larger sum than Kadane's algorithm says. -/
theorem kadane_bound (xs ys zs : List Int) : addUp ys ≤ kadane 0 0 (xs ++ ys ++ zs) := by
  have grows (zs : List Int) (best here : Int) : best ≤ kadane best here zs := by
    induction zs generalizing best here with
    | nil => simp [kadane]
    | cons z zs ih =>
      rw [kadane]
      exact Int.le_trans (Int.le_max_left _ _) (ih _ _)
  have middle (ys : List Int) (best here : Int) (h : here ≤ best) :
      here + addUp ys ≤ kadane best here (ys ++ zs) := by
    induction ys generalizing best here with
    | nil =>
      have := grows zs best here
      simp only [addUp, List.nil_append]
      omega
    | cons y ys ih =>
      have := ih (max best (max 0 (here + y))) (max 0 (here + y)) (by omega)
      simp only [addUp, List.cons_append, kadane]
      omega
  have start (xs : List Int) (best here : Int) (h0 : 0 ≤ here) (h : here ≤ best) :
      addUp ys ≤ kadane best here (xs ++ ys ++ zs) := by
    induction xs generalizing best here with
    | nil =>
      have := middle ys best here h
      simp only [List.nil_append]
      omega
    | cons x xs ih =>
      simp only [List.cons_append, kadane]
      exact ih _ _ (by omega) (by omega)
  exact start xs 0 0 (by omega) (by omega)

/-- The groups, put together, are the list. -/
theorem groups_flatten (xs : List Nat) : (groups xs).flatten = xs := by
  induction xs with
  | nil => rfl
  | cons x xs ih =>
    rw [groups]
    split
    · rename_i y ys rest h
      rw [h] at ih
      split <;> simp_all
    · rename_i other h
      simp [ih]
