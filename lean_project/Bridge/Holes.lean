import Lean
import Bridge.Compat
import Bridge.Frontend
import Bridge.State

/-!
Holes. A hole is one `sorry` in the text with the goals that elaboration met there; each becomes a
live state in the hole's own scope, taken from the recorded information trees.
-/

namespace Bridge
open Lean Elab Meta

structure Hole where
  stx : Syntax
  tactic : Bool
  /-- Written by hand, not by a macro. -/
  original : Bool
  context : ContextInfo
  mctx : MetavarContext
  goal : Option MVarId
  lctx : LocalContext
  expr : Option Expr

def isOriginal (stx : Syntax) : Bool :=
  match stx.getHeadInfo? with
  | some (.original ..) => true
  | _ => false

abbrev HoleM := StateRefT (List Hole) IO

/-- The nearest enclosing tactic the user wrote, with its first goal: where a macro's hole is put. -/
structure Enclosing where
  stx : Syntax
  goal : Option MVarId

def firstGoal (i : TacticInfo) : Option MVarId :=
  match i.goalsBefore with
  | g :: _ => some g
  | [] => none

def sameGoal (a b : Option MVarId) : Bool :=
  match a, b with
  | some a, some b => a.name == b.name
  | _, _ => false

def tacticHole (ctx : ContextInfo) (i : TacticInfo) (enclosing : Option Enclosing) : HoleM Unit := do
  let own := isOriginal i.stx
  let stx := match enclosing with
    | some e => if own || !sameGoal e.goal (firstGoal i) then i.stx else e.stx
    | none => i.stx
  let some g := firstGoal i | return
  match i.mctxBefore.findDecl? g with
  | some decl =>
    modify fun hs => { stx, tactic := true, original := isOriginal stx, context := ctx, mctx := i.mctxBefore,
                       goal := some g, lctx := decl.lctx, expr := none } :: hs
  | none => return

/-- `written`: the macro call, written by hand, that this `sorry` is the whole expansion of. -/
def termHole (ctx : ContextInfo) (i : TermInfo) (written : Option Syntax) : HoleM Unit := do
  let stx := match written with
    | some stx => if isOriginal i.stx then i.stx else stx
    | none => i.stx
  modify fun hs => { stx, tactic := false, original := isOriginal stx, context := ctx, mctx := ctx.mctx,
                     goal := none, lctx := i.lctx, expr := some i.expr } :: hs

/-- Visits a tree. `enclosing`: the tactic around this node; `written`: the macro call that expanded to it. -/
partial def visit (tree : InfoTree) (ctx : Option ContextInfo) (enclosing : Option Enclosing) (written : Option Syntax) :
    HoleM Unit := do
  match tree with
  | .context c t => visit t (c.mergeIntoOuter? ctx) enclosing written
  | .hole _ => return
  | .node info children =>
    match ctx with
    | none => visitAll (elements children) ctx enclosing none
    | some c =>
      match info with
      | .ofTacticInfo i =>
        if i.stx.isOfKind ``Lean.Parser.Tactic.tacticSorry then
          tacticHole c i enclosing
        else
          let enclosing := if isOriginal i.stx then some { stx := i.stx, goal := firstGoal i } else enclosing
          visitAll (elements children) ctx enclosing none
      | .ofTermInfo i =>
        if i.stx.isOfKind ``Lean.Parser.Term.sorry then
          termHole c i written
        else
          visitAll (elements children) ctx enclosing written
      | .ofMacroExpansionInfo i =>
        let written := if i.output.isOfKind ``Lean.Parser.Term.sorry then (if isOriginal i.stx then some i.stx else written) else none
        visitAll (elements children) ctx enclosing written
      | _ => visitAll (elements children) ctx enclosing written
where
  visitAll (children : List InfoTree) (ctx : Option ContextInfo) (enclosing : Option Enclosing) (written : Option Syntax) :
      HoleM Unit := do
    match children with
    | [] => return
    | c :: rest =>
      visit c ctx enclosing written
      visitAll rest ctx enclosing written

partial def visitTrees (trees : List InfoTree) (assignment : PersistentHashMap MVarId InfoTree) : HoleM Unit := do
  match trees with
  | [] => return
  | t :: rest =>
    visit (t.substitute assignment) none none none
    visitTrees rest assignment

/-- The environment a hole's tactics run in: the one before the command, so that the declaration
cannot prove itself, unless its statement needs what the command itself made (a matcher, say). -/
def holeEnv (before : Environment) (ctx : ContextInfo) (needed : List Name) : Environment :=
  if anyList (fun n => !before.contains n) needed then ctx.env else before

