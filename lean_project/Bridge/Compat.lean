import Lean

/-!
What differs between the versions of Lean that the Bridge is compiled with, and nothing else; see
`lean_project/compat.toml`. A definition here tries the names of newer versions first: what a version
does not know is an error inside `first`, and the next alternative is taken.
-/

namespace Bridge

/-- A byte position in a text. Since Lean 4.25 `String.Pos.Raw`; the old name means something else since 4.27. -/
abbrev RawPos : Type := by first | exact String.Pos.Raw | exact String.Pos

/-- Whether a position is at or behind the end of a text. Lean's own `atEnd` changed its place in 4.25. -/
def RawPos.endsText (p : RawPos) (text : String) : Bool :=
  text.utf8ByteSize ≤ p.byteIdx

/-- What a `Try this` note proposes: places and the texts to put there. Since Lean 4.25 one for each note; before,
one place with all texts for it. -/
def suggestedEdits (t : Lean.Meta.Tactic.TryThis.TryThisInfo) : List (Lean.Lsp.Range × String) := by
  first
  | exact [(t.edit.range, t.edit.newText)]
  | exact t.suggestionTexts.toList.map fun s => (t.range, s.1)

/-- The environment with a declaration that the kernel has checked. Since Lean 4.33 a bound on the kernel's recursion has
to be named; this one is what Lean's own default comes to. -/
def declared (env : Lean.Environment) (heartbeats : USize) (token : IO.CancelToken) (declaration : Lean.Declaration) :
    Except Lean.Kernel.Exception Lean.Environment := by
  first
  | exact env.addDeclCore heartbeats 8192 declaration (some token) true
  | exact env.addDeclCore heartbeats declaration (some token) true

end Bridge
