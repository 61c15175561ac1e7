/-- The sum 1 + 2 + ... + n. -/
def triangle : Nat → Nat
  | 0 => 0
  | n + 1 => triangle n + (n + 1)

/-- The sum of the first n odd numbers. -/
def oddSum : Nat → Nat
  | 0 => 0
  | n + 1 => oddSum n + (2 * n + 1)

/-- The sum of the first n squares, 1 to n. -/
def squareSum : Nat → Nat
  | 0 => 0
  | n + 1 => squareSum n + (n + 1) ^ 2

/-- The sum of the first n cubes, 1 to n. -/
def cubeSum : Nat → Nat
  | 0 => 0
  | n + 1 => cubeSum n + (n + 1) ^ 3

def fact : Nat → Nat
  | 0 => 1
  | n + 1 => (n + 1) * fact n

def fibo : Nat → Nat
  | 0 => 0
  | 1 => 1
  | n + 2 => fibo (n + 1) + fibo n

/-- Adds n to a, one at a time. -/
def countUp : Nat → Nat → Nat
  | 0, a => a
  | n + 1, a => countUp n (a + 1)

/-- n! * a, with an accumulator. -/
def factAcc : Nat → Nat → Nat
  | 0, a => a
  | n + 1, a => factAcc n ((n + 1) * a)

def halve : Nat → Nat
  | 0 => 0
  | 1 => 0
  | n + 2 => halve n + 1
