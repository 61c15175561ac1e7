import Lean
import Bridge.Frontend
import Bridge.State

/-!
One tactic on one state. Error recovery and error-to-sorry are off; a tactic counts only when it
logged no error, used no `sorry` and left nothing open outside the goals it lists.
-/

namespace Bridge
open Lean Elab Meta

inductive Outcome where
  | progress (state : LiveState)
  | solved
  | failed (reason : String)
  | timedOut (limit : String)

structure Applied where
  outcome : Outcome
  messages : List Message
  /-- What was thrown, if anything, as text. -/
  error : String := ""
  heartbeats : Nat := 0
  /-- Constants in what the tactic made: all of them where nothing is left, else the theorems. -/
  uses : List Name := []

def parseTactics (s : LiveState) (text : String) : Except String Syntax :=
  let ictx := inputOf text
  let pmctx : Parser.ParserModuleContext :=
    { env := s.core.env, options := s.coreContext.options, currNamespace := s.coreContext.currNamespace,
      openDecls := s.coreContext.openDecls }
  let parser := Parser.andthenFn Parser.whitespace Parser.Tactic.tacticSeq.fn
  let st := parser.run ictx pmctx (Parser.getTokenTable s.core.env) (Parser.mkParserState text)
  if st.hasError then .error (st.toErrorMsg ictx)
  else if RawPos.endsText st.pos text then .ok st.stxStack.back
  else .error "unexpected text after the tactic"

partial def pruned (gs : List MVarId) : MetaM (List MVarId) := do
  match gs with
  | [] => return []
  | g :: rest =>
    let done ← g.isAssigned
    let more ← pruned rest
    return if done then more else g :: more

partial def containsAll (ms goals : List MVarId) : Bool :=
  match ms with
  | [] => true
  | m :: rest => hasMVarId m goals && containsAll rest goals

def isAvoided (avoid : NameSet) (n : Name) : Bool := avoid.contains n

/-- Why a finished step does not count, if it does not. -/
def objection (scanned : Scanned) (goals : List MVarId) (logged : List Message) (avoid : NameSet) : Option String :=
  if anyList isError logged then some "logged_error"
  else if scanned.hasSorry then some "sorry"
  else if !containsAll scanned.holes goals then some "open_metavariable"
  else if isNil goals && scanned.levelHoles then some "open_level"
  else if anyList (isAvoided avoid) scanned.consts.toList then some "uses_open_declaration"
  else none

def exceptionCode (e : Exception) : String :=
  if e.isMaxRecDepth then "recursion" else "error"

def isTheorem (env : Environment) (n : Name) : Bool :=
  match env.find? n with
  | some (.thmInfo _) => true
  -- What the embedded engine has of a theorem.
  | some (.axiomInfo _) => true
  | _ => false

partial def sameVariables (xs ys : List MVarId) : Bool :=
  match xs, ys with
  | [], [] => true
  | x :: xs, y :: ys => x.name == y.name && sameVariables xs ys
  | _, _ => false

/-- Runs a parsed tactic sequence. `heartbeats` in the unit of `maxHeartbeats`, 0: no limit. -/
def runTactics (s : LiveState) (stx : Syntax) (heartbeats : Nat) (token : IO.CancelToken) (avoid : NameSet) : IO Applied := do
  let started ← IO.getNumHeartbeats
  let context : Core.Context :=
    { s.coreContext with
      initHeartbeats := started, maxHeartbeats := heartbeats * 1000, cancelTk? := some token,
      options := s.coreContext.options.setNat `maxHeartbeats heartbeats }
  let coreRef ← IO.mkRef { s.core with messages := {} }
  let metaRef ← IO.mkRef s.metaState
  let termRef ← IO.mkRef s.term
  let tacticRef ← IO.mkRef ({ goals := s.goals } : Tactic.State)
  let tactic : TermElabM Unit := Tactic.evalTactic stx { elaborator := .anonymous, recover := false } tacticRef
  let elaborate : TermElabM Unit := do
    tactic
    Term.synthesizeSyntheticMVarsNoPostponing
  let run : MetaM (List MVarId × Scanned × List Name) := do
    elaborate s.termContext termRef
    let goals ← pruned (← tacticRef.get).goals
    let scanned ← scanAll s.roots {}
    if isNil goals then return (goals, scanned, scanned.consts.toList)
    -- A state that was focused is its own root: what the tactic made is all there is.
    let own ← if sameVariables s.roots s.goals then pure scanned else scanAll s.goals {}
    return (goals, scanned, filterList (isTheorem s.core.env) own.consts.toList)
  let inFirst : MetaM (List MVarId × Scanned × List Name) := do
    match s.goals with
    | g :: _ => inGoal (← g.getDecl) run
    | [] => run
  let core : CoreM (List MVarId × Scanned × List Name) := inFirst {} metaRef
  let result ← (core context coreRef).toBaseIO
  let spent := (← IO.getNumHeartbeats) - started
  let after ← coreRef.get
  let messages := after.messages.toList
  let answer (outcome : Outcome) (error : String := "") (uses : List Name := []) : Applied :=
    { outcome, messages, error, heartbeats := spent / 1000, uses }
  match result with
  | .error e =>
    if e.isInterrupt then
      return answer (.timedOut "wall")
    else if e.isMaxHeartbeat then
      return answer (.timedOut "heartbeats")
    else
      return answer (.failed (exceptionCode e)) (← e.toMessageData.toString)
  | .ok (goals, scanned, uses) =>
    match objection scanned goals messages avoid with
    | some reason => return answer (.failed reason)
    | none =>
      if isNil goals then
        return answer .solved "" uses
      else
        let state : LiveState :=
          { s with core := { after with messages := {} }, metaState := { mctx := (← metaRef.get).mctx }, term := ← termRef.get, goals }
        return answer (.progress state) "" uses

def applyText (s : LiveState) (text : String) (heartbeats : Nat) (token : IO.CancelToken) (avoid : NameSet) : IO Applied := do
  match parseTactics s text with
  | .error e => return { outcome := .failed "parse", messages := [], error := e }
  | .ok stx => runTactics s stx heartbeats token avoid

end Bridge
