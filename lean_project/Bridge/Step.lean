import Lean
import Bridge.Apply
import Bridge.Holes

/-!
One tactic the way leanprover-community/repl runs it: with error recovery, so that what went wrong is a
message and a `sorry`; a `sorry` in the tactic is a further state; a finished proof is shown to the kernel.
For `prove repl`; the search uses `Apply`, which is stricter.
-/

namespace Bridge
open Lean Elab Meta

structure Stepped where
  state : LiveState
  messages : List Message
  traces : List String
  holes : List Hole
  status : String

inductive StepOutcome where
  | went (s : Stepped)
  | failed (error : String)
  | timedOut (limit : String)

partial def freeVariables (ds : List LocalDecl) (used : CollectFVars.State) (acc : Array Expr) : Array Expr :=
  match ds with
  | [] => acc
  | d :: rest => freeVariables rest used (if used.fvarSet.contains d.fvarId then acc.push d.toExpr else acc)

/-- `e` under binders for the local hypotheses it mentions. -/
partial def underBinders (e : Expr) : MetaM Expr := do
  if !e.hasFVar then return e
  let used := freeVariables (localDecls (← getLCtx)) (collectFVars {} e) #[]
  if used.size == 0 then return e
  underBinders (← mkLambdaFVars used e)

/-- What the repl says of a proof. Its words are part of the protocol. -/
def proofStatus (goals roots : List MVarId) : MetaM String := do
  match goals, roots with
  | _ :: _, _ => return "Incomplete: open goals remain"
  | [], [root] =>
    inGoal (← root.getDecl) do
      match (← getMCtx).getExprAssignmentCore? root with
      | none => return "Error: Goal not assigned"
      | some proof =>
        let proof ← instantiateMVars proof
        let type ← instantiateMVars (← inferType proof)
        let wanted ← instantiateMVars (← root.getType)
        if !(← isDefEq type wanted) then
          return "Error: proof has type " ++ (← ppExpr type).pretty ++ " but root goal has type " ++ (← ppExpr wanted).pretty
        let proof ← underBinders proof
        let type ← instantiateMVars (← inferType proof)
        if proof.hasExprMVar then
          return "Incomplete: contains metavariable(s)"
        let levels := collectLevelParams (collectLevelParams {} type) proof
        let declaration := Declaration.defnDecl
          { name := .anonymous, type, value := proof, levelParams := levels.params.toList, hints := .opaque, safety := .safe }
        match ← (try (do addDecl declaration; pure none) catch e => pure (some e)) with
        | some e => return "Error: kernel type check failed: " ++ (← e.toMessageData.toString)
        | none => return if proof.hasSorry then "Incomplete: contains sorry" else "Completed"
  | [], _ => return "Not verified: more than one initial goal"

partial def traceTexts (ts : List TraceElem) : IO (List String) := do
  match ts with
  | [] => return []
  | t :: rest => return (← t.msg.toString) :: (← traceTexts rest)

/-- What was logged before elaboration was given up, which is thrown without words of its own. -/
partial def errorTexts (ms : List Message) (acc : String) : IO String := do
  match ms with
  | [] => return acc
  | m :: rest =>
    if isError m then
      let text ← m.data.toString
      errorTexts rest (if acc == "" then text else acc ++ "\n" ++ text)
    else errorTexts rest acc

/-- A tactic, or a sequence of them; what does not parse so is read as the repl reads it, and its error is the repl's. -/
def parseStep (s : LiveState) (text : String) : Except String Syntax :=
  match parseTactics s text with
  | .ok stx => .ok stx
  | .error _ => Parser.runParserCategory s.core.env `tactic text

def runStep (s : LiveState) (stx : Syntax) (token : IO.CancelToken) : IO StepOutcome := do
  let context : Core.Context :=
    { s.coreContext with
      initHeartbeats := ← IO.getNumHeartbeats, cancelTk? := some token, inheritedTraceOptions := ← inheritedTraceOptions.get }
  let coreRef ← IO.mkRef { s.core with messages := {}, traceState := {}, infoState := { enabled := true } }
  let metaRef ← IO.mkRef s.metaState
  let termRef ← IO.mkRef s.term
  let tacticRef ← IO.mkRef ({ goals := s.goals } : Tactic.State)
  let tactic : TermElabM Unit := Tactic.evalTactic stx { elaborator := .anonymous } tacticRef
  let elaborate : TermElabM Unit := do
    tactic
    Term.synthesizeSyntheticMVarsNoPostponing
  let run : MetaM (List MVarId) := do
    elaborate { s.termContext with errToSorry := true } termRef
    pruned (← tacticRef.get).goals
  let inFirst : MetaM (List MVarId) := do
    match s.goals with
    | g :: _ => inGoal (← g.getDecl) run
    | [] => run
  let core : CoreM (List MVarId) := inFirst {} metaRef
  match ← (core context coreRef).toBaseIO with
  | .error e =>
    if e.isInterrupt then return .timedOut "wall"
    if e.isMaxHeartbeat then return .timedOut "heartbeats"
    match e with
    | .internal .. => return .failed (← errorTexts (← coreRef.get).messages.toList "")
    | .error .. => return .failed (← e.toMessageData.toString)
  | .ok goals =>
    let after ← coreRef.get
    let mctx := (← metaRef.get).mctx
    let scope : ContextInfo :=
      { env := s.core.env, fileMap := s.coreContext.fileMap, mctx, options := s.coreContext.options,
        currNamespace := s.coreContext.currNamespace, openDecls := s.coreContext.openDecls, ngen := after.ngen }
    let (_, holes) ← (inScope (elements after.infoState.trees) scope after.infoState.assignment).run []
    let state : LiveState :=
      { s with core := { after with messages := {}, traceState := {}, infoState := { enabled := false } }, metaState := { mctx },
                   term := ← termRef.get, goals }
    let traces ← traceTexts (elements after.traceState.traces)
    let (status, _, _) ← (state.until token).run (proofStatus goals s.roots)
    match status with
    | .error e => if e.isInterrupt then return .timedOut "wall" else return .failed (← e.toMessageData.toString)
    | .ok status => return .went { state, messages := after.messages.toList, traces, holes := reverseOnto holes [], status }
where
  inScope (trees : List InfoTree) (scope : ContextInfo) (assignment : PersistentHashMap MVarId InfoTree) : HoleM Unit := do
    match trees with
    | [] => return
    | t :: rest =>
      visit (t.substitute assignment) (some scope) none none
      inScope rest scope assignment

end Bridge
