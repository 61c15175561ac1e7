import Lean
import Bridge.Encode

/-!
Live tactic states: everything a tactic needs to run at a hole (term state, level names, scope,
environment), kept as a value, so that many tactics can be tried on one state.
-/

namespace Bridge
open Lean Elab Meta

structure LiveState where
  core : Core.State
  metaState : Meta.State
  term : Term.State
  coreContext : Core.Context
  termContext : Term.Context
  roots : List MVarId
  goals : List MVarId

/-- Runs `act` on a state; the state itself is not changed. -/
def LiveState.run {α : Type} (s : LiveState) (act : MetaM α) : IO (Except Exception α × Core.State × Meta.State) := do
  let coreRef ← IO.mkRef s.core
  let metaRef ← IO.mkRef s.metaState
  let started ← IO.getNumHeartbeats
  let c : CoreM α := act {} metaRef
  let r ← (c { s.coreContext with initHeartbeats := started } coreRef).toBaseIO
  return (r, ← coreRef.get, ← metaRef.get)

/-- The state with work on it bounded by `token`. -/
def LiveState.until (s : LiveState) (token : IO.CancelToken) : LiveState :=
  { s with coreContext := { s.coreContext with cancelTk? := some token } }

structure Scanned where
  consts : NameSet := {}
  hasSorry : Bool := false
  holes : List MVarId := []
  levelHoles : Bool := false
  seen : List MVarId := []

def hasMVarId (m : MVarId) (ms : List MVarId) : Bool := anyList (fun m' => m'.name == m.name) ms

partial def insertAll (ns : List Name) (s : NameSet) : NameSet :=
  match ns with
  | [] => s
  | n :: rest => insertAll rest (s.insert n)

/-- What the term built so far for `e` uses and leaves open, delayed assignments followed. -/
partial def scan (e : Expr) (r : Scanned) : MetaM Scanned := do
  let e ← instantiateMVars e
  let open_ := ((Lean.Expr.collectMVars {} e).result).toList
  let r := { r with
    consts := insertAll e.getUsedConstants.toList r.consts,
    hasSorry := r.hasSorry || e.hasSorry,
    levelHoles := r.levelHoles || e.hasLevelMVar }
  scanOpen open_ r
where
  scanOpen (ms : List MVarId) (r : Scanned) : MetaM Scanned := do
    match ms with
    | [] => return r
    | m :: rest =>
      if hasMVarId m r.seen then
        scanOpen rest r
      else
        let r := { r with seen := m :: r.seen }
        match ← getDelayedMVarAssignment? m with
        | some d => scanOpen rest (← scan (mkMVar d.mvarIdPending) r)
        | none => scanOpen rest { r with holes := m :: r.holes }

partial def scanAll (roots : List MVarId) (r : Scanned) : MetaM Scanned := do
  match roots with
  | [] => return r
  | m :: rest => scanAll rest (← scan (mkMVar m) r)

/-- The declarations of a local context, oldest first. -/
def localDecls (lctx : LocalContext) : List LocalDecl :=
  go lctx.numIndices []
where
  go (i : Nat) (acc : List LocalDecl) : List LocalDecl :=
    match i with
    | 0 => acc
    | i + 1 =>
      match lctx.getAt? i with
      | some d => go i (d :: acc)
      | none => go i acc

/-- Metavariables on which a goal depends, itself included. -/
def goalVariables (g : MVarId) : MetaM (List MVarId) := do
  let decl ← g.getDecl
  let r ← scan decl.type {}
  let r ← scanContext (localDecls decl.lctx) r
  return g :: r.seen
where
  scanContext (ds : List LocalDecl) (r : Scanned) : MetaM Scanned := do
    match ds with
    | [] => return r
    | d :: rest =>
      if d.type.hasMVar || (match d.value? with | some v => v.hasMVar | none => false) then
        let r ← scan d.type r
        let r ← match d.value? with | some v => scan v r | none => pure r
        scanContext rest r
      else
        scanContext rest r

partial def shareVariable (xs ys : List MVarId) : Bool :=
  match xs with
  | [] => false
  | x :: rest => hasMVarId x ys || shareVariable rest ys

/-- Group numbers, one a goal: goals in different groups share no metavariable. -/
partial def groupGoals (gs : List MVarId) : MetaM (List Nat) := do
  match gs with
  | [] => return []
  | [_] => return [0]
  | _ => return assign (← collect gs) [] 0
