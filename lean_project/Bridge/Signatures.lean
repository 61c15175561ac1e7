import Lean
import Bridge.Frontend
import Bridge.State

/-! The statements of declarations as text, for whoever reads them: name, arguments, type, each in one line. -/

namespace Bridge
open Lean Elab Meta

/-- Columns of a line that is not to be broken. -/
def oneLine : Nat := 1000000

def signatureOf (cs : Command.State) (token : IO.CancelToken) (n : Name) : IO (Option String) := do
  let scope := scopeOf cs
  let context : Core.Context :=
    { fileName := "<signature>", fileMap := FileMap.ofString "", options := boundedPrinting scope.opts, maxRecDepth := 512,
      currNamespace := scope.currNamespace, openDecls := scope.openDecls, initHeartbeats := ← IO.getNumHeartbeats, cancelTk? := some token }
  let coreRef ← IO.mkRef ({ env := cs.env } : Core.State)
  let metaRef ← IO.mkRef ({} : Meta.State)
  let print : MetaM String := do return (← PrettyPrinter.ppSignature n).fmt.pretty oneLine
  let core : CoreM String := print {} metaRef
  match ← (core context coreRef).toBaseIO with
  | .ok text => return some text
  | .error _ => return none

/-- Pairs of a name and its statement, as far as there is time; names that are unknown or cannot be printed are left out. -/
partial def signatures (cs : Command.State) (token : IO.CancelToken) (ns : List Name) (acc : Array Json) : IO (Array Json) := do
  match ns with
  | [] => return acc
  | n :: rest =>
    if ← token.isSet then return acc
    if cs.env.contains n then
      match ← signatureOf cs token n with
      | some text => signatures cs token rest (acc.push (Json.arr #[Json.str (nameText n), Json.str text]))
      | none => signatures cs token rest acc
    else signatures cs token rest acc

end Bridge
