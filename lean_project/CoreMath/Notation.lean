/-!
`ℕ`, `ℤ`, `ℚ`, `∃!`, `f^[n]`, `|a|`, and the namespaces that headers written for Mathlib open.
-/

universe u

notation "ℕ" => Nat
notation "ℤ" => Int
notation "ℚ" => Rat

/-- There is exactly one `x` with `p x`. -/
def ExistsUnique {α : Sort u} (p : α → Prop) : Prop :=
  ∃ x, p x ∧ ∀ y, p y → y = x

syntax "∃! " ident (" : " term)? ", " term : term
syntax "∃! " "(" ident " : " term ")" ", " term : term
syntax "∃! " ident binderPred ", " term : term

macro_rules
  | `(∃! $x:ident, $b) => `(ExistsUnique fun $x:ident => $b)
  | `(∃! $x:ident : $t, $b) => `(ExistsUnique fun $x:ident : $t => $b)
  | `(∃! ($x:ident : $t), $b) => `(ExistsUnique fun $x:ident : $t => $b)
  | `(∃! $x:ident $p:binderPred, $b) =>
    `(ExistsUnique fun $x:ident => satisfies_binder_pred% $x $p ∧ $b)

theorem ExistsUnique.intro {α : Sort u} {p : α → Prop} (w : α) (h : p w) (u : ∀ y, p y → y = w) :
    ExistsUnique p :=
  ⟨w, h, u⟩

theorem ExistsUnique.exists {α : Sort u} {p : α → Prop} : ExistsUnique p → ∃ x, p x
  | ⟨x, h, _⟩ => ⟨x, h⟩

theorem ExistsUnique.unique {α : Sort u} {p : α → Prop} (h : ExistsUnique p) {a b : α} (ha : p a) (hb : p b) :
    a = b :=
  let ⟨_, _, u⟩ := h
  (u a ha).trans (u b hb).symm

/-- `n` applications of `op`. -/
def Nat.iterate {α : Sort u} (op : α → α) : ℕ → α → α
  | 0, a => a
  | k + 1, a => Nat.iterate op k (op a)

notation:max f "^[" n "]" => Nat.iterate f n

@[simp, grind =] theorem Function.iterate_zero_apply {α : Type u} (f : α → α) (x : α) : f^[0] x = x := rfl

theorem Function.iterate_succ_apply {α : Type u} (f : α → α) (n : ℕ) (x : α) : f^[n + 1] x = f^[n] (f x) := rfl

theorem Function.iterate_succ_apply' {α : Type u} (f : α → α) (n : ℕ) (x : α) : f^[n + 1] x = f (f^[n] x) := by
  induction n generalizing x with
  | zero => rfl
  | succ n ih => exact ih (f x)

/-- The absolute value: the larger of `a` and `-a`. -/
def abs {α : Type u} [Max α] [Neg α] (a : α) : α :=
  max a (-a)

macro:max atomic("|" noWs) a:term noWs "|" : term => `(abs $a)

@[app_unexpander abs] def abs.unexpand : Lean.PrettyPrinter.Unexpander
  | `($_ $a) => `(|$a|)
  | _ => throw ()

theorem Int.abs_eq_natAbs (a : ℤ) : |a| = a.natAbs := by
  unfold abs
  omega

@[simp, grind =] theorem abs_eq_max_neg {α : Type u} [Max α] [Neg α] (a : α) : |a| = max a (-a) := rfl

-- Namespaces of Mathlib that headers open. What they would contain is not here, so its names stay unknown.
namespace BigOperators end BigOperators
namespace Real end Real
namespace NNReal end NNReal
namespace ENNReal end ENNReal
namespace EReal end EReal
namespace Complex end Complex
namespace ComplexConjugate end ComplexConjugate
namespace Topology end Topology
namespace Filter end Filter
namespace Polynomial end Polynomial
namespace MvPolynomial end MvPolynomial
namespace Matrix end Matrix
namespace MeasureTheory end MeasureTheory
namespace ProbabilityTheory end ProbabilityTheory
namespace EuclideanGeometry end EuclideanGeometry
namespace InnerProductSpace end InnerProductSpace
namespace RealInnerProductSpace end RealInnerProductSpace
namespace Pointwise end Pointwise
namespace Interval end Interval
namespace ArithmeticFunction end ArithmeticFunction
namespace ZMod end ZMod
namespace Equiv end Equiv
namespace Fintype end Fintype
namespace SimpleGraph end SimpleGraph
namespace Metric end Metric
namespace Asymptotics end Asymptotics
namespace Ideal end Ideal
namespace Module end Module
namespace Cardinal end Cardinal
namespace Multiset end Multiset
namespace Finsupp end Finsupp
namespace Submodule end Submodule
namespace LinearMap end LinearMap
namespace Group end Group
namespace Subgroup end Subgroup
namespace RingHom end RingHom
namespace Order end Order
