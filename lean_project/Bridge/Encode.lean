import Lean
import Bridge.Lists
import Bridge.Wire

/-!
Expressions and constants as data: a table of names, of universe levels and of expressions, each row
naming earlier rows, so that shared subterms are written once. It serves the export of checked
constants and the fingerprint of a goal.

Rows. Names: `[parent, text]` or `[parent, number]`; row 0 is the anonymous name. Levels: `["s", l]`,
`["m", a, b]`, `["x", a, b]` (imax), `["p", name]`; row 0 is zero; `["?", i]` (metavariable, fingerprints only). Expressions: `["b", i]`,
`["f", i]` and `["m", i]` (free and meta variables by order of appearance, fingerprints only),
`["s", level]`, `["c", name, levels]`, `["a", f, x]`, `["l", binder, type, body, info]`, `["p", ...]` (forall),
`["t", binder, type, value, body]`, `["n", text]`, `["r", text]`, `["j", structure, i, e]`.
-/

namespace Bridge
open Lean

structure Encoder where
  nameRows : Array Json := #[]
  names : Std.TreeMap Name Nat Name.quickCmp := {}
  levelRows : Array Json := #[]
  levels : Std.TreeMap Nat (List (Level × Nat)) := {}
  exprRows : Array Json := #[]
  exprs : Std.TreeMap Nat (List (Expr × Nat)) := {}
  vars : Nat := 0
  /-- The constants mentioned, with their row in `nameRows`; one may stand here more than once. -/
  used : List (Name × Nat) := []

abbrev EncodeM := StateRefT Encoder IO

partial def findLevel (l : Level) (xs : List (Level × Nat)) : Option Nat :=
  match xs with
  | [] => none
  | (l', i) :: rest => if l == l' then some i else findLevel l rest

partial def findExpr (e : Expr) (xs : List (Expr × Nat)) : Option Nat :=
  match xs with
  | [] => none
  | (e', i) :: rest => if e.equal e' then some i else findExpr e rest

partial def encodeName (n : Name) : EncodeM Nat := do
  match n with
  | .anonymous => return 0
  | .str p s =>
    match (← get).names.get? n with
    | some i => return i
    | none => addRow n (Json.arr #[num (← encodeName p), Json.str s])
  | .num p k =>
    match (← get).names.get? n with
    | some i => return i
    | none => addRow n (Json.arr #[num (← encodeName p), num k])
where
  addRow (n : Name) (row : Json) : EncodeM Nat := do
    let s ← get
    let i := s.nameRows.size + 1
    set { s with nameRows := s.nameRows.push row, names := s.names.insert n i }
    return i

def freshVar : EncodeM Nat := do
  let s ← get
  set { s with vars := s.vars + 1 }
  return s.vars

partial def encodeLevel (l : Level) : EncodeM Nat := do
  match l with
  | .zero => return 0
  | _ =>
    let key := l.hash.toNat
    match findLevel l ((← get).levels.getD key []) with
    | some i => return i
    | none =>
      let row ← match l with
        | .zero => pure Json.null
        | .succ a => pure <| Json.arr #[Json.str "s", num (← encodeLevel a)]
        | .max a b => pure <| Json.arr #[Json.str "m", num (← encodeLevel a), num (← encodeLevel b)]
        | .imax a b => pure <| Json.arr #[Json.str "x", num (← encodeLevel a), num (← encodeLevel b)]
        | .param n => pure <| Json.arr #[Json.str "p", num (← encodeName n)]
        | .mvar _ => pure <| Json.arr #[Json.str "?", num (← freshVar)]
      let s ← get
      let i := s.levelRows.size + 1
      set { s with levelRows := s.levelRows.push row, levels := s.levels.insert key ((l, i) :: s.levels.getD key []) }
      return i

partial def encodeLevels (ls : List Level) (acc : Array Json) : EncodeM (Array Json) := do
  match ls with
  | [] => return acc
  | l :: rest => encodeLevels rest (acc.push (num (← encodeLevel l)))

def binderCode : BinderInfo → Nat
  | .default => 0
  | .implicit => 1
  | .strictImplicit => 2
  | .instImplicit => 3

def encodeUse (n : Name) : EncodeM Nat := do
  let i ← encodeName n
  modify fun s => { s with used := (n, i) :: s.used }
  return i

partial def encodeExpr (e : Expr) : EncodeM Nat := do
  match e with
  | .mdata _ e => encodeExpr e
  | _ =>
    let key := e.hash.toNat
    match findExpr e ((← get).exprs.getD key []) with
    | some i => return i
    | none =>
      let row ← encodeRow e
      let s ← get
      let i := s.exprRows.size
      set { s with exprRows := s.exprRows.push row, exprs := s.exprs.insert key ((e, i) :: s.exprs.getD key []) }
      return i
where
  encodeRow (e : Expr) : EncodeM Json := do
    match e with
    | .bvar i => return Json.arr #[Json.str "b", num i]
    | .fvar _ => return Json.arr #[Json.str "f", num (← freshVar)]
    | .mvar _ => return Json.arr #[Json.str "m", num (← freshVar)]
    | .sort l => return Json.arr #[Json.str "s", num (← encodeLevel l)]
    | .const n ls => return Json.arr #[Json.str "c", num (← encodeUse n), Json.arr (← encodeLevels ls #[])]
    | .app f x => return Json.arr #[Json.str "a", num (← encodeExpr f), num (← encodeExpr x)]
    | .lam n t b i =>
      return Json.arr #[Json.str "l", num (← encodeName n.eraseMacroScopes), num (← encodeExpr t), num (← encodeExpr b), num (binderCode i)]
    | .forallE n t b i =>
      return Json.arr #[Json.str "p", num (← encodeName n.eraseMacroScopes), num (← encodeExpr t), num (← encodeExpr b), num (binderCode i)]
    | .letE n t v b _ =>
      return Json.arr #[Json.str "t", num (← encodeName n.eraseMacroScopes), num (← encodeExpr t), num (← encodeExpr v), num (← encodeExpr b)]
    | .lit (.natVal k) => return Json.arr #[Json.str "n", Json.str (toString k)]
    | .lit (.strVal s) => return Json.arr #[Json.str "r", Json.str s]
    | .proj s i e => return Json.arr #[Json.str "j", num (← encodeUse s), num i, num (← encodeExpr e)]
    | .mdata _ e => return num (← encodeExpr e)

partial def encodeNames (ns : List Name) (acc : Array Json) : EncodeM (Array Json) := do
  match ns with
  | [] => return acc
  | n :: rest => encodeNames rest (acc.push (num (← encodeName n)))

/-- The three tables as one object, beside further fields. -/
def Encoder.tables (s : Encoder) (more : List (String × Json)) : Json :=
  Json.mkObj (("names", Json.arr s.nameRows) :: ("levels", Json.arr s.levelRows) ::
    ("exprs", Json.arr s.exprRows) :: more)

end Bridge