partial def clearAuxiliaries (ds : List LocalDecl) (g : MVarId) : MetaM MVarId := do
  match ds with
  | [] => return g
  | d :: rest => if d.isAuxDecl then clearAuxiliaries rest (← g.tryClear d.fvarId) else clearAuxiliaries rest g

/-- What stands before the declaration's own auxiliary hypothesis: `variable`s, and for a `where` helper the
binders of the declaration around it; and the type of that hypothesis. -/
partial def outerDecls (ds : List LocalDecl) (own : Name) (acc : List LocalDecl) : Option (List LocalDecl × Expr) :=
  match ds with
  | [] => none
  | d :: rest =>
    if d.isAuxDecl then
      if d.userName.eraseMacroScopes.isSuffixOf own then some (reverseOnto acc [], d.type) else outerDecls rest own acc
    else
      outerDecls rest own (d :: acc)

partial def countBinders (e : Expr) (n : Nat) : Nat :=
  match e with
  | .forallE _ _ body _ => countBinders body (n + 1)
  | .mdata _ e => countBinders e n
  | _ => n

/-- Those of `ds` that are not among the first `count` arguments of a constant of this type, latest first. -/
partial def notTaken (ds : List LocalDecl) (type : Expr) (count : Nat) (acc : List LocalDecl) : List LocalDecl :=
  match ds with
  | [] => acc
  | d :: rest =>
    match type with
    | .forallE n _ body _ =>
      if count > 0 && n == d.userName then notTaken rest body (count - 1) acc else notTaken rest type count (d :: acc)
    | _ => notTaken rest type count (d :: acc)

partial def clearAll (ds : List LocalDecl) (g : MVarId) : MetaM MVarId := do
  match ds with
  | [] => return g
  | d :: rest => clearAll rest (← g.tryClear d.fvarId)

/-- What a proof must not use, since using it would change the statement: variables and outer binders
that the declaration, as it stands, does not take. -/
def outOfReach (after : Environment) (own : Option Name) (ds : List LocalDecl) : MetaM (List LocalDecl) := do
  let some own := own | return []
  let some (outer, type) := outerDecls ds own [] | return []
  match after.find? own with
  | some c => return notTaken outer c.type (countBinders c.type 0 - countBinders (← instantiateMVars type) 0) []
  | none => return []

partial def typesIn (ds : List LocalDecl) : List Expr :=
  match ds with
  | [] => []
  | d :: rest => d.type :: typesIn rest

partial def levelNamesOf (es : List Expr) (acc : CollectLevelParams.State) : List Name :=
  match es with
  | [] => acc.params.toList
  | e :: rest => levelNamesOf rest (collectLevelParams acc e)

/-- Opens one hole as a metavariable of the common context and returns it. -/
def reopen (h : Hole) : MetaM MVarId := do
  match h.goal with
  | some g => return g
  | none =>
    match h.expr with
    | none => throwError "hole without a type"
    | some e =>
      withReader (fun ctx : Meta.Context => { ctx with lctx := h.lctx }) do
        let type ← instantiateMVars (← inferType e)
        let g ← mkFreshExprSyntheticOpaqueMVar type
        return g.mvarId!

structure Opened where
  state : LiveState
  isProp : Bool
  coupled : Bool

/-- A live state for a hole. -/
def openHole (before after : Environment) (token : Nat) (h : Hole) : IO (Except Exception Opened) := do
  let ctx := h.context
  let coreContext : Core.Context :=
    { fileName := "<tactic>", fileMap := ctx.fileMap, options := ctx.options, currNamespace := ctx.currNamespace,
      openDecls := ctx.openDecls, maxRecDepth := maxRecDepth.get ctx.options, maxHeartbeats := 0 }
  let core : Core.State :=
    { env := ctx.env, ngen := ctx.ngen, nextMacroScope := token, infoState := { enabled := false } }
  let base : LiveState :=
    { core, metaState := { mctx := h.mctx }, term := {}, coreContext,
      termContext := { errToSorry := false, declName? := ctx.parentDecl? }, roots := [], goals := [] }
  let act : MetaM (MVarId × Bool × Bool × List Name × List Name) := do
    let g ← reopen h
    let decl ← g.getDecl
    inGoal decl do
      let outer ← outOfReach after ctx.parentDecl? (localDecls decl.lctx)
      let g ← clearAll outer (← clearAuxiliaries (localDecls decl.lctx) g)
      let decl ← g.getDecl
      let r ← scan decl.type {}
      let types := typesIn (localDecls decl.lctx)
      let r ← scanTypes types r
      let type ← instantiateMVars decl.type
      let isProp ← try Meta.isProp type catch _ => pure true
      let coupled := type.hasSorry
      return (g, isProp, coupled, r.consts.toList, levelNamesOf (type :: types) {})
  match ← base.run act with
  | (.error e, _, _) => return .error e
  | (.ok (g, isProp, coupled, needed, levels), core, metaState) =>
    let env := holeEnv before ctx needed
    return .ok {
      state := { base with core := { core with env, messages := {} }, metaState := { mctx := metaState.mctx }, term := { levelNames := levels },
                           roots := [g], goals := [g] },
      isProp, coupled }
