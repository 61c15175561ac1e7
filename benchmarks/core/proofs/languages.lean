/-- Expressions with variables by number, 0 the one bound last. -/
inductive Ex where
  | num (n : Int)
  | var (i : Nat)
  | neg (a : Ex)
  | plus (a b : Ex)
  | bind (a b : Ex)

/-- The value, variables outside of everything being 0. -/
def Ex.val : List Int → Ex → Int
  | _, .num n => n
  | env, .var i => env.getD i 0
  | env, .neg a => -a.val env
  | env, .plus a b => a.val env + b.val env
  | env, .bind a b => b.val (a.val env :: env)

/-- Negations go to the leaves; `true`: of the negated expression. -/
def Ex.signed : Bool → Ex → Ex
  | false, .num n => .num n
  | true, .num n => .num (-n)
  | false, .var i => .var i
  | true, .var i => .neg (.var i)
  | s, .neg a => a.signed !s
  | s, .plus a b => .plus (a.signed s) (b.signed s)
  | s, .bind a b => .bind (a.signed false) (b.signed s)

/-- Every variable is bound, outside are n of them. -/
def Ex.closedAt : Nat → Ex → Bool
  | _, .num _ => true
  | n, .var i => decide (i < n)
  | n, .neg a => a.closedAt n
  | n, .plus a b => a.closedAt n && b.closedAt n
  | n, .bind a b => a.closedAt n && b.closedAt (n + 1)

/-- Numbers for sums and negations of numbers. -/
def Ex.folded : Ex → Ex
  | .num n => .num n
  | .var i => .var i
  | .neg a => match a.folded with
    | .num n => .num (-n)
    | a' => .neg a'
  | .plus a b => match a.folded, b.folded with
    | .num m, .num n => .num (m + n)
    | a', b' => .plus a' b'
  | .bind a b => .bind a.folded b.folded

/-- Code for a machine with a stack. -/
inductive Op where
  | const (n : Int)
  | fetch (i : Nat)
  | negate
  | add
  | open
  | close

/-- Runs code on variables and a stack of at most `limit` numbers; `none`: too few numbers, or too many. -/
def run (limit : Nat) : List Op → List Int → List Int → Option (List Int × List Int)
  | [], env, s => some (env, s)
  | .const n :: c, env, s => if s.length < limit then run limit c env (n :: s) else none
  | .fetch i :: c, env, s => if s.length < limit then run limit c env (env.getD i 0 :: s) else none
  | .negate :: c, env, x :: s => run limit c env (-x :: s)
  | .add :: c, env, y :: x :: s => run limit c env ((x + y) :: s)
  | .open :: c, env, x :: s => run limit c (x :: env) s
  | .close :: c, _ :: env, s => run limit c env s
  | _ :: _, _, _ => none

def Ex.code : Ex → List Op
  | .num n => [.const n]
  | .var i => [.fetch i]
  | .neg a => a.code ++ [.negate]
  | .plus a b => a.code ++ b.code ++ [.add]
  | .bind a b => a.code ++ [.open] ++ b.code ++ [.close]

/-- The numbers on the stack that an expression needs room for. -/
def Ex.room : Ex → Nat
  | .num _ => 1
  | .var _ => 1
  | .neg a => a.room
  | .plus a b => max a.room (b.room + 1)
  | .bind a b => max a.room b.room

/-- Programs with loops over numbered variables. -/
inductive Com where
  | skip
  | assign (x : Nat) (f : (Nat → Nat) → Nat)
  | seq (c d : Com)
  | cond (b : (Nat → Nat) → Bool) (c d : Com)
  | while (b : (Nat → Nat) → Bool) (c : Com)

def update (s : Nat → Nat) (x v : Nat) : Nat → Nat := fun y => if y = x then v else s y

/-- `Runs c s t`: the program c, begun in s, ends in t. -/
inductive Runs : Com → (Nat → Nat) → (Nat → Nat) → Prop where
  | skip (s : Nat → Nat) : Runs .skip s s
  | assign (s : Nat → Nat) (x : Nat) (f : (Nat → Nat) → Nat) : Runs (.assign x f) s (update s x (f s))
  | seq (s t u : Nat → Nat) (c d : Com) : Runs c s t → Runs d t u → Runs (.seq c d) s u
  | yes (s t : Nat → Nat) (b : (Nat → Nat) → Bool) (c d : Com) : b s = true → Runs c s t → Runs (.cond b c d) s t
  | no (s t : Nat → Nat) (b : (Nat → Nat) → Bool) (c d : Com) : b s = false → Runs d s t → Runs (.cond b c d) s t
  | done (s : Nat → Nat) (b : (Nat → Nat) → Bool) (c : Com) : b s = false → Runs (.while b c) s s
  | more (s t u : Nat → Nat) (b : (Nat → Nat) → Bool) (c : Com) :
      b s = true → Runs c s t → Runs (.while b c) t u → Runs (.while b c) s u