where
  collect : List MVarId → MetaM (List (List MVarId))
    | [] => return []
    | g :: rest => return (← goalVariables g) :: (← collect rest)
  /-- Each goal joins the first earlier goal it shares with; a goal that joins two groups merges them. -/
  assign (vars : List (List MVarId)) (done : List (List MVarId × Nat)) (next : Nat) : List Nat :=
    match vars with
    | [] => mapList (fun p => p.2) (reverseOnto done [])
    | v :: rest =>
      let touching := mapList (fun p => p.2) (filterList (fun p => shareVariable v p.1) done)
      match touching with
      | [] => assign rest ((v, next) :: done) (next + 1)
      | k :: others =>
        let merged := mapList (fun p => if anyList (· == p.2) others then (p.1, k) else p) done
        assign rest ((v, k) :: merged) next

/-- Runs `act` in a goal's local context. -/
def inGoal {α : Type} (decl : MetavarDecl) (act : MetaM α) : MetaM α :=
  withReader (fun ctx : Meta.Context => { ctx with lctx := decl.lctx, localInstances := decl.localInstances }) act

def hypothesisJson (d : LocalDecl) : MetaM Json := do
  Core.checkInterrupted
  let type ← instantiateMVars d.type
  let value ← match d.value? with
    | some v => do
      let v ← instantiateMVars v
      pure (Json.str (← ppExpr v).pretty)
    | none => pure Json.null
  let isProp ← try Meta.isProp type catch _ => pure false
  return Json.mkObj [("name", Json.str (nameText d.userName)), ("type", Json.str (← ppExpr type).pretty), ("value", value),
    ("prop", Json.bool isProp), ("inaccessible", Json.bool d.userName.hasMacroScopes), ("instance", Json.bool (d.binderInfo == .instImplicit))]

partial def hypothesesJson (ds : List LocalDecl) (acc : Array Json) : MetaM (Array Json) := do
  match ds with
  | [] => return acc
  | d :: rest =>
    if d.isImplementationDetail then hypothesesJson rest acc
    else hypothesesJson rest (acc.push (← hypothesisJson d))

/-- The constants in the types of the hypotheses, instances aside. -/
partial def contextConstants (ds : List LocalDecl) (acc : NameSet) : MetaM NameSet := do
  match ds with
  | [] => return acc
  | d :: rest =>
    if d.isImplementationDetail || d.binderInfo == .instImplicit then contextConstants rest acc
    else contextConstants rest (insertAll (← instantiateMVars d.type).getUsedConstants.toList acc)

