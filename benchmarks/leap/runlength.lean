/-- One more of `x` in front of what is packed. -/
def pack (x : Nat) : List (Nat × Nat) → List (Nat × Nat)
  | [] => [(x, 1)]
  | (y, n) :: r => if x = y then (y, n + 1) :: r else (x, 1) :: (y, n) :: r

/-- Run-length encoding. -/
def encode (l : List Nat) : List (Nat × Nat) := l.foldr pack []

/-- Decoding, with an accumulator and from the end. -/
def unpack (acc : List Nat) : List (Nat × Nat) → List Nat
  | [] => acc
  | (x, n) :: r => unpack (List.replicate n x ++ acc) r

def decode (r : List (Nat × Nat)) : List Nat := unpack [] r.reverse

/-- Neighbours are different and no run is empty. -/
def tight : List (Nat × Nat) → Prop
  | [] => True
  | [(_, n)] => 0 < n
  | (x, n) :: (y, m) :: r => 0 < n ∧ x ≠ y ∧ tight ((y, m) :: r)

theorem decode_encode (l : List Nat) : decode (encode l) = l := by
  sorry

theorem encode_tight (l : List Nat) : tight (encode l) := by
  sorry

theorem encode_decode (r : List (Nat × Nat)) (h : tight r) : encode (decode r) = r := by
  sorry
