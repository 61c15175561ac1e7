/-- The sum f 0 + ... + f (n - 1). -/
def sumTo (f : Nat → Nat) : Nat → Nat
  | 0 => 0
  | n + 1 => sumTo f n + f n

/-- Moves of the tower of Hanoi with n discs. -/
def hanoi : Nat → Nat
  | 0 => 0
  | n + 1 => 2 * hanoi n + 1

/-- Powers by repeated squaring. -/
def fastPow (b n : Nat) : Nat :=
  if n = 0 then 1
  else if n % 2 = 0 then fastPow (b * b) (n / 2)
  else b * fastPow (b * b) (n / 2)
termination_by n

/-- The sum of the decimal digits. -/
def digitSum (n : Nat) : Nat :=
  if n < 10 then n else n % 10 + digitSum (n / 10)
termination_by n

/-- Pascal's triangle. -/
def binom : Nat → Nat → Nat
  | _, 0 => 1
  | 0, _ + 1 => 0
  | n + 1, k + 1 => binom n k + binom n (k + 1)

/-- Pell's numbers 0, 1, 2, 5, 12, ... -/
def pell : Nat → Int
  | 0 => 0
  | 1 => 1
  | n + 2 => 2 * pell (n + 1) + pell n

/-- Ackermann's function. -/
def ack : Nat → Nat → Nat
  | 0, n => n + 1
  | m + 1, 0 => ack m 1
  | m + 1, n + 1 => ack m (ack (m + 1) n)
termination_by m n => (m, n)

/-- How often a number can be halved before it is less than two. -/
def ilog (n : Nat) : Nat :=
  if n < 2 then 0 else ilog (n / 2) + 1
termination_by n

/-- The moves for two discs more. -/
theorem hanoi_two_more (n : Nat) : hanoi (n + 2) = 4 * hanoi n + 3 := by
  simp only [hanoi]
  omega

/-- The number of moves, closed. -/
theorem hanoi_closed (n : Nat) : hanoi n + 1 = 2 ^ n := by
  induction n with
  | zero => rfl
  | succ n ih =>
    simp only [hanoi, Nat.pow_succ]
    omega

theorem sumTo_add (f g : Nat → Nat) (n : Nat) : sumTo (fun i => f i + g i) n = sumTo f n + sumTo g n := by
  induction n with
  | zero => rfl
  | succ n ih => simp only [sumTo, ih]; omega

/-- Two sums may be exchanged. -/
theorem sumTo_swap (f : Nat → Nat → Nat) (m n : Nat) :
    sumTo (fun i => sumTo (fun j => f i j) n) m = sumTo (fun j => sumTo (fun i => f i j) m) n := by
  induction m with
  | zero =>
    have zeros : ∀ n, sumTo (fun _ => 0) n = 0 := by
      intro n
      induction n with
      | zero => rfl
      | succ n ih => simp only [sumTo, ih]
    simp only [sumTo, zeros]
  | succ m ih => simp only [sumTo, ih, sumTo_add]

theorem sumTo_first (f : Nat → Nat) (n : Nat) : sumTo f (n + 1) = f 0 + sumTo (fun i => f (i + 1)) n := by
  induction n with
  | zero => simp [sumTo]
  | succ n ih =>
    rw [sumTo, ih, sumTo]
    omega

/-- A sum may be taken from its end. -/
theorem sumTo_backwards (f : Nat → Nat) (n : Nat) : sumTo (fun i => f (n - 1 - i)) n = sumTo f n := by
  induction n with
  | zero => rfl
  | succ n ih =>
    have : (fun i => f (n + 1 - 1 - (i + 1))) = fun i => f (n - 1 - i) := by
      funext i
      congr 1
      omega
    rw [sumTo_first, this, ih, sumTo]
    simp
    omega

/-- The geometric sum, without a division. -/
theorem geometric_sum (b n : Nat) : b * sumTo (fun i => (b + 1) ^ i) n + 1 = (b + 1) ^ n := by
  induction n with
  | zero => simp [sumTo]
  | succ n ih =>
    rw [sumTo, Nat.mul_add, Nat.pow_succ, Nat.mul_add, Nat.mul_one, ← ih, Nat.mul_comm b ((_ + 1))]
    omega

/-- Repeated squaring computes powers. -/
theorem fastPow_correct (b n : Nat) : fastPow b n = b ^ n := by
  induction n using Nat.strongRecOn generalizing b with
  | ind n ih =>
    rw [fastPow]
    split
    · simp [*]
    · have half := ih (n / 2) (by omega) (b * b)
      rw [half, ← Nat.pow_two, ← Nat.pow_mul]
      split
      · congr 1
        omega
      · have : n = 2 * (n / 2) + 1 := by omega
        conv => rhs; rw [this, Nat.pow_succ]
        exact Nat.mul_comm _ _

