/-- The Fibonacci numbers. -/
def fib : Nat → Nat
  | 0 => 0
  | 1 => 1
  | n + 2 => fib n + fib (n + 1)

theorem fib_dvd_mul (m n : Nat) : fib m ∣ fib (m * n) := by
  sorry

theorem fib_gcd (m n : Nat) : fib (Nat.gcd m n) = Nat.gcd (fib m) (fib n) := by
  sorry
