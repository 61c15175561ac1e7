import CoreMath.Notation
import CoreMath.Parity
import CoreMath.ModEq
import CoreMath.Factorial
import CoreMath.Root
import CoreMath.Prime
import CoreMath.Digits
import CoreMath.Set
import CoreMath.Order
import CoreMath.Finset
import CoreMath.Interval
import CoreMath.BigOperators
import CoreMath.Divisors
import CoreMath.Floor

/-!
The vocabulary of competition statements over ℕ, ℤ and ℚ, without Mathlib: Mathlib's names, with
Mathlib's arguments and meaning. `docs/coremath.md` says where a definition is written otherwise than there.

Each import stands after those it builds on; the embedded engine compiles them in this order.
-/
