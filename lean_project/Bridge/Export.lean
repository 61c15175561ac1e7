import Lean
import Bridge.Encode

/-!
The constants that a file added to its imports, as data (see `Bridge.Encode`), and for each imported
constant they mention what it was declared as and in which module. Nothing is judged here: the
process that elaborated a submission may have run its code.
-/

namespace Bridge
open Lean

def safetyText : DefinitionSafety → String
  | .safe => "safe"
  | .unsafe => "unsafe"
  | .partial => "partial"

def hintsJson : ReducibilityHints → Json
  | .opaque => Json.str "opaque"
  | .abbrev => Json.str "abbrev"
  | .regular h => num h.toNat

def encodeConstant (c : ConstantInfo) : EncodeM Json := do
  let common := [("name", num (← encodeName c.name)),
    ("params", Json.arr (← encodeNames c.levelParams #[])), ("type", num (← encodeExpr c.type))]
  match c with
  | .axiomInfo v =>
    return Json.mkObj (("kind", Json.str "axiom") :: ("unsafe", Json.bool v.isUnsafe) :: common)
  | .defnInfo v =>
    return Json.mkObj (("kind", Json.str "def") :: ("value", num (← encodeExpr v.value)) ::
      ("safety", Json.str (safetyText v.safety)) :: ("hints", hintsJson v.hints) ::
      ("all", Json.arr (← encodeNames v.all #[])) :: common)
  | .thmInfo v =>
    return Json.mkObj (("kind", Json.str "theorem") :: ("value", num (← encodeExpr v.value)) ::
      ("all", Json.arr (← encodeNames v.all #[])) :: common)
  | .opaqueInfo v =>
    return Json.mkObj (("kind", Json.str "opaque") :: ("value", num (← encodeExpr v.value)) ::
      ("unsafe", Json.bool v.isUnsafe) :: ("all", Json.arr (← encodeNames v.all #[])) :: common)
  | .quotInfo _ => return Json.mkObj (("kind", Json.str "quot") :: common)
  | .inductInfo v =>
    return Json.mkObj (("kind", Json.str "inductive") :: ("unsafe", Json.bool v.isUnsafe) ::
      ("numParams", num v.numParams) :: ("ctors", Json.arr (← encodeNames v.ctors #[])) ::
      ("all", Json.arr (← encodeNames v.all #[])) :: common)
  | .ctorInfo v =>
    return Json.mkObj (("kind", Json.str "constructor") :: ("unsafe", Json.bool v.isUnsafe) ::
      ("induct", num (← encodeName v.induct)) :: ("cidx", num v.cidx) :: common)
  | .recInfo v =>
    return Json.mkObj (("kind", Json.str "recursor") :: ("unsafe", Json.bool v.isUnsafe) ::
      ("all", Json.arr (← encodeNames v.all #[])) :: ("k", Json.bool v.k) :: common)

partial def encodeConstants (cs : List ConstantInfo) (acc : Array Json) : EncodeM (Array Json) := do
  match cs with
  | [] => return acc
  | c :: rest => encodeConstants rest (acc.push (← encodeConstant c))

def originalKind (env : Environment) (n : Name) : String :=
  match getOriginalConstKind? env n with
  | some .defn => "def"
  | some .thm => "theorem"
  | some .axiom => "axiom"
  | some .opaque => "opaque"
  | some .quot => "quot"
  | some .induct => "inductive"
  | some .ctor => "constructor"
  | some .recursor => "recursor"
  | none => "unknown"

def moduleOf (env : Environment) (n : Name) : Option Name :=
  match env.getModuleIdxFor? n with
  | none => none
  | some i =>
    let modules := env.header.moduleNames
    if h : i.toNat < modules.size then some modules[i.toNat] else none

/-- What was imported, of the constants mentioned: name, kind as declared (where only the exported
part of a module is loaded, a theorem looks like an axiom), module. -/
partial def importedRows (env : Environment) (used : List (Name × Nat)) (seen : NameSet) (acc : Array Json) : Array Json :=
  match used with
  | [] => acc
  | (n, i) :: rest =>
    if seen.contains n then importedRows env rest seen acc else
    match moduleOf env n with
    | some m =>
      let row := Json.mkObj [("name", num i), ("kind", Json.str (originalKind env n)), ("module", Json.str (nameText m))]
      importedRows env rest (seen.insert n) (acc.push row)
    | none => importedRows env rest (seen.insert n) acc

/-- Every constant of `env` that its imports did not bring. -/
def exportConstants (env : Environment) : IO Json := do
  let data ← mkModuleData env .private
  let (rows, s) ← (encodeConstants data.constants.toList #[]).run {}
  return s.tables [("constants", Json.arr rows), ("imported", Json.arr (importedRows env s.used {} #[]))]

end Bridge