/-- Casting out nines. -/
theorem casting_out_nines (n : Nat) : digitSum n % 9 = n % 9 := by
  induction n using Nat.strongRecOn with
  | ind n ih =>
    rw [digitSum]
    split
    · rfl
    · have := ih (n / 10) (by omega)
      omega

theorem binom_beyond (n k : Nat) : binom n (n + k + 1) = 0 := by
  induction n generalizing k with
  | zero => rw [binom]
  | succ n ih =>
    have h1 := ih k
    have h2 := ih (k + 1)
    have e1 : n + 1 + k + 1 = (n + k + 1) + 1 := by omega
    have e2 : n + (k + 1) + 1 = n + k + 1 + 1 := by omega
    rw [e2] at h2
    rw [e1, binom, h1, h2]

theorem binom_edge (n : Nat) : binom n n = 1 := by
  induction n with
  | zero => rw [binom]
  | succ n ih => rw [binom, ih, binom_beyond n 0]

/-- The sum of a row of Pascal's triangle. -/
theorem binom_row (n : Nat) : sumTo (fun k => binom n k) (n + 1) = 2 ^ n := by
  induction n with
  | zero => simp [sumTo, binom]
  | succ n ih =>
    have first : sumTo (binom n) (n + 1 + 1) = binom n 0 + sumTo (fun i => binom n (i + 1)) (n + 1) :=
      sumTo_first _ _
    have zero : binom n 0 = 1 := by cases n <;> rw [binom]
    have longer : sumTo (binom n) (n + 1 + 1) = sumTo (binom n) (n + 1) := by
      have beyond : binom n (n + 1) = 0 := binom_beyond n 0
      rw [sumTo, beyond, Nat.add_zero]
    have row : (fun i => binom (n + 1) (i + 1)) = fun i => binom n i + binom n (i + 1) := by
      funext i
      rw [binom]
    have split : sumTo (fun k => binom (n + 1) k) (n + 1 + 1) =
        binom (n + 1) 0 + (sumTo (binom n) (n + 1) + sumTo (fun i => binom n (i + 1)) (n + 1)) := by
      rw [sumTo_first, row, sumTo_add]
    have zero' : binom (n + 1) 0 = 1 := by rw [binom]
    have ih' : sumTo (binom n) (n + 1) = 2 ^ n := ih
    rw [split, Nat.pow_succ]
    omega

/-- Pascal's triangle is symmetric. -/
theorem binom_symmetric (m n : Nat) : binom (m + n) m = binom (m + n) n := by
  induction m generalizing n with
  | zero => simp [binom, binom_edge]
  | succ m ih =>
    induction n with
    | zero =>
      rw [Nat.add_zero, binom_edge, binom]
    | succ n ihn =>
      have h := ih (n + 1)
      have e1 : m + 1 + (n + 1) = (m + 1 + n) + 1 := by omega
      have e2 : m + (n + 1) = m + 1 + n := by omega
      rw [e2] at h
      rw [e1, binom, binom, ihn, h]
      omega

/-- Cassini's identity for Pell's numbers. -/
theorem pell_cassini (n : Nat) : pell (n + 1) ^ 2 - 2 * pell (n + 1) * pell n - pell n ^ 2 = (-1) ^ n := by
  induction n with
  | zero => simp [pell]
  | succ n ih =>
    have step : pell (n + 1 + 1) = 2 * pell (n + 1) + pell n := by rw [pell]
    rw [step, Int.pow_succ (-1) n, ← ih]
    grind

/-- Ackermann's function is greater than its second argument. -/
theorem ack_greater (m n : Nat) : n < ack m n := by
  induction m generalizing n with
  | zero => simp [ack]
  | succ m ihm =>
    induction n with
    | zero =>
      rw [ack]
      have := ihm 1
      omega
    | succ n ihn =>
      rw [ack]
      have := ihm (ack (m + 1) n)
      omega

/-- The integer logarithm lies where it should. -/
theorem ilog_bounds (n : Nat) (h : 0 < n) : 2 ^ ilog n ≤ n ∧ n < 2 ^ (ilog n + 1) := by
  induction n using Nat.strongRecOn with
  | ind n ih =>
    rw [ilog]
    split
    · simp
      omega
    · have := ih (n / 2) (by omega) (by omega)
      simp only [Nat.pow_succ] at this ⊢
      omega
