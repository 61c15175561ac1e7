import Lean
import Bridge.Compat
import Bridge.Lists
import Bridge.Wire

/-!
Headers, imports and commands. Messages are collected after every parse and every command; nothing
relies on the frontend to keep them. Elaboration is synchronous (`Elab.async` off).
-/

namespace Bridge
open Lean Elab

def inputOf (text : String) : Parser.InputContext :=
  { inputString := text, fileName := "<input>", fileMap := FileMap.ofString text }

def span (first last : RawPos) : Json :=
  Json.arr #[num first.byteIdx, num last.byteIdx]

def syntaxSpan (stx : Syntax) : Json :=
  match stx.getPos?, stx.getTailPos? with
  | some a, some b => span a b
  | _, _ => Json.null

def positionJson (p : Position) : Json := Json.arr #[num p.line, num p.column]

def severityText : MessageSeverity → String
  | .error => "error"
  | .warning => "warning"
  | .information => "info"

def messageJson (m : Message) : IO Json := do
  let text ← m.data.toString
  return Json.mkObj [("severity", Json.str (severityText m.severity)), ("kind", Json.str (nameText m.kind)),
    ("text", Json.str text), ("start", positionJson m.pos),
    ("end", match m.endPos with | some p => positionJson p | none => Json.null)]

partial def messagesJson (ms : List Message) (acc : Array Json) : IO (Array Json) := do
  match ms with
  | [] => return acc
  | m :: rest => messagesJson rest (acc.push (← messageJson m))

def isError (m : Message) : Bool :=
  match m.severity with
  | .error => true
  | _ => false

structure ParsedHeader where
  imports : List Import
  isModule : Bool
  next : Parser.ModuleParserState
  messages : List Message

def parseHeader (ictx : Parser.InputContext) : IO ParsedHeader := do
  let (stx, next, messages) ← Parser.parseHeader ictx
  let isModule := !stx.raw[0].isNone
  return { imports := (headerToImports stx).toList, isModule, next, messages := messages.toList }

def importJson (i : Import) : Json :=
  Json.mkObj [("module", Json.str (nameText i.module)), ("all", Json.bool i.importAll), ("meta", Json.bool i.isMeta)]

/-- The modules among `ns` that no search path entry has a compiled file for. -/
partial def missingModules (ns : List Name) : IO (List Name) := do
  match ns with
  | [] => return []
  | n :: rest =>
    let found ← try (do let p ← findOLean n; p.pathExists) catch _ => pure false
    let more ← missingModules rest
    return if found then more else n :: more

partial def importsOf (ns : List Name) (acc : Array Import) : Array Import :=
  match ns with
  | [] => acc
  | n :: rest => importsOf rest (acc.push { module := n })

unsafe def importEnv (ns : List Name) : IO Environment := do
  enableInitializersExecution
  importModules (importsOf ns #[]) {} 0 (loadExts := true)

/-- What one command was: its syntax kind, where it stands, whether it logged an error. -/
structure CommandRecord where
  kind : Name
  stx : Syntax
  failed : Bool
  /-- Names of the `variable`s in scope. -/
  variables : List Name

structure Elaborated where
  state : Command.State
  messages : List Message
  commands : List CommandRecord
  stopped : Bool
  /-- Whether linters run and traces become messages, as when `lean` reads a file. -/
  complete : Bool := false

/-- Called after each command with its syntax and the states before and after it. -/
abbrev CommandHook := Syntax → Command.State → Command.State → IO Unit

def scopeOf (cs : Command.State) : Command.Scope :=
  match cs.scopes with
  | s :: _ => s
  | [] => { header := "" }

partial def identifiers (args : List Syntax) (acc : List Name) : List Name :=
  match args with
  | [] => acc
  | .ident _ _ n _ :: rest => n.eraseMacroScopes :: identifiers rest acc
  | _ :: rest => identifiers rest acc

/-- The names that binders give; unnamed instances have none. -/
partial def variableNames (binders : List (TSyntax ``Lean.Parser.Term.bracketedBinder)) : List Name :=
  match binders with
  | [] => []
  | b :: rest => identifiers b.raw[1].getArgs.toList (variableNames rest)

/-- The embedded engine cannot compile what uses certain functions of the library, `++` on lists say: their code is not
in it. There, as in a `noncomputable section`, what cannot be compiled is defined without code; all else has code. -/
def codeOptional : Bool :=
  System.Platform.isEmscripten

/-- The state in which definitions need code, or may do without it. -/
def requireCode (needed : Bool) (cs : Command.State) : Command.State :=
  match cs.scopes with
  | s :: rest => { cs with scopes := { s with isNoncomputable := !needed } :: rest }
  | [] => cs

/-- Whether a command only runs code: without code it would do nothing, and not say so. -/
partial def runsCode (stx : Syntax) : Bool :=
  let kind := stx.getKind
  if kind == `Lean.Parser.Command.in then runsCode stx[2]
  else anyList (kind == ·)
    [`Lean.Parser.Command.eval, `Lean.Parser.Command.evalBang, `Lean.runCmd, `Lean.runMeta, `Lean.runElab]

/-- What was logged, with what the parser said before it: `elabCommandTopLevel` may keep that or leave it out. -/
def withParseMessages (parsed logged : List Message) : List Message :=
  appendList parsed (filterList (fun m => !anyList (fun p => p.pos == m.pos && p.endPos.isNone && m.endPos.isNone) parsed) logged)

