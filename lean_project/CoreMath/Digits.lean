import CoreMath.Notation

/-! Digits of a number, the last one first. -/

universe u

noncomputable section

namespace Nat

/-- The digits of `n` in base `b ≥ 2`; `fuel` bounds their number. -/
def digitsFuel (b : ℕ) : ℕ → ℕ → List ℕ
  | 0, _ => []
  | fuel + 1, n => if n = 0 then [] else (n % b) :: digitsFuel b fuel (n / b)

/-- The digits of `n` in base `b`, the last one first. In base one, `n` ones; in base zero, `n` itself. -/
def digits : ℕ → ℕ → List ℕ
  | 0, n => if n = 0 then [] else [n]
  | 1, n => List.replicate n 1
  | b + 2, n => digitsFuel (b + 2) n n

/-- The number with the digits `L` in base `b`. -/
def ofDigits {α : Type u} [Add α] [Mul α] [OfNat α 0] [NatCast α] (b : α) : List ℕ → α
  | [] => 0
  | d :: L => (d : α) + b * ofDigits b L

theorem digitsFuel_eq (b : ℕ) (fuel fuel' n : ℕ) (h : n ≤ fuel) (h' : n ≤ fuel') :
    digitsFuel (b + 2) fuel n = digitsFuel (b + 2) fuel' n := by
  induction fuel generalizing n fuel' with
  | zero =>
    have : n = 0 := by omega
    subst this
    cases fuel' <;> rfl
  | succ fuel ih =>
    cases fuel' with
    | zero =>
      have : n = 0 := by omega
      subst this
      rfl
    | succ fuel' =>
      unfold digitsFuel
      by_cases z : n = 0
      · simp [z]
      · have : n / (b + 2) < n := Nat.div_lt_self (by omega) (by omega)
        simp only [z, if_false]
        rw [ih fuel' (n / (b + 2)) (by omega) (by omega)]

@[simp] theorem digits_zero (b : ℕ) : digits b 0 = [] := by
  match b with
  | 0 => rfl
  | 1 => rfl
  | _ + 2 => rfl

theorem digits_add_two_add_one (b n : ℕ) :
    digits (b + 2) (n + 1) = ((n + 1) % (b + 2)) :: digits (b + 2) ((n + 1) / (b + 2)) := by
  have : (n + 1) / (b + 2) < n + 1 := Nat.div_lt_self (by omega) (by omega)
  show digitsFuel (b + 2) (n + 1) (n + 1) = _ :: digitsFuel (b + 2) _ _
  rw [digitsFuel_eq b ((n + 1) / (b + 2)) n ((n + 1) / (b + 2)) (by omega) (by omega)]
  rfl

theorem digits_def' : ∀ {b : ℕ}, 1 < b → ∀ {n : ℕ}, 0 < n → digits b n = (n % b) :: digits b (n / b)
  | b + 2, _, n + 1, _ => digits_add_two_add_one b n

@[simp] theorem ofDigits_nil (b : ℕ) : ofDigits b [] = 0 := rfl
@[simp] theorem ofDigits_cons (b d : ℕ) (L : List ℕ) : ofDigits b (d :: L) = d + b * ofDigits b L := rfl

theorem ofDigits_digits (b n : ℕ) : ofDigits b (digits b n) = n := by
  match b with
  | 0 =>
    unfold digits
    by_cases z : n = 0 <;> simp [z]
  | 1 =>
    show ofDigits 1 (List.replicate n 1) = n
    induction n with
    | zero => rfl
    | succ n ih => rw [List.replicate_succ, ofDigits_cons, ih]; omega
  | b + 2 =>
    induction n using Nat.strongRecOn with
    | _ n ih =>
      match n with
      | 0 => simp
      | n + 1 =>
        rw [digits_add_two_add_one, ofDigits_cons, ih _ (Nat.div_lt_self (by omega) (by omega))]
        exact Nat.mod_add_div (n + 1) (b + 2)

end Nat
