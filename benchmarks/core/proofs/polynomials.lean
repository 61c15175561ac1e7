/-- The value at x of the polynomial with these coefficients, the constant one first. -/
def polyVal (x : Int) : List Int → Int
  | [] => 0
  | c :: cs => c + x * polyVal x cs

def polyAdd : List Int → List Int → List Int
  | [], ds => ds
  | cs, [] => cs
  | c :: cs, d :: ds => (c + d) :: polyAdd cs ds

def polyScale (k : Int) : List Int → List Int
  | [] => []
  | c :: cs => (k * c) :: polyScale k cs

def polyMul : List Int → List Int → List Int
  | [], _ => []
  | c :: cs, ds => polyAdd (polyScale c ds) (0 :: polyMul cs ds)

/-- The quotient by x - a, the remainder first (Horner's scheme). -/
def polyDiv (a : Int) : List Int → Int × List Int
  | [] => (0, [])
  | c :: cs => (c + a * (polyDiv a cs).1, (polyDiv a cs).1 :: (polyDiv a cs).2)

/-- The polynomial in x + 1. -/
def polyShift : List Int → List Int
  | [] => []
  | c :: cs => polyAdd [c] (polyAdd (polyShift cs) (0 :: polyShift cs))

/-- The value of a multiple. -/
theorem polyVal_scale (x k : Int) (cs : List Int) : polyVal x (polyScale k cs) = k * polyVal x cs := by
  induction cs with
  | nil => simp [polyVal, polyScale]
  | cons c cs ih =>
    simp only [polyVal, polyScale, ih]
    grind

/-- The value of a sum. -/
theorem polyVal_add (x : Int) (cs ds : List Int) : polyVal x (polyAdd cs ds) = polyVal x cs + polyVal x ds := by
  induction cs generalizing ds with
  | nil => simp [polyVal, polyAdd]
  | cons c cs ih =>
    cases ds with
    | nil => simp [polyVal, polyAdd]
    | cons d ds =>
      simp only [polyVal, polyAdd, ih]
      grind

/-- The value of a product. -/
theorem polyVal_mul (x : Int) (cs ds : List Int) : polyVal x (polyMul cs ds) = polyVal x cs * polyVal x ds := by
  induction cs with
  | nil => simp [polyVal, polyMul]
  | cons c cs ih =>
    simp only [polyMul, polyVal_add, polyVal_scale, polyVal, ih]
    grind

/-- Horner's scheme: the remainder is the value. -/
theorem polyDiv_remainder (a : Int) (cs : List Int) : (polyDiv a cs).1 = polyVal a cs := by
  induction cs with
  | nil => rfl
  | cons c cs ih => simp [polyDiv, polyVal, ih]

/-- Horner's scheme: the quotient times x - a and the remainder make the polynomial. -/
theorem polyDiv_correct (a x : Int) (cs : List Int) :
    (x - a) * polyVal x (polyDiv a cs).2 + (polyDiv a cs).1 = polyVal x cs := by
  induction cs with
  | nil => simp [polyDiv, polyVal]
  | cons c cs ih =>
    simp only [polyDiv, polyVal, ← ih]
    grind

/-- A polynomial that is zero at a is a multiple of x - a. -/
theorem root_divides (a : Int) (cs : List Int) (h : polyVal a cs = 0) :
    ∃ ds, ∀ x, polyVal x cs = (x - a) * polyVal x ds := by
  refine ⟨(polyDiv a cs).2, fun x => ?_⟩
  have := polyDiv_correct a x cs
  rw [polyDiv_remainder, h] at this
  omega

/-- The polynomial in x + 1 has the value at x + 1. -/
theorem polyShift_correct (x : Int) (cs : List Int) : polyVal x (polyShift cs) = polyVal (x + 1) cs := by
  induction cs with
  | nil => rfl
  | cons c cs ih =>
    simp only [polyShift, polyVal_add, polyVal, ih]
    grind