/-- Elaborates commands from `next` to the end of the text or to `stop` (a byte position). -/
partial def elaborateFrom (ictx : Parser.InputContext) (token : IO.CancelToken) (stop : Nat) (hook : CommandHook)
    (next : Parser.ModuleParserState) (r : Elaborated) : IO Elaborated := do
  if stop > 0 && next.pos.byteIdx ≥ stop then
    return r
  if ← token.isSet then
    return { r with stopped := true }
  let scope := scopeOf r.state
  let pmctx : Parser.ParserModuleContext :=
    { env := r.state.env, options := scope.opts, currNamespace := scope.currNamespace, openDecls := scope.openDecls }
  let (stx, next, parseMessages) := Parser.parseCommand ictx pmctx next {}
  let trees := { r.state.infoState with trees := {}, lazyAssignment := {} }
  let running := codeOptional && runsCode stx
  let start := if running then requireCode true r.state else r.state
  let ref ← IO.mkRef { start with messages := parseMessages, infoState := trees }
  let ctx : Command.Context :=
    { fileName := ictx.fileName, fileMap := ictx.fileMap, snap? := none, cancelTk? := some token }
  let elaborate := if r.complete then Command.elabCommandTopLevel stx else Command.elabCommand stx
  let thrown ← match ← (elaborate ctx ref).toBaseIO with
    | .ok _ => pure false
    | .error _ => pure true
  let cs ← ref.get
  let cs := if running then requireCode (!scope.isNoncomputable) cs else cs
  let logged := if r.complete then withParseMessages parseMessages.toList cs.messages.toList else cs.messages.toList
  hook stx r.state cs
  let record : CommandRecord :=
    { kind := stx.getKind, stx, failed := thrown || anyList isError logged,
      variables := variableNames scope.varDecls.toList }
  let r : Elaborated :=
    { state := { cs with messages := {} }, messages := appendList r.messages logged,
      commands := record :: r.commands, stopped := r.stopped, complete := r.complete }
  if ← token.isSet then
    return { r with stopped := true }
  if Parser.isTerminalCommand stx then
    return r
  elaborateFrom ictx token stop hook next r

/-- Where the word `example` of an unnamed declaration stands. -/
partial def exampleAt (stx : Syntax) : Option Nat :=
  match stx with
  | .node _ kind args =>
    if kind == ``Lean.Parser.Command.example then
      match stx.getPos? with
      | some p => some p.byteIdx
      | none => none
    else
      first args.toList
  | _ => none
where
  first (args : List Syntax) : Option Nat :=
    match args with
    | [] => none
    | a :: rest =>
      match exampleAt a with
      | some p => some p
      | none => first rest

/-- Whether a `sorry` is written in a command, elaborated or not. -/
partial def writesSorry (stx : Syntax) : Bool :=
  match stx with
  | .node _ kind args =>
    kind == ``Lean.Parser.Term.sorry || kind == ``Lean.Parser.Tactic.tacticSorry || anyList writesSorry args.toList
  | _ => false

def commandJson (c : CommandRecord) : Json :=
  Json.mkObj [("kind", Json.str (nameText c.kind)), ("span", syntaxSpan c.stx), ("failed", Json.bool c.failed),
    ("sorry", Json.bool (writesSorry c.stx)),
    ("example", match exampleAt c.stx with | some p => num p | none => Json.null),
    ("variables", match exampleAt c.stx with | some _ => names c.variables | none => Json.arr #[])]

partial def commandsJson (cs : List CommandRecord) (acc : List Json) : List Json :=
  match cs with
  | [] => acc
  | c :: rest => commandsJson rest (commandJson c :: acc)

def kindText : ConstantInfo → String
  | .axiomInfo _ => "axiom"
  | .defnInfo _ => "def"
  | .thmInfo _ => "theorem"
  | .opaqueInfo _ => "opaque"
  | .quotInfo _ => "quot"
  | .inductInfo _ => "inductive"
  | .ctorInfo _ => "constructor"
  | .recInfo _ => "recursor"

def constantValue : ConstantInfo → Option Expr
  | .defnInfo v => some v.value
  | .thmInfo v => some v.value
  | .opaqueInfo v => some v.value
  | _ => none

/-- What a declaration says of holes: in its type, in its value (auxiliaries not followed). -/
def declarationJson (c : ConstantInfo) (range : DeclarationRange) : Json :=
  Json.mkObj [("name", Json.str (nameText (privateToUserName c.name))), ("kind", Json.str (kindText c)),
    ("start", positionJson range.pos), ("end", positionJson range.endPos),
    ("uses", names c.getUsedConstantsAsSet.toList),
    ("typeHole", Json.bool c.type.hasSorry),
    ("hole", Json.bool (match constantValue c with | some v => v.hasSorry | none => false))]

partial def entriesOf (ext : Name) (entries : List (Name × Array EnvExtensionEntry)) : List EnvExtensionEntry :=
  match entries with
  | [] => []
  | (n, es) :: rest => if n == ext then es.toList else entriesOf ext rest

unsafe def rangesOf (es : List EnvExtensionEntry) (acc : NameMap DeclarationRange) : NameMap DeclarationRange :=
  match es with
  | [] => acc
  | e :: rest =>
    let pair : Name × DeclarationRanges := unsafeCast e
    rangesOf rest (Std.TreeMap.insert acc pair.1 pair.2.range)

unsafe def declarationsFrom (cs : List ConstantInfo) (ranges : NameMap DeclarationRange) (acc : Array Json) : Array Json :=
  match cs with
  | [] => acc
  | c :: rest =>
    match Std.TreeMap.get? ranges c.name with
    | some r => declarationsFrom rest ranges (acc.push (declarationJson c r))
    | none => declarationsFrom rest ranges acc

/-- The declarations that a file made by name, with their place. -/
unsafe def declarationsJson (env : Environment) : IO (Array Json) := do
  let data ← mkModuleData env .private
  let ranges := rangesOf (entriesOf `Lean.declRangeExt data.entries.toList) {}
  return declarationsFrom data.constants.toList ranges #[]

end Bridge