def goalJson (g : MVarId) (group : Nat) : MetaM Json := do
  let decl ← g.getDecl
  inGoal decl do
    let type ← instantiateMVars decl.type
    let isProp ← try Meta.isProp type catch _ => pure true
    return Json.mkObj [("case", Json.str (nameText decl.userName)), ("target", Json.str (← ppExpr type).pretty),
      ("hyps", Json.arr (← hypothesesJson (localDecls decl.lctx) #[])),
      ("symbols", names type.getUsedConstants.toList),
      ("around", names (← contextConstants (localDecls decl.lctx) {}).toList),
      ("prop", Json.bool isProp), ("group", num group)]

partial def goalsJson (gs : List MVarId) (groups : List Nat) (acc : Array Json) : MetaM (Array Json) := do
  match gs, groups with
  | g :: rest, k :: ks => goalsJson rest ks (acc.push (← goalJson g k))
  | g :: rest, [] => goalsJson rest [] (acc.push (← goalJson g 0))
  | [], _ => return acc

/-- A hypothesis name without hygiene marks, which differ between equal states. -/
def plainName (d : LocalDecl) : Name :=
  if d.userName.hasMacroScopes then .str d.userName.eraseMacroScopes "inaccessible" else d.userName

/-- `e` under binders for the hypotheses, given youngest first. -/
partial def closeOver (ds : List LocalDecl) (e : Expr) : MetaM Expr := do
  match ds with
  | [] => return e
  | d :: rest =>
    if d.isImplementationDetail then
      closeOver rest e
    else
      let type ← instantiateMVars d.type
      let body := e.abstract #[d.toExpr]
      match d.value? with
      | some v => closeOver rest (.letE (plainName d) type (← instantiateMVars v) body false)
      | none => closeOver rest (.forallE (plainName d) type body d.binderInfo)

partial def numberOf (m : MVarId) (ms : List MVarId) (i : Nat) : Nat :=
  match ms with
  | [] => i
  | m' :: rest => if m'.name == m.name then i else numberOf m rest (i + 1)

/-- Metavariables by order of appearance. -/
def numberVariables (e : Expr) (ms : List MVarId) : Expr :=
  e.replace fun e' =>
    match e' with
    | .mvar m => some (.fvar ⟨.num `m (numberOf m ms 0)⟩)
    | _ => none

/-- The names of the hypotheses: what is printed of a type does not say the name of an arrow's binder. -/
partial def hypothesisNames (ds : List LocalDecl) : String :=
  match ds with
  | [] => ""
  | d :: rest => if d.isImplementationDetail then hypothesisNames rest else nameText (plainName d) ++ " " ++ hypothesisNames rest

partial def closeGoals (gs : List MVarId) (acc : List (String × MVarId × Expr)) : MetaM (List (String × MVarId × Expr)) := do
  match gs with
  | [] => return reverseOnto acc []
  | g :: rest =>
    let decl ← g.getDecl
    let type ← instantiateMVars decl.type
    let ds := localDecls decl.lctx
    let closed ← closeOver (reverseOnto ds []) type
    closeGoals rest ((nameText decl.userName ++ "|" ++ hypothesisNames ds, g, closed) :: acc)

/-- What is left of `fuel` after a visit to every node of `e` as a tree; 0: not enough. -/
partial def treeFuel (e : Expr) (fuel : Nat) : Nat :=
  match fuel with
  | 0 => 0
  | left + 1 =>
    match e with
    | .app f a => treeFuel a (treeFuel f left)
    | .lam _ t b _ => treeFuel b (treeFuel t left)
    | .forallE _ t b _ => treeFuel b (treeFuel t left)
    | .letE _ t v b _ => treeFuel b (treeFuel v (treeFuel t left))
    | .mdata _ b => treeFuel b left
    | .proj _ _ b => treeFuel b left
    | _ => left

/-- Nodes up to which a goal is written out as a tree, which is quicker than a table. -/
def treeLimit : Nat := 5000

/-- The rows of goals that are large as trees stand in the encoder, shared subterms written once. -/
partial def goalTexts (gs : List (String × MVarId × Expr)) (ms : List MVarId) (acc : String) : EncodeM String := do
  match gs with
  | [] => return acc
  | (named, g, e) :: rest =>
    let e := if e.hasMVar then numberVariables e ms else e
    let own := if isNil ms then "" else toString (numberOf g ms 0)
    let text ← if treeFuel e treeLimit == 0 then pure ("#" ++ toString (← encodeExpr e)) else pure e.dbgToString
    goalTexts rest ms (acc ++ named ++ "|" ++ own ++ "|" ++ text ++ "\n")

partial def variablesIn (gs : List (String × MVarId × Expr)) (s : CollectMVars.State) : List MVarId :=
  match gs with
  | [] => s.result.toList
  | (_, _, e) :: rest => variablesIn rest (if e.hasMVar then e.collectMVars s else s)

/-- What makes two states the same: names (and whether a script can say them), types and values of hypotheses, targets, sharing of
metavariables, universe levels, in a canonical text. The host hashes it. Costs no more than the goals' size with
sharing: a few steps of a tactic can make a goal that is far too large as a tree. -/
def fingerprint (gs : List MVarId) : MetaM String := do
  let closed ← closeGoals gs []
  let (text, tables) ← (goalTexts closed (variablesIn closed {}) "").run {}
  return if tables.exprRows.size == 0 then text else text ++ (tables.tables []).compress

/-- What the file says of the printer stands, but its bounds do: a term that shares much is small, and printed
out it is not. -/
def boundedPrinting (opts : Options) : Options :=
  let steps := opts.getNat `pp.maxSteps 5000
  (opts.setBool `pp.deepTerms false).setNat `pp.maxSteps (if steps > 5000 then 5000 else steps)

/-- The answer's description of a state. -/
def describe (s : LiveState) : IO (Except Exception (List (String × Json))) := do
  let act : MetaM (List (String × Json)) := do
    let groups ← groupGoals s.goals
    let goals ← goalsJson s.goals groups #[]
    let print ← fingerprint s.goals
    return [("goals", Json.arr goals), ("fingerprint", Json.str print)]
  let options := boundedPrinting s.coreContext.options
  let (r, _, _) ← LiveState.run { s with coreContext := { s.coreContext with options } } act
  return r

end Bridge
