/-- How many numbers below n have a property. -/
def countTo (p : Nat → Bool) : Nat → Nat
  | 0 => 0
  | n + 1 => countTo p n + (if p n then 1 else 0)

/-- Words of dominoes (2) and single tiles (1) that cover n fields: how many. -/
def tilings : Nat → Nat
  | 0 => 1
  | 1 => 1
  | n + 2 => tilings (n + 1) + tilings n
