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
