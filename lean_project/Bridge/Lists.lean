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

def plainChar (c : Char) : Bool :=
  c.isAlphanum || c == '_' || c == '\'' || c == '!' || c == '?' || c == '@' || (c.toNat ≥ 128 && c != '«' && c != '»')

/-- A component of a name, in guillemets where it would otherwise not be read back as it is. -/
def componentText (s : String) : String :=
  match s.toList with
  | [] => "«»"
  | c :: rest => if plainChar c && !c.isDigit && !anyList (fun c => !plainChar c) rest then s else "«" ++ s ++ "»"

/-- The text of a name, components joined by dots, quoted where needed, macro scopes erased. -/
partial def nameText (n : Name) : String :=
  go n.eraseMacroScopes
where
  go : Name → String
    | .anonymous => ""
    | .str .anonymous s => componentText s
    | .num .anonymous i => toString i
    | .str p s => go p ++ "." ++ componentText s
    | .num p i => go p ++ "." ++ toString i

/-- Reads what `nameText` wrote; a numeral component that is not quoted becomes a number. -/
partial def textName (s : String) : Name :=
  go s.toList "" false false .anonymous
where
  finish (part : String) (quoted : Bool) (acc : Name) : Name :=
    if quoted then .str acc part
    else if part.isEmpty then acc
    else match part.toNat? with
      | some i => .num acc i
      | none => .str acc part
  go (cs : List Char) (part : String) (inside quoted : Bool) (acc : Name) : Name :=
    match cs with
    | [] => finish part quoted acc
    | c :: rest =>
      if inside then
        if c == '»' then go rest part false quoted acc else go rest (part.push c) true quoted acc
      else if c == '«' then go rest part true true acc
      else if c == '.' then go rest "" false false (finish part quoted acc)
      else go rest (part.push c) false quoted acc

end Bridge
