import Lean
import Bridge.Lists
import Bridge.Wire
import Bridge.Export
import Bridge.State

/-!
The theorems of an environment as data for a search among them: what each is about, by the constants
of its statement. Statements themselves are printed later, and only of those that were found.

A row: `[name, head, left, right, hypotheses, conclusion, context]`. `head`: the constant that the
conclusion applies; `left`, `right`: those that the sides of an equation or equivalence apply (empty where
there is none). `hypotheses`: explicit arguments that nothing after them mentions. `conclusion`, `context`:
the constants of the conclusion and of everything before it.
-/

namespace Bridge
open Lean Meta

def headOf (e : Expr) : Option Name :=
  match e.getAppFn with
  | .const n _ => some n
  | _ => none

/-- The constants at the heads of the two sides of `e`. -/
def sidesOf (e : Expr) : Option Name × Option Name :=
  match e with
  | .app (.app (.app (.const ``Eq _) _) l) r => (headOf l, headOf r)
  | .app (.app (.const ``Iff _) l) r => (headOf l, headOf r)
  | _ => (none, none)

structure Telescope where
  conclusion : Expr
  hypotheses : Nat
  context : NameSet
deriving Inhabited

partial def telescope (e : Expr) (hypotheses : Nat) (context : NameSet) : Telescope :=
  match e with
  | .forallE _ t b info =>
    let counts := info == .default && !b.hasLooseBVar 0
    telescope b (if counts then hypotheses + 1 else hypotheses) (insertAll t.getUsedConstants.toList context)
  | .mdata _ b => telescope b hypotheses context
  | _ => ⟨e, hypotheses, context⟩

/-- A name as its row in the encoder, 0 for none. -/
def encodeHead (n : Option Name) : EncodeM Json := do
  match n with
  | some n => return num (← encodeName n)
  | none => return num 0

def isClassAt (env : Environment) (n : Option Name) : Bool :=
  match n with
  | some n => isClass env n
  | none => false

/-- The row of a theorem; none where it is an instance. -/
def premiseRow (env : Environment) (name : Name) (type : Expr) (acc : Array Json) : EncodeM (Array Json) := do
  let t := telescope type 0 {}
  let head := headOf t.conclusion
  if isClassAt env head then return acc else
  let (left, right) := sidesOf t.conclusion
  return acc.push (Json.arr #[num (← encodeName name), ← encodeHead head, ← encodeHead left, ← encodeHead right,
    num t.hypotheses,
    Json.arr (← encodeNames t.conclusion.getUsedConstants.toList #[]), Json.arr (← encodeNames t.context.toList #[])])

/-- Whether a theorem of an imported module is one that people would name. -/
def isOffered (env : Environment) (c : ConstantInfo) : Bool :=
  !c.name.isInternalDetail && !isPrivateName c.name && !c.isUnsafe && originalKind env c.name == "theorem" &&
    !Linter.isDeprecated env c.name

partial def premiseRows (env : Environment) (cs : Array ConstantInfo) (i : Nat) (acc : Array Json) :
    EncodeM (Array Json) := do
  if h : i < cs.size then
    let c := cs[i]
    if isOffered env c then
      premiseRows env cs (i + 1) (← premiseRow env c.name c.type acc)
    else premiseRows env cs (i + 1) acc
  else return acc

/-- Rows of the imported modules from number `i` on, until `deadline` (a time) has passed; each module is taken
whole. Also gives the number of the module to go on with. -/
partial def premisesOf (env : Environment) (i deadline : Nat) (acc : Array Json) : EncodeM (Nat × Array Json) := do
  if h : i < env.header.moduleData.size then
    let rows ← premiseRows env env.header.moduleData[i].constants 0 #[]
    let acc := acc.push (Json.arr #[num i, Json.arr rows])
    if (← IO.monoMsNow) ≥ deadline then return (i + 1, acc) else premisesOf env (i + 1) deadline acc
  else return (i, acc)

/-- The theorems that a file made itself, those with a hole in their own proof left out. -/
partial def ownPremises (env : Environment) (cs : List ConstantInfo) (acc : Array Json) : EncodeM (Array Json) := do
  match cs with
  | [] => return acc
  | .thmInfo v :: rest =>
    let name := privateToUserName v.name
    if name.isInternalDetail || v.value.hasSorry || v.type.hasSorry then ownPremises env rest acc
    else ownPremises env rest (← premiseRow env name v.type acc)
  | _ :: rest => ownPremises env rest acc

partial def moduleSizes (modules : List Name) (data : List ModuleData) (acc : Array Json) : Array Json :=
  match modules, data with
  | m :: ms, d :: ds => moduleSizes ms ds (acc.push (Json.arr #[Json.str (nameText m), num d.constNames.size]))
  | _, _ => acc

end Bridge
