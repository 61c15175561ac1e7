import Lean
import Bridge.Frontend
import Bridge.State

/-! The statements of declarations as text, for whoever reads them: name, arguments, type, each in one line. -/

namespace Bridge
open Lean Elab Meta

/-- Columns of a line that is not to be broken. -/
def oneLine : Nat := 1000000

/-- Where names are looked up and how they are written. -/
structure Reading where
  env : Environment
  options : Options
  currNamespace : Name
  openDecls : List OpenDecl

def Reading.ofState (s : LiveState) : Reading :=
  { env := s.core.env, options := s.coreContext.options, currNamespace := s.coreContext.currNamespace, openDecls := s.coreContext.openDecls }

def Reading.ofCommands (cs : Command.State) : Reading :=
  let scope := scopeOf cs
  { env := cs.env, options := scope.opts, currNamespace := scope.currNamespace, openDecls := scope.openDecls }

def Reading.signature (r : Reading) (token : IO.CancelToken) (n : Name) : IO (Option String) := do
  let context : Core.Context :=
    { fileName := "<signature>", fileMap := FileMap.ofString "", options := boundedPrinting r.options,
      maxRecDepth := maxRecDepth.get r.options, currNamespace := r.currNamespace, openDecls := r.openDecls,
      initHeartbeats := ← IO.getNumHeartbeats, cancelTk? := some token }
  let coreRef ← IO.mkRef ({ env := r.env } : Core.State)
  let metaRef ← IO.mkRef ({} : Meta.State)
  let print : MetaM String := do return (← PrettyPrinter.ppSignature n).fmt.pretty oneLine
  let core : CoreM String := print {} metaRef
  match ← (core context coreRef).toBaseIO with
  | .ok text => return some text
  | .error _ => return none

/-- The declaration that a file calls so. -/
def Reading.resolve (r : Reading) (n : Name) : Option Name :=
  if r.env.contains n then some n
  else
    let own := mkPrivateName r.env n
    if r.env.contains own then some own else none

/-- Pairs of a name and its statement, as far as there is time; names that are unknown or cannot be printed are left out. -/
partial def Reading.signatures (r : Reading) (token : IO.CancelToken) (ns : List Name) (acc : Array Json) : IO (Array Json) := do
  match ns with
  | [] => return acc
  | n :: rest =>
    if ← token.isSet then return acc
    match r.resolve n with
    | some found =>
      match ← r.signature token found with
      | some text => r.signatures token rest (acc.push (Json.arr #[Json.str (nameText n), Json.str text]))
      | none => r.signatures token rest acc
    | none => r.signatures token rest acc

end Bridge
