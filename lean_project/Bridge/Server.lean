import Lean
import Bridge.Clock
import Bridge.Slots
import Bridge.Apply
import Bridge.Cut
import Bridge.Constructs
import Bridge.Holes
import Bridge.Replay
import Bridge.Premises
import Bridge.Signatures
import Bridge.Trees
import Bridge.Step

/-!
The server: reads one request a line, answers each, holds environments and live states by number
until the host releases them.
-/

namespace Bridge
open Lean Elab Meta

structure Session where
  wire : Wire
  clock : Clock
  envs : Slots Command.State := {}
  states : Slots LiveState := {}

abbrev ServerM := StateRefT Session IO

def wire : ServerM Wire := return (← get).wire

def keepEnv (cs : Command.State) : ServerM Nat := do
  let s ← get
  let (n, envs) := s.envs.put cs
  set { s with envs }
  return n

def keepState (st : LiveState) : ServerM Nat := do
  let s ← get
  let (n, states) := s.states.put st
  set { s with states }
  return n

def hello (id : Nat) : ServerM Unit := do
  (← wire).send id "done" [("protocol", num protocolVersion), ("lean", Json.str Lean.versionString),
    ("githash", Json.str Lean.githash), ("watchdog", Json.bool (← get).clock.running)]

def header (id : Nat) (j : Json) : ServerM Unit := do
  let h ← parseHeader (inputOf (getStr j "text"))
  let messages ← messagesJson h.messages #[]
  (← wire).send id "done" [("imports", Json.arr (mapList importJson h.imports).toArray), ("module", Json.bool h.isModule),
    ("end", num h.next.pos.byteIdx), ("messages", Json.arr messages)]

