import Lean
import Bridge.Lists

/-!
The wire: one JSON object a line in, one a line out. Each line out begins with a nonce that the
host chose, so that whatever else a tactic prints is told apart from an answer.
-/

namespace Bridge
open Lean

/-- Protocol version; raised when an answer changes its meaning. -/
def protocolVersion : Nat := 1

structure Wire where
  nonce : String
  out : IO.FS.Stream

def num (n : Nat) : Json := Json.num ⟨n, 0⟩

def names (ns : List Name) : Json :=
  Json.arr (mapList (fun n => Json.str (nameText n)) ns).toArray

/-- Sends one line. The leading line break ends whatever was printed before without one. -/
def Wire.send (w : Wire) (id : Nat) (kind : String) (fields : List (String × Json)) : IO Unit := do
  let line := (Json.mkObj (("id", num id) :: ("kind", Json.str kind) :: fields)).compress
  w.out.putStr ("\n" ++ w.nonce ++ " " ++ line ++ "\n")
  w.out.flush

def Wire.fail (w : Wire) (id : Nat) (code message : String) (more : List (String × Json) := []) : IO Unit :=
  w.send id "error" (("code", Json.str code) :: ("message", Json.str message) :: more)

def getStr (j : Json) (key : String) (default : String := "") : String :=
  match j.getObjVal? key with
  | .ok (.str s) => s
  | _ => default

def getNat (j : Json) (key : String) (default : Nat := 0) : Nat :=
  match j.getObjVal? key with
  | .ok (.num n) => n.mantissa.toNat
  | _ => default

def getBool (j : Json) (key : String) (default : Bool := false) : Bool :=
  match j.getObjVal? key with
  | .ok (.bool b) => b
  | _ => default

def getList (j : Json) (key : String) : List Json :=
  match j.getObjVal? key with
  | .ok (.arr a) => a.toList
  | _ => []

partial def strings : List Json → List String
  | [] => []
  | .str s :: rest => s :: strings rest
  | _ :: rest => strings rest

partial def nats : List Json → List Nat
  | [] => []
  | .num n :: rest => n.mantissa.toNat :: nats rest
  | _ :: rest => nats rest

end Bridge
