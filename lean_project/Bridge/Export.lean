import Lean
import Bridge.Encode

/-!
The constants that a file added to its imports, as data (see `Bridge.Encode`), and for each imported
constant they mention what it was declared as and in which module. Nothing is judged here: the
process that elaborated a submission may have run its code.
-/

namespace Bridge
open Lean Elab

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

partial def encodeRules (rs : List RecursorRule) (acc : Array Json) : EncodeM (Array Json) := do
  match rs with
  | [] => return acc
  | r :: rest => encodeRules rest (acc.push (Json.arr #[num (← encodeName r.ctor), num r.nfields, num (← encodeExpr r.rhs)]))

/-- What the kernel keeps of a constant beside what it was given: an audit compares it. -/
def encodeDetails (c : ConstantInfo) : EncodeM (List (String × Json)) := do
  match c with
  | .inductInfo v =>
    return [("numIndices", num v.numIndices), ("numNested", num v.numNested), ("isRec", Json.bool v.isRec),
      ("isReflexive", Json.bool v.isReflexive)]
  | .ctorInfo v => return [("numParams", num v.numParams), ("numFields", num v.numFields)]
  | .recInfo v =>
    return [("numParams", num v.numParams), ("numIndices", num v.numIndices), ("numMotives", num v.numMotives),
      ("numMinors", num v.numMinors), ("rules", Json.arr (← encodeRules v.rules #[]))]
  | _ => return []

partial def encodeConstants (cs : List ConstantInfo) (details : Bool) (acc : Array Json) : EncodeM (Array Json) := do
  match cs with
  | [] => return acc
  | c :: rest =>
    let row ← encodeConstant c
    let row ← if details then pure (Json.mergeObj row (Json.mkObj (← encodeDetails c))) else pure row
    encodeConstants rest details (acc.push row)

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
def exportConstants (env : Environment) (details : Bool := false) : IO Json := do
  let data ← mkModuleData env .private
  let (rows, s) ← (encodeConstants data.constants.toList details #[]).run {}
  return s.tables [("constants", Json.arr rows), ("imported", Json.arr (importedRows env s.used {} #[]))]

partial def indexOf (m : Name) (ms : List Name) (i : Nat) : Option Nat :=
  match ms with
  | [] => none
  | n :: rest => if n == m then some i else indexOf m rest (i + 1)

partial def importNames (is : List Import) : List Name :=
  match is with
  | [] => []
  | i :: rest => i.module :: importNames rest

/-- Every constant of the imported module `m`, as its compiled file says, and the modules that file imports. -/
def exportModule (env : Environment) (m : Name) : IO (Option Json) := do
  match indexOf m env.header.moduleNames.toList 0 with
  | none => return none
  | some i =>
    if h : i < env.header.moduleData.size then
      let data := env.header.moduleData[i]
      let (rows, s) ← (encodeConstants data.constants.toList true #[]).run {}
      return some (s.tables [("constants", Json.arr rows), ("imported", Json.arr (importedRows env s.used {} #[])),
        ("imports", names (importNames data.imports.toList))])
    else return none

/-- The state in which the commands of module `m` are elaborated. Closed terms stay where they are written: code that
names them is not found by those who import it on the embedded engine. -/
def asModule (cs : Command.State) (m : Name) : Command.State :=
  let cs := { cs with env := cs.env.setMainModule m }
  match cs.scopes with
  | s :: rest => { cs with scopes := { s with opts := s.opts.setBool `compiler.extract_closed false } :: rest }
  | [] => cs

partial def codeNames (env : Environment) (ds : List IR.Decl) (acc : List Name) : List Name :=
  match ds with
  | [] => acc
  | d :: rest => codeNames env rest (if env.contains d.name then acc else d.name :: acc)

partial def declareNames (ns : List Name) (d : ModuleData) : ModuleData :=
  match ns with
  | [] => d
  | n :: rest =>
    let c : ConstantInfo := .axiomInfo { name := n, levelParams := [], type := .sort .zero, isUnsafe := true }
    declareNames rest { d with constNames := d.constNames.push n, constants := d.constants.push c }

/-- Writes what `env` adds to its imports as a compiled module. The names of generated code become constants of it,
unsafe ones, which the kernel admits in no proof: the embedded engine finds code by the module its name belongs to. -/
def writeModule (env : Environment) (file : String) : IO Unit := do
  let data ← mkModuleData env .private
  saveModuleData ⟨file⟩ env.mainModule (declareNames (codeNames env (IR.getDecls env) []) data)

end Bridge