/-- Terms of a language with truth values and numbers. -/
inductive Tm where
  | yes
  | no
  | cond (a b c : Tm)
  | zero
  | succ (a : Tm)
  | pred (a : Tm)
  | isZero (a : Tm)

inductive Number : Tm → Prop where
  | zero : Number .zero
  | succ (a : Tm) : Number a → Number (.succ a)

inductive Value : Tm → Prop where
  | yes : Value .yes
  | no : Value .no
  | number (a : Tm) : Number a → Value a

/-- One step of evaluation. -/
inductive Step : Tm → Tm → Prop where
  | condYes (b c : Tm) : Step (.cond .yes b c) b
  | condNo (b c : Tm) : Step (.cond .no b c) c
  | cond (a a' b c : Tm) : Step a a' → Step (.cond a b c) (.cond a' b c)
  | succ (a a' : Tm) : Step a a' → Step (.succ a) (.succ a')
  | predZero : Step (.pred .zero) .zero
  | predSucc (a : Tm) : Number a → Step (.pred (.succ a)) a
  | pred (a a' : Tm) : Step a a' → Step (.pred a) (.pred a')
  | isZeroZero : Step (.isZero .zero) .yes
  | isZeroSucc (a : Tm) : Number a → Step (.isZero (.succ a)) .no
  | isZero (a a' : Tm) : Step a a' → Step (.isZero a) (.isZero a')

inductive Ty where
  | bool
  | nat

inductive Typed : Tm → Ty → Prop where
  | yes : Typed .yes .bool
  | no : Typed .no .bool
  | cond (a b c : Tm) (t : Ty) : Typed a .bool → Typed b t → Typed c t → Typed (.cond a b c) t
  | zero : Typed .zero .nat
  | succ (a : Tm) : Typed a .nat → Typed (.succ a) .nat
  | pred (a : Tm) : Typed a .nat → Typed (.pred a) .nat
  | isZero (a : Tm) : Typed a .nat → Typed (.isZero a) .bool

/-- The value of a small program: twice the variable, bound, and the variable beside it. -/
theorem small_program (n : Int) : Ex.val [n] (.bind (.plus (.var 0) (.var 0)) (.plus (.var 0) (.var 1))) = 3 * n := by
  simp [Ex.val]
  omega

/-- Negations may go to the leaves. -/
theorem signed_val (a : Ex) (env : List Int) :
    (a.signed false).val env = a.val env ∧ (a.signed true).val env = -a.val env := by
  induction a generalizing env with
  | num n => simp [Ex.signed, Ex.val]
  | var i => simp [Ex.signed, Ex.val]
  | neg a ih => simp [Ex.signed, Ex.val, ih]
  | plus a b iha ihb => simp [Ex.signed, Ex.val, iha, ihb, Int.neg_add]
  | bind a b iha ihb => simp [Ex.signed, Ex.val, iha, ihb]

/-- The value of an expression does not depend on variables that it does not have. -/
theorem closed_val (a : Ex) (env more : List Int) (h : a.closedAt env.length = true) :
    a.val (env ++ more) = a.val env := by
  induction a generalizing env with
  | num n => rfl
  | var i =>
    simp only [Ex.closedAt, decide_eq_true_eq] at h
    simp [Ex.val, List.getElem?_append_left h]
  | neg a ih => simp only [Ex.val, ih env h]
  | plus a b iha ihb =>
    simp only [Ex.closedAt, Bool.and_eq_true] at h
    simp only [Ex.val, iha env h.1, ihb env h.2]
  | bind a b iha ihb =>
    simp only [Ex.closedAt, Bool.and_eq_true] at h
    have := ihb (a.val env :: env) (by simpa using h.2)
    simp only [Ex.val, iha env h.1]
    exact this

/-- The folding of constants keeps the value. -/
theorem folded_val (a : Ex) (env : List Int) : a.folded.val env = a.val env := by
  induction a generalizing env with
  | num n => rfl
  | var i => rfl
  | neg a ih =>
    have h := ih env
    rw [Ex.folded]
    split <;> simp_all [Ex.val]
  | plus a b iha ihb =>
    have ha := iha env
    have hb := ihb env
    rw [Ex.folded]
    split <;> simp_all [Ex.val]
  | bind a b iha ihb => simp [Ex.folded, Ex.val, iha, ihb]

/-- The code of an expression leaves its value, on a stack with room for what the expression needs. -/
theorem code_correct (a : Ex) (limit : Nat) (c : List Op) (env s : List Int) (h : s.length + a.room ≤ limit) :
    run limit (a.code ++ c) env s = run limit c env (a.val env :: s) := by
  induction a generalizing c env s with
  | num n =>
    simp only [Ex.room] at h
    simp only [Ex.code, List.cons_append, List.nil_append, run, Ex.val]
    rw [if_pos (by omega)]
  | var i =>
    simp only [Ex.room] at h
    simp only [Ex.code, List.cons_append, List.nil_append, run, Ex.val]
    rw [if_pos (by omega)]
  | neg a ih =>
    simp only [Ex.room] at h
    simp [Ex.code, List.append_assoc, ih _ _ _ h, run, Ex.val]
  | plus a b iha ihb =>
    simp only [Ex.room] at h
    simp only [Ex.code, List.append_assoc]
    rw [iha _ _ _ (by omega), ihb _ _ _ (by simp only [List.length_cons]; omega)]
    simp [run, Ex.val]
  | bind a b iha ihb =>
    simp only [Ex.room] at h
    simp only [Ex.code, List.append_assoc]
    rw [iha _ _ _ (by omega)]
    simp only [List.cons_append, List.nil_append, run]
    rw [ihb _ _ _ (by omega)]
    simp [run, Ex.val]

/-- A loop is a case distinction and itself. -/
theorem while_unfolds (b : (Nat → Nat) → Bool) (c : Com) (s t : Nat → Nat) (h : Runs (.while b c) s t) :
    Runs (.cond b (.seq c (.while b c)) .skip) s t := by
  cases h with
  | done _ _ _ hb => exact .no _ _ _ _ _ hb (.skip _)
  | more _ u _ _ _ hb h1 h2 => exact .yes _ _ _ _ _ hb (.seq _ _ _ _ _ h1 h2)

/-- A program ends in one state at most. -/
theorem runs_deterministic (c : Com) (s t u : Nat → Nat) (h1 : Runs c s t) (h2 : Runs c s u) : t = u := by
  induction h1 generalizing u with
  | skip s => cases h2; rfl
  | assign s x f => cases h2; rfl
  | seq s t v c d _ _ ih1 ih2 =>
    cases h2 with
    | seq _ t' _ _ _ hc hd =>
      have := ih1 _ hc
      subst this
      exact ih2 _ hd
  | yes s t b c d hb _ ih =>
    cases h2 with
    | yes _ _ _ _ _ _ hc => exact ih _ hc
    | no _ _ _ _ _ hb' _ => simp_all
  | no s t b c d hb _ ih =>
    cases h2 with
    | yes _ _ _ _ _ hb' _ => simp_all
    | no _ _ _ _ _ _ hd => exact ih _ hd
  | done s b c hb =>
    cases h2 with
    | done => rfl
    | more _ _ _ _ _ hb' _ _ => simp_all
  | more s t v b c hb _ _ ih1 ih2 =>
    cases h2 with
    | done _ _ _ hb' => simp_all
    | more _ t' _ _ _ _ hc hw =>
      have := ih1 _ hc
      subst this
      exact ih2 _ hw

/-- What the body of a loop keeps, the loop keeps. -/
theorem while_invariant (p : (Nat → Nat) → Prop) (b : (Nat → Nat) → Bool) (c : Com)
    (keeps : ∀ s t, p s → b s = true → Runs c s t → p t) (s t : Nat → Nat) (hs : p s)
    (h : Runs (.while b c) s t) : p t := by
  generalize hw : Com.while b c = w at h
  induction h with
  | skip => cases hw
  | assign => cases hw
  | seq => cases hw
  | yes => cases hw
  | no => cases hw
  | done s b' c' hb => exact hs
  | more s t u b' c' hb h1 _ _ ih2 =>
    cases hw
    exact ih2 (keeps _ _ hs hb h1) rfl

/-- A number makes no step. -/
theorem number_stops (a b : Tm) (h : Number a) : ¬ Step a b := by
  induction h generalizing b with
  | zero => intro h; cases h
  | succ a _ ih =>
    intro h
    cases h with
    | succ _ a' h => exact ih _ h

/-- There is one step at most. -/
theorem step_deterministic (a b c : Tm) (h1 : Step a b) (h2 : Step a c) : b = c := by
  induction h1 generalizing c with
  | condYes => cases h2 with
    | condYes => rfl
    | cond _ _ _ _ h => cases h
  | condNo => cases h2 with
    | condNo => rfl
    | cond _ _ _ _ h => cases h
  | cond a a' b c' h ih => cases h2 with
    | condYes => cases h
    | condNo => cases h
    | cond _ _ _ _ h' => rw [ih _ h']
  | succ a a' h ih => cases h2 with
    | succ _ _ h' => rw [ih _ h']
  | predZero => cases h2 with
    | predZero => rfl
    | pred _ _ h => cases h
  | predSucc a n => cases h2 with
    | predSucc => rfl
    | pred _ _ h => exact absurd h (number_stops _ _ (.succ _ n))
  | pred a a' h ih => cases h2 with
    | predZero => cases h
    | predSucc _ n => exact absurd h (number_stops _ _ (.succ _ n))
    | pred _ _ h' => rw [ih _ h']
  | isZeroZero => cases h2 with
    | isZeroZero => rfl
    | isZero _ _ h => cases h
  | isZeroSucc a n => cases h2 with
    | isZeroSucc => rfl
    | isZero _ _ h => exact absurd h (number_stops _ _ (.succ _ n))
  | isZero a a' h ih => cases h2 with
    | isZeroZero => cases h
    | isZeroSucc _ n => exact absurd h (number_stops _ _ (.succ _ n))
    | isZero _ _ h' => rw [ih _ h']

/-- A step keeps the type. -/
theorem step_keeps_type (a b : Tm) (t : Ty) (ht : Typed a t) (h : Step a b) : Typed b t := by
  induction h generalizing t with
  | condYes => cases ht; assumption
  | condNo => cases ht; assumption
  | cond _ _ _ _ _ ih => cases ht with
    | cond _ _ _ _ h1 h2 h3 => exact .cond _ _ _ _ (ih _ h1) h2 h3
  | succ _ _ _ ih => cases ht with
    | succ _ h => exact .succ _ (ih _ h)
  | predZero => cases ht; exact .zero
  | predSucc a _ => cases ht with
    | pred _ h => cases h; assumption
  | pred _ _ _ ih => cases ht with
    | pred _ h => exact .pred _ (ih _ h)
  | isZeroZero => cases ht; exact .yes
  | isZeroSucc => cases ht; exact .no
  | isZero _ _ _ ih => cases ht with
    | isZero _ h => exact .isZero _ (ih _ h)

/-- What has a type is a value or makes a step. -/
theorem typed_goes_on (a : Tm) (t : Ty) (h : Typed a t) : Value a ∨ ∃ b, Step a b := by
  have number (a : Tm) (hv : Value a) (h : Typed a .nat) : Number a := by
    cases hv with
    | yes => cases h
    | no => cases h
    | number _ n => exact n
  have truth (a : Tm) (hv : Value a) (h : Typed a .bool) : a = .yes ∨ a = .no := by
    cases hv with
    | yes => exact .inl rfl
    | no => exact .inr rfl
    | number _ n => cases n <;> cases h
  induction h with
  | yes => exact .inl .yes
  | no => exact .inl .no
  | cond a b c t h1 _ _ ih _ _ =>
    right
    rcases ih with hv | ⟨a', hs⟩
    · rcases truth a hv h1 with rfl | rfl
      · exact ⟨_, .condYes _ _⟩
      · exact ⟨_, .condNo _ _⟩
    · exact ⟨_, .cond _ _ _ _ hs⟩
  | zero => exact .inl (.number _ .zero)
  | succ a h ih =>
    rcases ih with hv | ⟨a', hs⟩
    · exact .inl (.number _ (.succ _ (number a hv h)))
    · exact .inr ⟨_, .succ _ _ hs⟩
  | pred a h ih =>
    right
    rcases ih with hv | ⟨a', hs⟩
    · cases number a hv h with
      | zero => exact ⟨_, .predZero⟩
      | succ _ n => exact ⟨_, .predSucc _ n⟩
    · exact ⟨_, .pred _ _ hs⟩
  | isZero a h ih =>
    right
    rcases ih with hv | ⟨a', hs⟩
    · cases number a hv h with
      | zero => exact ⟨_, .isZeroZero⟩
      | succ _ n => exact ⟨_, .isZeroSucc _ n⟩
    · exact ⟨_, .isZero _ _ hs⟩
