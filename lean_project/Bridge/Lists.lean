import Lean

/-!
Loops over lists and arrays, written out.

On the embedded engine only the exported part of the library is there, and code that the compiler
would specialise from private parts of it (`List.map`, `Array.foldl`, `for x in array`) does not
compile. Plain recursion does, on every engine.
-/

namespace Bridge
open Lean

universe u v

partial def mapList {α : Type u} {β : Type v} (f : α → β) (xs : List α) : List β :=
  match xs with
  | [] => []
  | x :: rest => f x :: mapList f rest

partial def reverseOnto {α : Type u} (xs acc : List α) : List α :=
  match xs with
  | [] => acc
  | x :: rest => reverseOnto rest (x :: acc)

partial def anyList {α : Type u} (p : α → Bool) (xs : List α) : Bool :=
  match xs with
  | [] => false
  | x :: rest => if p x then true else anyList p rest

partial def appendList {α : Type u} (xs ys : List α) : List α :=
  match xs with
  | [] => ys
  | x :: rest => x :: appendList rest ys

partial def filterList {α : Type u} (p : α → Bool) (xs : List α) : List α :=
  match xs with
  | [] => []
  | x :: rest => if p x then x :: filterList p rest else filterList p rest

def mapArray {α : Type u} {β : Type v} (f : α → β) (xs : Array α) : Array β :=
  (mapList f xs.toList).toArray

def isNil {α : Type u} (xs : List α) : Bool :=
  match xs with
  | [] => true
  | _ :: _ => false

partial def nodeElements {α : Type u} (node : PersistentArrayNode α) : List α :=
  match node with
  | .leaf values => values.toList
  | .node children => go children.toList
where
  go (children : List (PersistentArrayNode α)) : List α :=
    match children with
    | [] => []
    | c :: rest => appendList (nodeElements c) (go rest)

def elements {α : Type u} (xs : PersistentArray α) : List α :=
  appendList (nodeElements xs.root) xs.tail.toList

/-- The text of a name, components joined by dots, nothing escaped, macro scopes erased. -/
partial def nameText (n : Name) : String :=
  go n.eraseMacroScopes
where
  go : Name → String
    | .anonymous => ""
    | .str .anonymous s => s
    | .num .anonymous i => toString i
    | .str p s => go p ++ "." ++ s
    | .num p i => go p ++ "." ++ toString i

/-- Reads what `nameText` wrote; a numeral component becomes a number. -/
partial def textName (s : String) : Name :=
  go (s.splitOn ".") .anonymous
where
  go : List String → Name → Name
    | [], acc => acc
    | p :: rest, acc =>
      match p.toNat? with
      | some i => go rest (.num acc i)
      | none => go rest (.str acc p)

end Bridge
