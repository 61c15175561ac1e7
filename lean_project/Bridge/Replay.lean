import Lean
import Bridge.Export
import Bridge.Recheck

/-!
Reads exported constants back and gives each to the kernel, in the order the host sends. A process
that does only this has never run a submission's code: what it then exports again is what the
kernel accepted.
-/

namespace Bridge
open Lean

structure Decoder where
  names : Array Name := #[.anonymous]
  levels : Array Level := #[.zero]
  exprs : Array Expr := #[]

abbrev DecodeM := ExceptT String IO

def item (row : Array Json) (i : Nat) : Json :=
  if h : i < row.size then row[i] else Json.null

def itemNat (row : Array Json) (i : Nat) : Nat :=
  match item row i with
  | .num n => n.mantissa.toNat
  | _ => 0

def itemStr (row : Array Json) (i : Nat) : String :=
  match item row i with
  | .str s => s
  | _ => ""

def Decoder.name (d : Decoder) (i : Nat) : DecodeM Name :=
  if h : i < d.names.size then return d.names[i] else throw "name row out of range"

def Decoder.level (d : Decoder) (i : Nat) : DecodeM Level :=
  if h : i < d.levels.size then return d.levels[i] else throw "level row out of range"

def Decoder.expr (d : Decoder) (i : Nat) : DecodeM Expr :=
  if h : i < d.exprs.size then return d.exprs[i] else throw "expression row out of range"

partial def decodeNames (rows : List Json) (d : Decoder) : DecodeM Decoder := do
  match rows with
  | [] => return d
  | .arr row :: rest =>
    let parent ← d.name (itemNat row 0)
    let n ← match item row 1 with
      | .str s => pure (Name.str parent s)
      | .num k => pure (Name.num parent k.mantissa.toNat)
      | _ => throw "malformed name row"
    decodeNames rest { d with names := d.names.push n }
  | _ :: _ => throw "malformed name row"

partial def decodeLevels (rows : List Json) (d : Decoder) : DecodeM Decoder := do
  match rows with
  | [] => return d
  | .arr row :: rest =>
    let l ← match itemStr row 0 with
      | "s" => pure (Level.succ (← d.level (itemNat row 1)))
      | "m" => pure (Level.max (← d.level (itemNat row 1)) (← d.level (itemNat row 2)))
      | "x" => pure (Level.imax (← d.level (itemNat row 1)) (← d.level (itemNat row 2)))
      | "p" => pure (Level.param (← d.name (itemNat row 1)))
      | _ => throw "malformed level row"
    decodeLevels rest { d with levels := d.levels.push l }
  | _ :: _ => throw "malformed level row"

def binderOf : Nat → BinderInfo
  | 1 => .implicit
  | 2 => .strictImplicit
  | 3 => .instImplicit
  | _ => .default

partial def levelsOf (d : Decoder) (is : List Nat) : DecodeM (List Level) := do
  match is with
  | [] => return []
  | i :: rest => return (← d.level i) :: (← levelsOf d rest)

partial def namesOf (d : Decoder) (is : List Nat) : DecodeM (List Name) := do
  match is with
  | [] => return []
  | i :: rest => return (← d.name i) :: (← namesOf d rest)

def decodeExpr (d : Decoder) (row : Array Json) : DecodeM Expr := do
  let at_ (i : Nat) : DecodeM Expr := d.expr (itemNat row i)
  match itemStr row 0 with
  | "b" => return .bvar (itemNat row 1)
  | "s" => return .sort (← d.level (itemNat row 1))
  | "c" =>
    let ls := match item row 2 with | .arr a => nats a.toList | _ => []
    return .const (← d.name (itemNat row 1)) (← levelsOf d ls)
  | "a" => return .app (← at_ 1) (← at_ 2)
  | "l" => return .lam (← d.name (itemNat row 1)) (← at_ 2) (← at_ 3) (binderOf (itemNat row 4))
  | "p" => return .forallE (← d.name (itemNat row 1)) (← at_ 2) (← at_ 3) (binderOf (itemNat row 4))
  | "t" => return .letE (← d.name (itemNat row 1)) (← at_ 2) (← at_ 3) (← at_ 4) false
  | "n" =>
    match (itemStr row 1).toNat? with
    | some k => return .lit (.natVal k)
    | none => throw "malformed numeral"
  | "r" => return .lit (.strVal (itemStr row 1))
  | "j" => return .proj (← d.name (itemNat row 1)) (itemNat row 2) (← at_ 3)
  | _ => throw "malformed expression row"

partial def decodeExprs (rows : List Json) (d : Decoder) : DecodeM Decoder := do
  match rows with
  | [] => return d
  | .arr row :: rest =>
    let e ← decodeExpr d row
    decodeExprs rest { d with exprs := d.exprs.push e }
  | _ :: _ => throw "malformed expression row"

