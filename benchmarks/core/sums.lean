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
