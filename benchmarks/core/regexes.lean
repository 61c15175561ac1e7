/-- Regular expressions. -/
inductive Rx (α : Type) where
  | never
  | empty
  | one (a : α)
  | alt (r s : Rx α)
  | seq (r s : Rx α)
  | many (r : Rx α)

namespace Rx

variable {α : Type}

/-- `Fits r w`: the word w is one of those that r describes. -/
inductive Fits : Rx α → List α → Prop where
  | empty : Fits .empty []
  | one (a : α) : Fits (.one a) [a]
  | left (r s : Rx α) (w : List α) : Fits r w → Fits (.alt r s) w
  | right (r s : Rx α) (w : List α) : Fits s w → Fits (.alt r s) w
  | seq (r s : Rx α) (v w : List α) : Fits r v → Fits s w → Fits (.seq r s) (v ++ w)
  | done (r : Rx α) : Fits (.many r) []
  | more (r : Rx α) (v w : List α) : Fits r v → Fits (.many r) w → Fits (.many r) (v ++ w)

/-- Whether it describes the empty word. -/
def nullable : Rx α → Bool
  | never => false
  | empty => true
  | one _ => false
  | alt r s => nullable r || nullable s
  | seq r s => nullable r && nullable s
  | many _ => true

/-- The rest of the words that begin with a letter. -/
def deriv [DecidableEq α] (a : α) : Rx α → Rx α
  | never => never
  | empty => never
  | one b => if a = b then empty else never
  | alt r s => alt (deriv a r) (deriv a s)
  | seq r s => if nullable r then alt (seq (deriv a r) s) (deriv a s) else seq (deriv a r) s
  | many r => seq (deriv a r) (many r)

/-- Whether a word is described, letter by letter. -/
def fits [DecidableEq α] : Rx α → List α → Bool
  | r, [] => nullable r
  | r, a :: w => fits (deriv a r) w

/-- For the words backwards. -/
def reversed : Rx α → Rx α
  | never => never
  | empty => empty
  | one a => one a
  | alt r s => alt (reversed r) (reversed s)
  | seq r s => seq (reversed s) (reversed r)
  | many r => many (reversed r)

/-- Whether it describes any word. -/
def possible : Rx α → Bool
  | never => false
  | empty => true
  | one _ => true
  | alt r s => possible r || possible s
  | seq r s => possible r && possible s
  | many _ => true

/-- A sequence without parts that do nothing. -/
def mkSeq : Rx α → Rx α → Rx α
  | never, _ => never
  | _, never => never
  | empty, s => s
  | r, empty => r
  | r, s => seq r s

end Rx