def hintsOf (j : Json) : ReducibilityHints :=
  match j with
  | .str "abbrev" => .abbrev
  | .num n => .regular n.mantissa.toNat.toUInt32
  | _ => .opaque

partial def constructorsOf (d : Decoder) (rows : List Json) : DecodeM (List Constructor) := do
  match rows with
  | [] => return []
  | r :: rest =>
    let name ← d.name (getNat r "name")
    let type ← d.expr (getNat r "type")
    return { name, type } :: (← constructorsOf d rest)

partial def typesOf (d : Decoder) (rows : List Json) : DecodeM (List InductiveType) := do
  match rows with
  | [] => return []
  | r :: rest =>
    let name ← d.name (getNat r "name")
    let type ← d.expr (getNat r "type")
    let ctors ← constructorsOf d (getList r "ctorRows")
    return { name, type, ctors } :: (← typesOf d rest)

/-- One declaration for the kernel. An inductive family comes with all its types and constructors. -/
def decodeDeclaration (d : Decoder) (r : Json) : DecodeM Declaration := do
  let params ← namesOf d (nats (getList r "params"))
  match getStr r "kind" with
  | "inductive" =>
    return .inductDecl params (getNat r "numParams") (← typesOf d (getList r "types")) false
  | kind =>
    let name ← d.name (getNat r "name")
    let type ← d.expr (getNat r "type")
    match kind with
    | "axiom" => return .axiomDecl { name, levelParams := params, type, isUnsafe := false }
    | "theorem" => return .thmDecl { name, levelParams := params, type, value := ← d.expr (getNat r "value") }
    | "opaque" =>
      return .opaqueDecl { name, levelParams := params, type, value := ← d.expr (getNat r "value"), isUnsafe := false, all := [name] }
    | "def" =>
      let hints := match r.getObjVal? "hints" with | .ok h => hintsOf h | .error _ => .opaque
      return .defnDecl { name, levelParams := params, type, value := ← d.expr (getNat r "value"), hints, safety := .safe }
    | _ => throw "unknown kind of constant"

/-- Why the kernel refused, as a stable code. -/
def kernelCode : Kernel.Exception → String
  | .unknownConstant .. => "unknown_constant"
  | .alreadyDeclared .. => "already_declared"
  | .declTypeMismatch .. => "type_mismatch"
  | .declHasMVars .. => "has_metavariables"
  | .declHasFVars .. => "has_free_variables"
  | .funExpected .. => "function_expected"
  | .typeExpected .. => "type_expected"
  | .letTypeMismatch .. => "type_mismatch"
  | .exprTypeMismatch .. => "type_mismatch"
  | .appTypeMismatch .. => "type_mismatch"
  | .invalidProj .. => "invalid_projection"
  | .thmTypeIsNotProp .. => "theorem_not_prop"
  | .deterministicTimeout => "heartbeats"
  | .excessiveMemory => "memory"
  | .deepRecursion => "deep_recursion"
  | .interrupted => "interrupted"
  | _ => "kernel"

inductive Replayed where
  | accepted (env : Environment)
  | refused (index : Nat) (code : String)

/-- `env` with code for a definition that the kernel has accepted, made from its term alone; unchanged where none
can be made. -/
def withCode (env : Environment) (token : IO.CancelToken) (decl : Declaration) : IO Environment := do
  let opts := ({} : Options).setBool `compiler.extract_closed false
  let context : Core.Context :=
    { fileName := "<replay>", fileMap := FileMap.ofString "", options := opts, cancelTk? := some token }
  let ref ← IO.mkRef ({ env } : Core.State)
  match ← ((compileDecl decl) context ref).toBaseIO with
  | .ok _ => return (← ref.get).env
  | .error _ => return env

/-- With `compiling`, definitions get code, so that the kernel can evaluate `Lean.reduceBool` of them. -/
partial def replayRows (env : Environment) (token : IO.CancelToken) (heartbeats : USize) (compiling : Bool) (d : Decoder)
    (rows : List Json) (i : Nat) : DecodeM Replayed := do
  match rows with
  | [] => return .accepted env
  | r :: rest =>
    let decl ← decodeDeclaration d r
    match declared env heartbeats token decl with
    | .ok env =>
      match recheck env token heartbeats decl with
      | .ill code => return .refused i code
      | .failed e => return .refused i (kernelCode e)
      | .well =>
        let env ← if compiling && getStr r "kind" == "def" then withCode env token decl else pure env
        replayRows env token heartbeats compiling d rest (i + 1)
    | .error e => return .refused i (kernelCode e)

def replay (env : Environment) (token : IO.CancelToken) (heartbeats : USize) (j : Json) : IO (Except String Replayed) :=
  ExceptT.run do
    let d ← decodeNames (getList j "names") {}
    let d ← decodeLevels (getList j "levels") d
    let d ← decodeExprs (getList j "exprs") d
    replayRows env token heartbeats (getBool j "compile") d (getList j "declarations") 0

end Bridge
