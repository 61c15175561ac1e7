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

/-- What has a row already, by hash. Written out: a tree from the library costs tens of interpreted
steps for each of its levels, this costs the same few whatever it holds. -/
structure Seen (α : Type) where
  buckets : Array (List (α × UInt64 × Nat)) := .replicate 256 []
  size : Nat := 0

def Seen.at {α : Type} (s : Seen α) (hash : UInt64) : List (α × UInt64 × Nat) :=
  s.buckets.getD (hash % s.buckets.size.toUInt64).toNat []

partial def Seen.spread {α : Type} (row : List (α × UInt64 × Nat)) (into : Array (List (α × UInt64 × Nat))) :
    Array (List (α × UInt64 × Nat)) :=
  match row with
  | [] => into
  | x :: rest =>
    let i := (x.2.1 % into.size.toUInt64).toNat
    let old := into.getD i []
    spread rest (into.set! i (x :: old))

partial def Seen.spreadAll {α : Type} (i : Nat) (buckets into : Array (List (α × UInt64 × Nat))) :
    Array (List (α × UInt64 × Nat)) :=
  if i < buckets.size then spreadAll (i + 1) buckets (spread (buckets.getD i []) into) else into

def Seen.insert {α : Type} (s : Seen α) (x : α) (hash : UInt64) (row : Nat) : Seen α :=
  let ⟨buckets, size⟩ := s
  let buckets := if size < 2 * buckets.size then buckets else
    spreadAll 0 buckets (.replicate (8 * buckets.size) [])
  ⟨spread [(x, hash, row)] buckets, size + 1⟩

structure Encoder where
  nameRows : Array Json := #[]
  names : Seen Name := {}
  levelRows : Array Json := #[]
  levels : Seen Level := {}
  exprRows : Array Json := #[]
  exprs : Seen Expr := {}
  vars : Nat := 0
  /-- The constants mentioned, with their row in `nameRows`; one may stand here more than once. -/
  used : List (Name × Nat) := []

/-- Rows are added with `modifyGet`: after a `get`, adding one would copy the table. -/
abbrev EncodeM := StateRefT Encoder IO

partial def findName (n : Name) (xs : List (Name × UInt64 × Nat)) : Option Nat :=
  match xs with
  | [] => none
  | (n', _, i) :: rest => if n == n' then some i else findName n rest

partial def findLevel (l : Level) (xs : List (Level × UInt64 × Nat)) : Option Nat :=
  match xs with
  | [] => none
  | (l', _, i) :: rest => if l == l' then some i else findLevel l rest

partial def findExpr (e : Expr) (xs : List (Expr × UInt64 × Nat)) : Option Nat :=
  match xs with
  | [] => none
  | (e', _, i) :: rest => if e.equal e' then some i else findExpr e rest

partial def encodeName (n : Name) : EncodeM Nat := do
  match n with
  | .anonymous => return 0
  | .str p s =>
    match findName n ((← get).names.at n.hash) with
    | some i => return i
    | none => addRow n (Json.arr #[num (← encodeName p), Json.str s])
  | .num p k =>
    match findName n ((← get).names.at n.hash) with
    | some i => return i
    | none => addRow n (Json.arr #[num (← encodeName p), num k])
where
  addRow (n : Name) (row : Json) : EncodeM Nat := do
    modifyGet fun s =>
      let i := s.nameRows.size + 1
      (i, { s with nameRows := s.nameRows.push row, names := s.names.insert n n.hash i })

def freshVar : EncodeM Nat :=
  modifyGet fun s => (s.vars, { s with vars := s.vars + 1 })

partial def encodeLevel (l : Level) : EncodeM Nat := do
  match l with
  | .zero => return 0
  | _ =>
    match findLevel l ((← get).levels.at l.hash) with
    | some i => return i
    | none =>
      let row ← match l with
        | .zero => pure Json.null
        | .succ a => pure <| Json.arr #[Json.str "s", num (← encodeLevel a)]
        | .max a b => pure <| Json.arr #[Json.str "m", num (← encodeLevel a), num (← encodeLevel b)]
        | .imax a b => pure <| Json.arr #[Json.str "x", num (← encodeLevel a), num (← encodeLevel b)]
        | .param n => pure <| Json.arr #[Json.str "p", num (← encodeName n)]
        | .mvar _ => pure <| Json.arr #[Json.str "?", num (← freshVar)]
      modifyGet fun s =>
        let i := s.levelRows.size + 1
        (i, { s with levelRows := s.levelRows.push row, levels := s.levels.insert l l.hash i })

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
    match findExpr e ((← get).exprs.at e.hash) with
    | some i => return i
    | none =>
      let row ← encodeRow e
      modifyGet fun s =>
        let i := s.exprRows.size
        (i, { s with exprRows := s.exprRows.push row, exprs := s.exprs.insert e e.hash i })
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