unsafe def importModulesOp (id : Nat) (j : Json) : ServerM Unit := do
  let modules := mapList textName (strings (getList j "modules"))
  match ← missingModules modules with
  | [] =>
    let started ← IO.monoMsNow
    let r ← try (do let env ← importEnv modules; pure (Except.ok env)) catch e => pure (Except.error (toString e))
    match r with
    | .ok env =>
      let cs := requireCode (!codeOptional) (Command.mkState env {} (Options.empty.setBool `Elab.async false))
      let n ← keepEnv cs
      (← wire).send id "done" [("env", num n), ("ms", num ((← IO.monoMsNow) - started))]
    | .error e => (← wire).fail id "import_failed" e
  | missing => (← wire).fail id "missing_module" "some imported modules have no compiled file" [("modules", names missing)]

def withTrees (cs : Command.State) (wanted : Bool) : Command.State :=
  { cs with infoState := { cs.infoState with enabled := wanted } }

/-- A command with holes: the state before it is kept, so that the command alone can be tried again. -/
structure HoleCommand where
  stx : Syntax
  before : Command.State
  after : Environment
  macroScope : Nat
  holes : List Hole

/-- Opens the holes of one command and reports each. -/
partial def openHoles (c : HoleCommand) (env : Nat) (token : IO.CancelToken) (hs : List Hole) (acc : Array Json) : ServerM (Array Json) := do
  match hs with
  | [] => return acc
  | h :: rest =>
    let common := [("span", syntaxSpan h.stx), ("tactic", Json.bool h.tactic), ("original", Json.bool h.original),
      ("declaration", match h.context.parentDecl? with | some n => Json.str (nameText (privateToUserName n)) | none => Json.null),
      ("command", syntaxSpan c.stx), ("before", num env), ("inSignature", Json.bool (inSpan h.stx.getPos? (signatureSpan c.stx)))]
    match ← openHole c.before.env c.after c.macroScope h with
    | .error e =>
      let text ← e.toMessageData.toString
      openHoles c env token rest (acc.push (Json.mkObj (("error", Json.str text) :: common)))
    | .ok opened =>
      match ← describe (opened.state.until token) with
      | .error e =>
        let text ← e.toMessageData.toString
        openHoles c env token rest (acc.push (Json.mkObj (("error", Json.str text) :: common)))
      | .ok fields =>
        let n ← keepState opened.state
        let more := ("state", num n) :: ("prop", Json.bool opened.isProp) :: ("coupled", Json.bool opened.coupled) :: fields
        openHoles c env token rest (acc.push (Json.mkObj (appendList more common)))

unsafe def holesHook (fileMap : FileMap) (found : IO.Ref (Array HoleCommand)) (suggested : IO.Ref (List Suggestion)) :
    CommandHook := fun stx before after => do
  let (_, ss) ← (suggestionsIn fileMap (elements after.infoState.trees) after.infoState.assignment).run []
  suggested.modify fun acc => reverseOnto (reverseOnto ss []) acc
  let (_, hs) ← (visitTrees (elements after.infoState.trees) after.infoState.assignment).run []
  match hs with
  | [] => return
  | _ => found.modify fun a => a.push { stx, before, after := after.env, macroScope := after.nextMacroScope, holes := reverseOnto hs [] }

partial def openAll (found : List HoleCommand) (token : IO.CancelToken) (acc : Array Json) : ServerM (Array Json) := do
  match found with
  | [] => return acc
  | c :: rest =>
    let env ← keepEnv (withTrees { c.before with messages := {} } false)
    openAll rest token (← openHoles c env token c.holes acc)

/-- What is told of commands for `prove repl` alone: tactics, beginnings of proofs, trees. -/
structure Told where
  nodes : List (Environment × Nat × Nodes) := []
  trees : Array Json := #[]

def treesHook (wantNodes : Bool) (which : String) (told : IO.Ref Told) : CommandHook := fun _ before after => do
  let trees := elements after.infoState.trees
  let assignment := after.infoState.assignment
  if wantNodes then
    let (_, nodes) ← (tacticNodes trees assignment).run {}
    told.modify fun t => { t with nodes := (before.env, after.nextMacroScope, nodes) :: t.nodes }
  if which != "" then
    let json ← treesJson which trees assignment (← told.get).trees
    told.modify fun t => { t with trees := json }

partial def openNodes (ns : List TacticNode) (before : Environment) (macroScope : Nat) (acc : Array Json) : ServerM (Array Json) := do
  match ns with
  | [] => return acc
  | n :: rest =>
    let st ← nodeState before macroScope n
    let goals ← match ← printState st with | .ok goals => pure goals | .error _ => pure (Json.arr #[])
    let state ← keepState st
    openNodes rest before macroScope (acc.push (Json.mkObj [("span", syntaxSpan n.stx), ("text", Json.str n.text), ("goals", goals),
      ("uses", names n.uses), ("state", num state)]))

partial def openTold (of : Nodes → List TacticNode) (told : List (Environment × Nat × Nodes)) (acc : Array Json) : ServerM (Array Json) := do
  match told with
  | [] => return acc
  | (before, macroScope, nodes) :: rest => openTold of rest (← openNodes (reverseOnto (of nodes) []) before macroScope acc)

unsafe def elaborateOp (id : Nat) (j : Json) : ServerM Unit := do
  let some cs := (← get).envs.get (getNat j "env") | (← wire).fail id "unknown_env" "no such environment"
  let wantHoles := getBool j "holes"
  let ictx := inputOf (getStr j "text")
  let next : Parser.ModuleParserState := { pos := ⟨getNat j "from"⟩ }
  let heartbeats := getNat j "heartbeats"
  let cs := if heartbeats == 0 then cs else
    match cs.scopes with
    | s :: rest => { cs with scopes := { s with opts := s.opts.setNat `maxHeartbeats heartbeats } :: rest }
    | [] => cs
  let found ← IO.mkRef #[]
  let suggested ← IO.mkRef []
  let started ← IO.monoMsNow
  let built ← IO.mkRef #[]
  let wantConstructs := getBool j "constructs"
  let wantNodes := getBool j "tactics"
  let which := getStr j "trees"
  let told ← IO.mkRef ({} : Told)
  let hook : CommandHook := fun stx before after => do
    if wantHoles then
      holesHook ictx.fileMap found suggested stx before after
    if wantConstructs then
      built.modify fun a => a.push (commandConstructs stx after)
    if wantNodes || which != "" then
      treesHook wantNodes which told stx before after
  let clock := (← get).clock
  let token ← clock.arm (getNat j "wall_ms")
  let r ← elaborateFrom ictx token (getNat j "to") hook next
    { state := withTrees cs (wantHoles || wantConstructs || wantNodes || which != ""), messages := [], commands := [], stopped := false,
      complete := getBool j "complete" }
  let elapsed := (← IO.monoMsNow) - started
  let holes ← openAll (← found.get).toList token #[]
  let nodes := reverseOnto (← told.get).nodes []
  let tactics ← openTold Nodes.tactics nodes #[]
  let roots ← if getBool j "roots" then openTold Nodes.roots nodes #[] else pure #[]
  clock.disarm
  let messages ← messagesJson r.messages #[]
  let declarations ← if getBool j "declarations" then declarationsJson r.state.env else pure #[]
  let n ← if getBool j "keep" then keepEnv (withTrees r.state false) else pure 0
  (← wire).send id "done" [("env", num n), ("messages", Json.arr messages), ("stopped", Json.bool r.stopped),
    ("commands", Json.arr (commandsJson r.commands []).toArray), ("holes", Json.arr holes), ("constructs", Json.arr (← built.get)),
    ("declarations", Json.arr declarations), ("tactics", Json.arr tactics), ("roots", Json.arr roots), ("trees", Json.arr (← told.get).trees),
    ("suggestions", Json.arr (suggestionsJson (reverseOnto (← suggested.get) []) #[])), ("scopes", num (scopeCount r.state.scopes)), ("ms", num elapsed)]
where
  scopeCount (scopes : List Command.Scope) : Nat :=
    match scopes with
    | [] => 0
    | _ :: rest => scopeCount rest + 1

partial def messageTexts (ms : List Message) (acc : Array Json) : IO (Array Json) := do
  match ms with
  | [] => return acc
  | m :: rest =>
    let text ← m.data.toString
    messageTexts rest (acc.push (Json.mkObj [("severity", Json.str (severityText m.severity)), ("text", Json.str text)]))

/-- An outcome's fields, and whether it is a solution. Describing what a tactic left is part of its time. -/
def outcomeFields (a : Applied) (token : IO.CancelToken) : ServerM (List (String × Json) × Bool) := do
  match a.outcome with
  | .solved => return ([("status", Json.str "solved"), ("uses", names a.uses)], true)
  | .failed reason => return ([("status", Json.str "failed"), ("reason", Json.str reason)], false)
  | .timedOut limit => return ([("status", Json.str "timeout"), ("reason", Json.str limit)], false)
  | .progress st =>
    match ← describe (st.until token) with
    | .error e =>
      if e.isInterrupt then
        return ([("status", Json.str "timeout"), ("reason", Json.str "wall")], false)
      else
        let text ← e.toMessageData.toString
        return ([("status", Json.str "failed"), ("reason", Json.str "undescribable"), ("error", Json.str text)], false)
    | .ok fields =>
      let n ← keepState st
      return (("status", Json.str "progress") :: ("state", num n) :: ("uses", names a.uses) :: fields, false)

/-- Tries a batch of tactics on one state. Each outcome is preceded by `started`, so that the host
knows which tactic was running when a process died. -/
partial def applyBatch (id : Nat) (st : LiveState) (tactics : List String) (index heartbeats wallMs deadline : Nat) (stopAtSolved : Bool)
    (avoid : NameSet) : ServerM Unit := do
  match tactics with
  | [] => (← wire).send id "done" [("tried", num index)]
  | t :: rest =>
    let started ← IO.monoMsNow
    if deadline > 0 && started ≥ deadline then
      (← wire).send id "done" [("tried", num index), ("deadline", Json.bool true)]
    else
      (← wire).send id "started" [("index", num index)]
      let left := if deadline > 0 then deadline - started else wallMs
      let limit := if wallMs == 0 then left else if left < wallMs then left else wallMs
      let clock := (← get).clock
      let token ← clock.arm limit
      let a ← applyText st t heartbeats token avoid
      let (fields, solved) ← outcomeFields a token
      clock.disarm
      let texts ← messageTexts a.messages #[]
      let elapsed := (← IO.monoMsNow) - started
      (← wire).send id "outcome" (("index", num index) :: ("ms", num elapsed) :: ("heartbeats", num a.heartbeats) ::
        ("messages", Json.arr texts) :: appendList fields (if a.error == "" then [] else [("error", Json.str a.error)]))
      if solved && stopAtSolved then
        (← wire).send id "done" [("tried", num (index + 1))]
      else
        applyBatch id st rest (index + 1) heartbeats wallMs deadline stopAtSolved avoid

def applyOp (id : Nat) (j : Json) : ServerM Unit := do
  let some st := (← get).states.get (getNat j "state") | (← wire).fail id "unknown_state" "no such state"
  let total := getNat j "total_ms"
  let now ← IO.monoMsNow
  let deadline := if total == 0 then 0 else now + total
  let avoid := insertAll (mapList textName (strings (getList j "avoid"))) {}
  applyBatch id st (strings (getList j "tactics")) 0 (getNat j "heartbeats") (getNat j "wall_ms") deadline
    (getBool j "stop_at_solved") avoid

/-- The steps of a script for a state. Nothing is run. -/
def cutOp (id : Nat) (j : Json) : ServerM Unit := do
  let some st := (← get).states.get (getNat j "state") | (← wire).fail id "unknown_state" "no such state"
  (← wire).send id "done" (cutScript st (getStr j "script"))

def printOp (id : Nat) (j : Json) : ServerM Unit := do
  let some st := (← get).states.get (getNat j "state") | (← wire).fail id "unknown_state" "no such state"
  match ← printState st with
  | .ok goals => (← wire).send id "done" [("goals", goals)]
  | .error e =>
    let text ← e.toMessageData.toString
    (← wire).fail id "undescribable" text

/-- The states at the `sorry`s of a tactic. Their proof is done when the whole proof is. -/
partial def keepHoles (hs : List Hole) (env : Environment) (macroScope : Nat) (roots : List MVarId) (acc : Array Json) :
    ServerM (Array Json) := do
  match hs with
  | [] => return acc
  | h :: rest =>
    match ← openHole env env macroScope h with
    | .error _ => keepHoles rest env macroScope roots acc
    | .ok opened =>
      let n ← keepState { opened.state with roots }
      keepHoles rest env macroScope roots (acc.push (num n))

/-- One tactic the way the repl runs it. -/
def stepOp (id : Nat) (j : Json) : ServerM Unit := do
  let some st := (← get).states.get (getNat j "state") | (← wire).fail id "unknown_state" "no such state"
  match parseStep st (getStr j "tactic") with
  | .error e => (← wire).send id "done" [("status", Json.str "failed"), ("error", Json.str e)]
  | .ok stx =>
    let clock := (← get).clock
    let outcome ← runStep st stx (← clock.arm (getNat j "wall_ms"))
    clock.disarm
    match outcome with
    | .failed e => (← wire).send id "done" [("status", Json.str "failed"), ("error", Json.str e)]
    | .timedOut limit => (← wire).send id "done" [("status", Json.str "timeout"), ("reason", Json.str limit)]
    | .went s =>
      let goals ← match ← printState s.state with | .ok goals => pure goals | .error _ => pure (Json.arr #[])
      let holes ← keepHoles s.holes s.state.core.env s.state.core.nextMacroScope st.roots #[]
      let n ← keepState s.state
      (← wire).send id "done" [("status", Json.str "done"), ("state", num n), ("goals", goals), ("holes", Json.arr holes),
        ("messages", Json.arr (← messageTexts s.messages #[])), ("traces", Json.arr (mapList Json.str s.traces).toArray),
        ("proof", Json.str s.status)]

partial def pick (goals : List MVarId) (wanted : List Nat) (index : Nat) : List MVarId :=
  match goals with
  | [] => []
  | g :: rest => if anyList (· == index) wanted then g :: pick rest wanted (index + 1) else pick rest wanted (index + 1)

/-- Milliseconds for describing a state; the host waits longer. -/
def focusMs : Nat := 20000

/-- A state with some of the goals only: they are its roots. Refused when they share a
metavariable with those left out. -/
def focusOp (id : Nat) (j : Json) : ServerM Unit := do
  let some st := (← get).states.get (getNat j "state") | (← wire).fail id "unknown_state" "no such state"
  let goals := pick st.goals (nats (getList j "goals")) 0
  if isNil goals then
    (← wire).fail id "no_goals" "none of the goals asked for is there"
  else
    let st : LiveState := { st with goals, roots := goals }
    let clock := (← get).clock
    let described ← describe (st.until (← clock.arm focusMs))
    clock.disarm
    match described with
    | .error e =>
      let text ← e.toMessageData.toString
      (← wire).fail id "undescribable" text
    | .ok fields =>
      let n ← keepState st
      (← wire).send id "done" (("state", num n) :: fields)

partial def Slots.keepOnly {α : Type} (s : Slots α) (kept : List Nat) (i : Nat) : Slots α :=
  if h : i < s.cells.size then
    match s.cells[i] with
    | some (serial, _) =>
      let n := serial * slotWidth + i
      if anyList (· == n) kept then s.keepOnly kept (i + 1) else (s.drop n).keepOnly kept (i + 1)
    | none => s.keepOnly kept (i + 1)
  else s

/-- Frees states and environments by number or, with `all`, all of them but the environments in `keep`. -/
def release (id : Nat) (j : Json) : ServerM Unit := do
  if getBool j "all" then
    modify fun s => { s with states := s.states.keepOnly [] 0, envs := s.envs.keepOnly (nats (getList j "keep")) 0 }
  else
    modify fun s => { s with states := s.states.dropAll (nats (getList j "states")), envs := s.envs.dropAll (nats (getList j "envs")) }
  (← wire).send id "done" [("states", num (← get).states.live), ("envs", num (← get).envs.live)]

def exportOp (id : Nat) (j : Json) : ServerM Unit := do
  let some cs := (← get).envs.get (getNat j "env") | (← wire).fail id "unknown_env" "no such environment"
  match getStr j "module" with
  | "" =>
    let constants ← exportConstants cs.env
    (← wire).send id "done" [("export", constants)]
  | name =>
    match ← exportModule cs.env (textName name) with
    | some constants => (← wire).send id "done" [("export", constants)]
    | none => (← wire).fail id "unknown_module" "no such module is imported"

/-- The environment `env` as the start of a module's own commands. -/
def beginOp (id : Nat) (j : Json) : ServerM Unit := do
  let some cs := (← get).envs.get (getNat j "env") | (← wire).fail id "unknown_env" "no such environment"
  let n ← keepEnv (asModule cs (textName (getStr j "module")))
  (← wire).send id "done" [("env", num n)]

/-- Writes `env` as a compiled module into a file of the scratch folder. -/
def saveOp (id : Nat) (j : Json) : ServerM Unit := do
  let some cs := (← get).envs.get (getNat j "env") | (← wire).fail id "unknown_env" "no such environment"
  writeModule cs.env (getStr j "file")
  (← wire).send id "done" []

def replayOp (id : Nat) (j : Json) : ServerM Unit := do
  let some cs := (← get).envs.get (getNat j "env") | (← wire).fail id "unknown_env" "no such environment"
  let clock := (← get).clock
  let token ← clock.arm (getNat j "wall_ms")
  let started ← IO.monoMsNow
  let r ← replay cs.env token (getNat j "heartbeats").toUSize j
  clock.disarm
  let ms := ("ms", num ((← IO.monoMsNow) - started))
  match r with
  | .error e => (← wire).fail id "malformed_export" e
  | .ok (.refused i code) => (← wire).send id "done" [("accepted", Json.bool false), ("index", num i), ("code", Json.str code), ms]
  | .ok (.accepted env) =>
    let constants ← exportConstants env (getBool j "details")
    (← wire).send id "done" [("accepted", Json.bool true), ("export", constants), ms]

/-- The imported modules with their numbers of constants; with `own`, the theorems of the file itself; else those of
the imported modules from number `from` on, for about `wall_ms`. -/
def premisesOp (id : Nat) (j : Json) : ServerM Unit := do
  let some cs := (← get).envs.get (getNat j "env") | (← wire).fail id "unknown_env" "no such environment"
  let env := cs.env
  match getStr j "what" with
  | "modules" =>
    let modules := moduleSizes env.header.moduleNames.toList env.header.moduleData.toList #[]
    (← wire).send id "done" [("modules", Json.arr modules)]
  | "own" =>
    let data ← mkModuleData env .private
    let (rows, s) ← (ownPremises env data.constants.toList #[]).run {}
    (← wire).send id "done" [("names", Json.arr s.nameRows), ("rows", Json.arr rows)]
  | _ =>
    let deadline := (← IO.monoMsNow) + getNat j "wall_ms"
    let ((next, modules), s) ← (premisesOf env (getNat j "from") deadline #[]).run {}
    (← wire).send id "done" [("names", Json.arr s.nameRows), ("next", num next), ("modules", Json.arr modules),
      ("done", Json.bool (next == env.header.moduleData.size))]

/-- The statements of declarations, as `#check` prints them at a state, or else in an environment. -/
def signaturesOp (id : Nat) (j : Json) : ServerM Unit := do
  let reading ← match (← get).states.get (getNat j "state"), (← get).envs.get (getNat j "env") with
    | some st, _ => pure (Reading.ofState st)
    | none, some cs => pure (Reading.ofCommands cs)
    | none, none => return ← (← wire).fail id "unknown_env" "no such environment or state"
  let clock := (← get).clock
  let token ← clock.arm (getNat j "wall_ms")
  let rows ← reading.signatures token (mapList textName (strings (getList j "names"))) #[]
  clock.disarm
  (← wire).send id "done" [("signatures", Json.arr rows)]

def stats (id : Nat) : ServerM Unit := do
  let s ← get
  (← wire).send id "done" [("states", num s.states.live), ("envs", num s.envs.live), ("heartbeats", num (← IO.getNumHeartbeats))]

unsafe def dispatch (id : Nat) (op : String) (j : Json) : ServerM Unit := do
  match op with
  | "hello" => hello id
  | "header" => header id j
  | "import" => importModulesOp id j
  | "elaborate" => elaborateOp id j
  | "apply" => applyOp id j
  | "focus" => focusOp id j
  | "cut" => cutOp id j
  | "signatures" => signaturesOp id j
  | "print" => printOp id j
  | "step" => stepOp id j
  | "release" => release id j
  | "export" => exportOp id j
  | "begin" => beginOp id j
  | "save" => saveOp id j
  | "replay" => replayOp id j
  | "premises" => premisesOp id j
  | "stats" => stats id
  | _ => (← wire).fail id "unknown_op" op

unsafe def answer (line : String) : ServerM Unit := do
  match Json.parse line with
  | .error e => (← wire).fail 0 "bad_json" e
  | .ok j =>
    let id := getNat j "id"
    try dispatch id (getStr j "op") j
    catch e => (← wire).fail id "failed" (toString e)

unsafe def serve (h : IO.FS.Stream) : ServerM Unit := do
  let line ← h.getLine
  if line.isEmpty then return
  answer line
  serve h

/-- Reads the first line (`{"nonce": ..., "watchdog": bool}`) and serves until standard input ends. -/
unsafe def main : IO Unit := do
  let h ← IO.getStdin
  let first ← h.getLine
  match Json.parse first with
  | .error _ => (← IO.getStderr).putStrLn "the first line must be the greeting"
  | .ok j =>
    let clock ← Clock.start (getBool j "watchdog" true)
    let out : Wire := { nonce := getStr j "nonce", out := ← IO.getStdout }
    let session : Session := { wire := out, clock }
    let run : ServerM Unit := do
      hello (getNat j "id")
      serve h
    let ref ← IO.mkRef session
    run ref
    -- The embedded engine's `runInit` would look for a declaration to keep the result in.
    IO.Process.exit 0

end Bridge
