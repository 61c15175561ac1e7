module
public import Lean.Compiler.InitAttr
public meta import Lean.Compiler.InitAttr
public meta import Lean.Util.Path
set_option compiler.extract_closed false
open Lean

/-! Starts the packed Bridge (see `Pack.lean`) on the embedded engine. -/

/-- A user's file must not find the Bridge: its module holds names that stand for code, not for proofs. -/
public meta partial def withoutBridge : List System.FilePath → List System.FilePath
  | [] => []
  | p :: rest => if p.toString == "/lean/bridge" then withoutBridge rest else p :: withoutBridge rest

public meta unsafe def main : IO Unit := do
  enableInitializersExecution
  let env ← importModules #[{ module := `Bridge, importAll := true, isMeta := true }] {} 0
    (level := .private) (loadExts := false)
  searchPathRef.set (withoutBridge (← searchPathRef.get))
  runInit env {} `Bridge.started `Bridge.main
