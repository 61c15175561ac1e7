import Bridge.Server

/-! The Bridge as an executable of a native toolchain: `lake build bridge`. -/

unsafe def main : IO Unit :=
  Bridge.main
