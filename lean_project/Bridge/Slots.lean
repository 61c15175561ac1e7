import Lean
import Bridge.Lists

/-! Numbered places for values that live until released. A number is never given twice. -/

namespace Bridge

structure Slots (α : Type) where
  cells : Array (Option (Nat × α)) := #[]
  free : List Nat := []
  serial : Nat := 1
  live : Nat := 0

def slotWidth : Nat := 1048576

def Slots.put {α : Type} (s : Slots α) (a : α) : Nat × Slots α :=
  match s.free with
  | i :: rest =>
    (s.serial * slotWidth + i,
      { cells := s.cells.set! i (some (s.serial, a)), free := rest, serial := s.serial + 1, live := s.live + 1 })
  | [] =>
    (s.serial * slotWidth + s.cells.size,
      { cells := s.cells.push (some (s.serial, a)), free := [], serial := s.serial + 1, live := s.live + 1 })

def Slots.get {α : Type} (s : Slots α) (n : Nat) : Option α :=
  let i := n % slotWidth
  if h : i < s.cells.size then
    match s.cells[i] with
    | some (serial, a) => if serial == n / slotWidth then some a else none
    | none => none
  else none

def Slots.drop {α : Type} (s : Slots α) (n : Nat) : Slots α :=
  let i := n % slotWidth
  match s.get n with
  | some _ => { s with cells := s.cells.set! i none, free := i :: s.free, live := s.live - 1 }
  | none => s

partial def Slots.dropAll {α : Type} (s : Slots α) (ns : List Nat) : Slots α :=
  match ns with
  | [] => s
  | n :: rest => (s.drop n).dropAll rest

end Bridge
