import Lean
import Bridge.Holes

/-!
What elaboration met, as leanprover-community/repl tells it: the tactics of a command, each with the goals
before it; the goals a proof begins with; the information trees as JSON.
-/

namespace Bridge
open Lean Elab Meta

/-- A state in the scope of a node of an information tree, with no goals. -/
def contextState (ctx : ContextInfo) (mctx : MetavarContext) (nextMacroScope : Nat) : LiveState :=
  { core := { env := ctx.env, ngen := ctx.ngen, nextMacroScope, infoState := { enabled := false } },
    metaState := { mctx }, term := {},
    coreContext :=
      { fileName := "<tactic>", fileMap := ctx.fileMap, options := boundedPrinting ctx.options, currNamespace := ctx.currNamespace,
        openDecls := ctx.openDecls, maxRecDepth := maxRecDepth.get ctx.options, maxHeartbeats := 0 },
    termContext := { errToSorry := false, declName? := ctx.parentDecl? }, roots := [], goals := [] }

/-- What `act` gives in that scope; `failed` where it throws. -/
def inContext {α : Type} (ctx : ContextInfo) (mctx : MetavarContext) (failed : α) (act : MetaM α) : IO α := do
  let (r, _, _) ← (contextState ctx mctx firstFrontendMacroScope).run act
  match r with
  | .ok a => return a
  | .error _ => return failed

/-- Goals as Lean prints them. -/
partial def printGoals (gs : List MVarId) (acc : Array String) : MetaM (Array String) := do
  match gs with
  | [] => return acc
  | g :: rest => printGoals rest (acc.push (← ppGoal g).pretty)

def texts (xs : Array String) : Json := Json.arr (mapArray Json.str xs)

