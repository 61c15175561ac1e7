import Lean
import Bridge.Compat
import Bridge.Lists

/-!
An inductive family that the kernel has accepted, looked at once more. Its types must end in sorts that are there to be
read, `Prop` always or never, as Lean's front end sees to: kernels before 4.33.1 can be deceived about others (lean4,
pull requests 14613, 14807). And what the kernel made of it is checked as ordinary terms, each by a type checker of its
own: the types of constructors and recursors, and that each computation rule has the type that its recursor promises.
Newer kernels do so themselves (14577, 14620, 14808); older ones could be led to keep what is ill typed, and to prove
`False` with it.
-/

namespace Bridge
open Lean

/-- A binder that was opened: the variable that stands for it, and what it was. -/
structure Binder where
  var : Expr
  name : Name
  type : Expr

/-- The first `n` binders of a function type, as it stands, and what comes after them. -/
partial def openBinders (e : Expr) (n : Nat) (vars : Array Binder) : Option (Array Binder × Expr) :=
  if n == 0 then some (vars, e) else
  match e with
  | .forallE name type body _ =>
    let var := Expr.fvar { name := .num `Bridge.recheck vars.size }
    openBinders (body.instantiate1 var) (n - 1) (vars.push { var, name, type })
  | _ => none

/-- The binders from `down` to `i` put around `e` again, by `make`: function types, or functions. -/
partial def closeBinders (make : Name → Expr → Expr → Expr) (vars : Array Binder) (down i : Nat) (e : Expr) : Expr :=
  if i == down then e else
  match vars[i - 1]? with
  | some v => closeBinders make vars down (i - 1) (make v.name v.type (e.abstract #[v.var]))
  | none => e

def functionType (name : Name) (type body : Expr) : Expr := .forallE name type body .default

def function (name : Name) (type body : Expr) : Expr := .lam name type body .default

/-- A function type applied to arguments, as it stands. -/
partial def applied (e : Expr) (args : List Expr) : Option Expr :=
  match args, e with
  | [], _ => some e
  | a :: rest, .forallE _ _ body _ => applied (body.instantiate1 a) rest
  | _, _ => none

/-- The variables of binders, from the one at `i` on. -/
partial def varsFrom (vars : Array Binder) (i : Nat) (acc : List Expr) : List Expr :=
  match vars[i]? with
  | some v => varsFrom vars (i + 1) (v.var :: acc)
  | none => reverseOnto acc []

/-- The first `n` terms of a list, and the others. -/
partial def splitTerms (n : Nat) (terms before : List Expr) : List Expr × List Expr :=
  match terms with
  | a :: rest => if n == 0 then (reverseOnto before [], terms) else splitTerms (n - 1) rest (a :: before)
  | [] => (reverseOnto before [], [])

partial def argumentsOf (e : Expr) (after : List Expr) : List Expr :=
  match e with
  | .app f a => argumentsOf f (a :: after)
  | _ => after

/-- The type of what a computation rule gives, that of the recursor applied to the constructor, and what it gives: both
for the variables that stand for parameters, motives and minor premises. -/
def ruleFor (env : Kernel.Environment) (recursor : RecursorVal) (pre : Array Binder) (promise : Expr)
    (rule : RecursorRule) : Option (Expr × Expr) := do
  let (_, last) ← openBinders promise recursor.numIndices pre
  let .forallE _ major _ _ := last | none
  let .const _ levels := major.getAppFn | none
  let some (.ctorInfo ctor) := env.find? rule.ctor | none
  let (params, _) := splitTerms ctor.numParams (argumentsOf major []) []
  let type ← applied (ctor.type.instantiateLevelParams ctor.levelParams levels) params
  let (vars, result) ← openBinders type rule.nfields pre
  let (_, indices) := splitTerms ctor.numParams (argumentsOf result []) []
  let made := mkAppN (.const rule.ctor levels) (appendList params (varsFrom vars pre.size [])).toArray
  let type := closeBinders functionType vars pre.size vars.size (← applied promise (appendList indices [made]))
  return (type, rule.rhs.beta (varsFrom pre 0 []).toArray)

/-- A term that type-checks if all rules have their types: a `let` for each. -/
partial def rulesIn (env : Kernel.Environment) (recursor : RecursorVal) (pre : Array Binder) (promise : Expr)
    (rules : List RecursorRule) : Option Expr :=
  match rules with
  | [] => some (.sort .zero)
  | rule :: rest => do
    let (type, value) ← ruleFor env recursor pre promise rule
    return .letE `rule type value (← rulesIn env recursor pre promise rest) false

/-- Whether the kernel takes a term of this type, or, without one, the type alone. -/
def checks (env : Environment) (token : IO.CancelToken) (heartbeats : USize) (levelParams : List Name) (type : Expr)
    (value : Option Expr) : Except Kernel.Exception Unit := do
  let name := `Bridge.recheck
  let declaration := match value with
    | some value => Declaration.defnDecl { name, levelParams, type, value, hints := .opaque, safety := .safe }
    | none => Declaration.axiomDecl { name, levelParams, type, isUnsafe := false }
  let _ ← declared env heartbeats token declaration

/-- Whether a universe level is a successor, whatever its parameters are. -/
partial def neverZero (l : Level) : Bool :=
  match l with
  | .succ _ => true
  | .max a b => neverZero a || neverZero b
  | .imax _ b => neverZero b
  | _ => false

/-- The level that a definition's parameter has at these levels. -/
partial def levelOf (params : List Name) (levels : List Level) (p : Name) : Option Level :=
  match params, levels with
  | q :: params, l :: levels => if q == p then some l else levelOf params levels p
  | _, _ => none

/-- The level of the sort in which a type ends, applied to `args` more arguments: definitions are followed, and what
depends on an argument is not. Of a level with parameters it only counts whether it is never zero. -/
partial def sortLevel (env : Kernel.Environment) (e : Expr) (args : Nat) : Option Level :=
  match e with
  | .sort l => if args == 0 then some l else none
  | .forallE _ _ body _ => if args == 0 then sortLevel env body 0 else none
  | .lam _ _ body _ => if args == 0 then none else sortLevel env body (args - 1)
  | .app f _ => sortLevel env f (args + 1)
  | .mdata _ e => sortLevel env e args
  | .const n levels =>
    match env.find? n with
    | some (.defnInfo v) =>
      match sortLevel env v.value args with
      | some (.param p) => levelOf v.levelParams levels p
      | found => found
    | _ => none
  | _ => none

inductive Rechecked where
  | well
  | ill (code : String)
  | failed (e : Kernel.Exception)

instance : Inhabited Rechecked := ⟨.well⟩

/-- What has no end or no room is no verdict on the family. -/
def rechecked (found : Except Kernel.Exception Unit) : Rechecked :=
  match found with
  | .ok _ => .well
  | .error .deterministicTimeout => .failed .deterministicTimeout
  | .error .excessiveMemory => .failed .excessiveMemory
  | .error .deepRecursion => .failed .deepRecursion
  | .error .interrupted => .failed .interrupted
  | .error _ => .ill "ill_typed_family"

def recheckRules (env : Environment) (token : IO.CancelToken) (heartbeats : USize) (recursor : RecursorVal) :
    Rechecked :=
  match openBinders recursor.type (recursor.numParams + recursor.numMotives + recursor.numMinors) #[] with
  | none => .ill "ill_typed_family"
  | some (pre, promise) =>
    match rulesIn env.toKernelEnv recursor pre promise recursor.rules with
    | none => .ill "ill_typed_family"
    | some rules =>
      let type := closeBinders functionType pre 0 pre.size (.sort (.succ .zero))
      let value := closeBinders function pre 0 pre.size rules
      rechecked (checks env token heartbeats recursor.levelParams type (some value))

partial def recheckNames (env : Environment) (token : IO.CancelToken) (heartbeats : USize) (names : List Name) :
    Rechecked :=
  match names with
  | [] => .well
  | name :: rest =>
    match env.toKernelEnv.find? name with
    | none => .ill "ill_typed_family"
    | some info =>
      match rechecked (checks env token heartbeats info.levelParams info.type none) with
      | .well =>
        match info with
        | .recInfo recursor =>
          match recheckRules env token heartbeats recursor with
          | .well => recheckNames env token heartbeats rest
          | other => other
        | _ => recheckNames env token heartbeats rest
      | other => other

partial def nestedRecursors (first : Name) (n : Nat) (acc : List Name) : List Name :=
  if n == 0 then acc else nestedRecursors first (n - 1) (.str first s!"rec_{n}" :: acc)

partial def madeFor (types : List InductiveType) (acc : List Name) : List Name :=
  match types with
  | [] => acc
  | t :: rest => madeFor rest (.str t.name "rec" :: namesOfConstructors t.ctors acc)
where
  namesOfConstructors (ctors : List Constructor) (acc : List Name) : List Name :=
    match ctors with
    | [] => acc
    | c :: rest => namesOfConstructors rest (c.name :: acc)

/-- Why the sorts of types are not what a front end writes. -/
partial def recheckSorts (env : Kernel.Environment) (types : List InductiveType) : Rechecked :=
  match types with
  | [] => .well
  | t :: rest =>
    match sortLevel env t.type 0 with
    | none => .ill "computed_sort"
    | some .zero => recheckSorts env rest
    | some l => if neverZero l then recheckSorts env rest else .ill "sometimes_prop"

/-- `env` has the family of `decl`, as the kernel has just added it. -/
def recheck (env : Environment) (token : IO.CancelToken) (heartbeats : USize) (decl : Declaration) : Rechecked :=
  match decl with
  | .inductDecl _ _ types _ =>
    match types with
    | [] => .well
    | first :: _ =>
      match recheckSorts env.toKernelEnv types, env.toKernelEnv.find? first.name with
      | .well, some (.inductInfo v) =>
        recheckNames env token heartbeats (nestedRecursors first.name v.numNested (madeFor types []))
      | .well, _ => .ill "ill_typed_family"
      | other, _ => other
  | _ => .well

end Bridge
