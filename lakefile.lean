import Lake
open Lake DSL

package leap_prover where
  srcDir := "lean_project"

/-- The server that answers `prover.lean` over standard input and output. -/
@[default_target]
lean_lib Bridge where
  globs := #[.submodules `Bridge]

/-- The same server as a native executable; it runs tactics of the modules it imports, hence the interpreter. -/
lean_exe bridge where
  root := `Native
  supportInterpreter := true

/-- The vocabulary of competition statements without Mathlib, for `--lite`; never beside Mathlib. -/
lean_lib CoreMath where
  globs := #[.andSubmodules `CoreMath]

-- `lake -Kmathlib update` and `lake -Kmathlib build` add Mathlib; without it the build needs no network.
meta if (get_config? mathlib).isSome then
require mathlib from git
  "https://github.com/leanprover-community/mathlib4" @ "v4.28.0"
