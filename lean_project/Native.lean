import Bridge.Server
open Lean

/-!
The Bridge on a native toolchain: `lean --run Native.lean FOLDER...` with its compiled modules in the
first FOLDER of the search path, or the executable of the root `lakefile.lean` (`lake build bridge`).
-/

partial def visible (hidden : List String) (path : SearchPath) : SearchPath :=
  match path with
  | [] => []
  | p :: rest => if Bridge.anyList (· == p.toString) hidden then visible hidden rest else p :: visible hidden rest

/-- Serves until standard input ends. A user's file does not find the folders named as arguments: the
Bridge's own modules are not for it, and a package of the user's may have the name `Bridge`. -/
unsafe def main (hidden : List String) : IO Unit := do
  initSearchPath (← findSysroot)
  searchPathRef.set (visible hidden (← searchPathRef.get))
  Bridge.main