where
  scanTypes (ts : List Expr) (r : Scanned) : MetaM Scanned := do
    match ts with
    | [] => return r
    | t :: rest => scanTypes rest (← scan t r)

/-- What a tactic such as `exact?` proposes to put in its place. -/
structure Suggestion where
  first : Nat
  last : Nat
  text : String

abbrev SuggestionM := StateRefT (List Suggestion) IO

partial def addSuggestions (fileMap : FileMap) (edits : List (Lsp.Range × String)) (acc : List Suggestion) : List Suggestion :=
  match edits with
  | [] => acc
  | (range, text) :: rest =>
    let first := (fileMap.lspPosToUtf8Pos range.start).byteIdx
    let last := (fileMap.lspPosToUtf8Pos range.end).byteIdx
    addSuggestions fileMap rest ({ first, last, text } :: acc)

/-- The value in a custom information node, if it is a suggestion. `Dynamic.get?` by hand: a pair of the
type's name and the value (its code is private, so the embedded engine has none of it). -/
unsafe def asSuggestion (value : Dynamic) : Option Lean.Meta.Tactic.TryThis.TryThisInfo :=
  let pair : Name × Lean.Meta.Tactic.TryThis.TryThisInfo := unsafeCast value
  if pair.1 == ``Lean.Meta.Tactic.TryThis.TryThisInfo then some pair.2 else none

unsafe def visitSuggestions (fileMap : FileMap) (tree : InfoTree) : SuggestionM Unit := do
  match tree with
  | .context _ t => visitSuggestions fileMap t
  | .hole _ => return
  | .node info children =>
    match info with
    | .ofCustomInfo i =>
      match asSuggestion i.value with
      | some t => modify fun s => addSuggestions fileMap (suggestedEdits t) s
      | none => pure ()
    | _ => pure ()
    visitAll (elements children)
where
  visitAll (children : List InfoTree) : SuggestionM Unit := do
    match children with
    | [] => return
    | c :: rest =>
      visitSuggestions fileMap c
      visitAll rest

unsafe def suggestionsIn (fileMap : FileMap) (trees : List InfoTree) (assignment : PersistentHashMap MVarId InfoTree) :
    SuggestionM Unit := do
  match trees with
  | [] => return
  | t :: rest =>
    visitSuggestions fileMap (t.substitute assignment)
    suggestionsIn fileMap rest assignment

partial def suggestionsJson (found : List Suggestion) (acc : Array Json) : Array Json :=
  match found with
  | [] => acc
  | s :: rest =>
    suggestionsJson rest (acc.push (Json.mkObj [("span", Json.arr #[num s.first, num s.last]), ("text", Json.str s.text)]))

/-- The span of a declaration's signature inside a command, if any. -/
partial def signatureSpan (stx : Syntax) : Option (Nat × Nat) :=
  match stx with
  | .node _ kind args =>
    if kind == ``Lean.Parser.Command.declSig || kind == ``Lean.Parser.Command.optDeclSig then
      match stx.getPos?, stx.getTailPos? with
      | some a, some b => some (a.byteIdx, b.byteIdx)
      | _, _ => none
    else
      firstSpan args.toList
  | _ => none
where
  firstSpan (args : List Syntax) : Option (Nat × Nat) :=
    match args with
    | [] => none
    | a :: rest =>
      match signatureSpan a with
      | some s => some s
      | none => firstSpan rest

def inSpan (p : Option RawPos) (s : Option (Nat × Nat)) : Bool :=
  match p, s with
  | some p, some (a, b) => a ≤ p.byteIdx && p.byteIdx < b
  | _, _ => false

end Bridge