/-- The goals of a live state, as Lean prints them. -/
def printState (s : LiveState) : IO (Except Exception Json) := do
  let options := boundedPrinting s.coreContext.options
  let (r, _, _) ← LiveState.run { s with coreContext := { s.coreContext with options } } (printGoals s.goals #[])
  match r with
  | .ok gs => return .ok (texts gs)
  | .error e => return .error e

def unprintable : String := "<failed to pretty print>"

def printTactic (ctx : ContextInfo) (mctx : MetavarContext) (stx : Syntax) : IO String :=
  inContext ctx mctx unprintable do return (← PrettyPrinter.ppTactic ⟨stx⟩).pretty

/-- Whether a node of this kind only puts tactics together. -/
def putsTogether (kind : Name) : Bool :=
  anyList (kind == ·)
    [`null, ``cdot, ``cdotTk, ``Lean.Parser.Term.byTactic, ``Lean.Parser.Tactic.tacticSeq,
      ``Lean.Parser.Tactic.tacticSeq1Indented, ``Lean.Parser.Tactic.«tactic_<;>_», ``Lean.Parser.Tactic.paren]

def isSubstantive (i : TacticInfo) : Bool :=
  match i.stx with
  | .node _ kind _ => !putsTogether kind
  | _ => false

/-- One tactic met, or (`text` empty) the beginning of a proof. -/
structure TacticNode where
  stx : Syntax
  context : ContextInfo
  mctx : MetavarContext
  goals : List MVarId
  roots : List MVarId
  uses : List Name
  text : String

partial def usedBy (gs : List MVarId) (mctx : MetavarContext) (seen : List MVarId) (acc : NameSet) : NameSet × List MVarId :=
  match gs with
  | [] => (acc, seen)
  | g :: rest =>
    if hasMVarId g seen then usedBy rest mctx seen acc
    else match mctx.getExprAssignmentCore? g with
      | none => usedBy rest mctx (g :: seen) acc
      | some e =>
        let (acc, seen) := usedBy (Lean.Expr.collectMVars {} e).result.toList mctx (g :: seen) (insertAll e.getUsedConstants.toList acc)
        usedBy rest mctx seen acc

structure Nodes where
  tactics : List TacticNode := []
  roots : List TacticNode := []

abbrev NodesM := StateRefT Nodes IO

partial def visitTactics (tree : InfoTree) (ctx : Option ContextInfo) (proof : List MVarId) (inside : Bool) : NodesM Unit := do
  match tree with
  | .context c t => visitTactics t (c.mergeIntoOuter? ctx) proof inside
  | .hole _ => return
  | .node info children =>
    match info, ctx with
    | .ofTacticInfo i, some c =>
      let node : TacticNode :=
        { stx := i.stx, context := c, mctx := i.mctxBefore, goals := i.goalsBefore, roots := i.goalsBefore, uses := [], text := "" }
      if !inside then
        modify fun s => { s with roots := node :: s.roots }
      let proof ← if isOriginal i.stx && isSubstantive i then do
          let roots := if isNil proof then i.goalsBefore else proof
          let text ← printTactic c i.mctxBefore i.stx
          let uses := (usedBy i.goalsBefore i.mctxAfter [] {}).1.toList
          modify fun s => { s with tactics := { node with roots, uses, text } :: s.tactics }
          pure proof
        else pure proof
      visitAll (elements children) ctx proof true
    | _, _ => visitAll (elements children) ctx proof inside
where
  visitAll (ts : List InfoTree) (ctx : Option ContextInfo) (proof : List MVarId) (inside : Bool) : NodesM Unit := do
    match ts with
    | [] => return
    | t :: rest =>
      visitTactics t ctx proof inside
      visitAll rest ctx proof inside

partial def tacticNodes (trees : List InfoTree) (assignment : PersistentHashMap MVarId InfoTree) : NodesM Unit := do
  match trees with
  | [] => return
  | t :: rest =>
    visitTactics (t.substitute assignment) none [] false
    tacticNodes rest assignment

/-- The state before a tactic. Its environment is the one before the command, as for a hole. -/
def nodeState (before : Environment) (macroScope : Nat) (n : TacticNode) : IO LiveState := do
  let s := contextState n.context n.mctx macroScope
  let needed ← inContext n.context n.mctx [] do return (← scanTypes n.goals {}).consts.toList
  let options := n.context.options
  return { s with
    core := { s.core with env := holeEnv before n.context needed }, coreContext := { s.coreContext with options },
    roots := n.roots, goals := n.goals }
where
  scanTypes (gs : List MVarId) (r : Scanned) : MetaM Scanned := do
    match gs with
    | [] => return r
    | g :: rest => scanTypes rest (← scan (← g.getDecl).type r)

/-- Which nodes of a tree are told: all of them (`full`), the tactics, those written by hand among them
(`original`), or those that do more than put others together (`substantive`). -/
def isTold (which : String) (info : Info) : Bool :=
  if which == "full" then true else
  match info with
  | .ofTacticInfo i =>
    if which == "original" then isOriginal i.stx
    else if which == "substantive" then isSubstantive i
    else true
  | _ => false

def placeJson (p : Position) : Json :=
  Json.mkObj [("line", num p.line), ("column", num p.column)]

def kindName (stx : Syntax) : Json := Json.str (nameText stx.getKind)

def syntaxJson (stx : Syntax) (ctx : ContextInfo) (text : Json) : Json :=
  let first := match stx.getPos? with | some p => p | none => ⟨0⟩
  let last := match stx.getTailPos? with | some p => p | none => first
  Json.mkObj [("pp", text), ("kind", kindName stx), ("argKinds", Json.arr (mapArray kindName stx.getArgs)),
    ("range", Json.mkObj [("synthetic", Json.bool (!isOriginal stx)), ("start", placeJson (ctx.fileMap.toPosition first)),
      ("finish", placeJson (ctx.fileMap.toPosition last))])]

def elaboratorJson (n : Name) : Json :=
  if n.isAnonymous then Json.null else Json.str (nameText n)

def printTerm (ctx : ContextInfo) (lctx : LocalContext) (e : Expr) : IO String :=
  inContext ctx ctx.mctx unprintable do
    withReader (fun c : Meta.Context => { c with lctx }) do return (← ppExpr (← instantiateMVars e)).pretty

def nodeJson (info : Info) (ctx : ContextInfo) : IO Json := do
  match info with
  | .ofTacticInfo i =>
    let goals (mctx : MetavarContext) (gs : List MVarId) : IO Json := do return texts (← inContext ctx mctx #[] (printGoals gs #[]))
    let text ← printTactic ctx i.mctxBefore i.stx
    return Json.mkObj [("name", match i.stx with | .node _ k _ => Json.str (nameText k) | _ => Json.null),
      ("stx", syntaxJson i.stx ctx (Json.str text)), ("goalsBefore", ← goals i.mctxBefore i.goalsBefore),
      ("goalsAfter", ← goals i.mctxAfter i.goalsAfter)]
  | .ofTermInfo i =>
    let expected ← match i.expectedType? with
      | some t => do pure [("expectedType", Json.str (← printTerm ctx i.lctx t))]
      | none => pure []
    return Json.mkObj (("elaborator", elaboratorJson i.elaborator) :: ("stx", ← printed i.lctx i.stx) ::
      ("expr", Json.str (← printTerm ctx i.lctx i.expr)) :: ("isBinder", Json.bool i.isBinder) :: expected)
  | .ofCommandInfo i =>
    return Json.mkObj [("elaborator", elaboratorJson i.elaborator), ("stx", ← printed {} i.stx)]
  | _ => return Json.null
where
  printed (lctx : LocalContext) (stx : Syntax) : IO Json := do
    let text ← inContext ctx ctx.mctx Json.null do
      withReader (fun c : Meta.Context => { c with lctx }) do return Json.str (← PrettyPrinter.ppTerm ⟨stx⟩).pretty
    return syntaxJson stx ctx text

/-- A tree without the nodes that are not told: where the root is none, its branches that are. -/
partial def treeJson (which : String) (tree : InfoTree) (ctx : Option ContextInfo) (acc : Array Json) : IO (Array Json) := do
  match tree, ctx with
  | .context c t, _ => treeJson which t (c.mergeIntoOuter? ctx) acc
  | .hole g, some c =>
    if which != "full" then return acc
    let goals ← inContext c c.mctx #[] (printGoals [g] #[])
    return acc.push (Json.mkObj [("goalState", Json.str (goals.getD 0 ""))])
  | .node info children, some c =>
    if isTold which info then
      let told ← all (elements children) ctx #[]
      return acc.push (Json.mkObj [("kind", Json.str (kindOf info)), ("node", ← nodeJson info c), ("children", Json.arr told)])
    else
      all (elements children) ctx acc
  | _, none => return acc
where
  all (ts : List InfoTree) (ctx : Option ContextInfo) (acc : Array Json) : IO (Array Json) := do
    match ts with
    | [] => return acc
    | t :: rest => all rest ctx (← treeJson which t ctx acc)
  kindOf (info : Info) : String :=
    match info with
    | .ofTacticInfo _ => "TacticInfo"
    | .ofTermInfo _ => "TermInfo"
    | .ofPartialTermInfo _ => "PartialTermInfo"
    | .ofCommandInfo _ => "CommandInfo"
    | .ofMacroExpansionInfo _ => "MacroExpansionInfo"
    | .ofOptionInfo _ => "OptionInfo"
    | .ofFieldInfo _ => "FieldInfo"
    | .ofCompletionInfo _ => "CompletionInfo"
    | .ofUserWidgetInfo _ => "UserWidgetInfo"
    | .ofFVarAliasInfo _ => "FVarAliasInfo"
    | .ofFieldRedeclInfo _ => "FieldRedeclInfo"
    | .ofCustomInfo _ => "CustomInfo"
    | .ofChoiceInfo _ => "ChoiceInfo"
    | .ofDelabTermInfo _ => "DelabTermInfo"
    | _ => "DocInfo"

/-- The trees of a command, `which` of their nodes. -/
partial def treesJson (which : String) (trees : List InfoTree) (assignment : PersistentHashMap MVarId InfoTree) (acc : Array Json) :
    IO (Array Json) := do
  match trees with
  | [] => return acc
  | t :: rest => treesJson which rest assignment (← treeJson which (t.substitute assignment) none acc)

end Bridge
