/-- Binary numerals, the lowest digit outside. -/
inductive Bin where
  | nil
  | zero (b : Bin)
  | one (b : Bin)

namespace Bin

def value : Bin → Nat
  | nil => 0
  | zero b => 2 * value b
  | one b => 2 * value b + 1

def inc : Bin → Bin
  | nil => one nil
  | zero b => one b
  | one b => zero (inc b)

/-- Addition with a carry. -/
def plus : Bool → Bin → Bin → Bin
  | false, nil, b => b
  | true, nil, b => inc b
  | false, a, nil => a
  | true, a, nil => inc a
  | false, zero a, zero b => zero (plus false a b)
  | false, zero a, one b => one (plus false a b)
  | false, one a, zero b => one (plus false a b)
  | false, one a, one b => zero (plus true a b)
  | true, zero a, zero b => one (plus false a b)
  | true, zero a, one b => zero (plus true a b)
  | true, one a, zero b => zero (plus true a b)
  | true, one a, one b => one (plus true a b)

/-- No zero in front. -/
def double : Bin → Bin
  | nil => nil
  | b => zero b

def times : Bin → Bin → Bin
  | nil, _ => nil
  | zero a, b => double (times a b)
  | one a, b => plus false (double (times a b)) b

def ofNat : Nat → Bin
  | 0 => nil
  | n + 1 => inc (ofNat n)

/-- Without zeros in front. -/
def proper : Bin → Bool
  | nil => true
  | zero nil => false
  | zero b => proper b
  | one b => proper b

theorem times_ofNat (m n : Nat) : value (times (ofNat m) (ofNat n)) = m * n := by
  sorry

theorem proper_unique (a b : Bin) (ha : proper a = true) (hb : proper b = true) (h : value a = value b) : a = b := by
  sorry

theorem plus_ofNat (m n : Nat) : plus false (ofNat m) (ofNat n) = ofNat (m + n) := by
  sorry

end Bin
