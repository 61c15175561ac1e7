module
public import Lean.Compiler.InitAttr
public meta import Lean.Compiler.InitAttr
open Lean

/-! Starts the packed Bridge (see `Pack.lean`) on the embedded engine. -/

public meta unsafe def main : IO Unit := do
  enableInitializersExecution
  let env ← importModules #[{ module := `Bridge, importAll := true, isMeta := true }] {} 0
    (level := .private) (loadExts := true)
  runInit env {} `Bridge.started `Bridge.main
