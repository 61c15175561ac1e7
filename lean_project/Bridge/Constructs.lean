import Lean
import Bridge.Frontend

/-!
What a command is made of, for policies: the kind of every syntax node in it, terms and tactics
included, the attributes it gives and the options it sets; each once, with the place where it first
stands and where its parser was declared. With information trees also what macros made of it.

Expansions are read off the information trees: the kind of each term, tactic and command that was elaborated,
and everything inside the commands. Not seen: what a macro's result holds that is read as data and never
elaborated, and what elaborators do without making syntax.
-/

namespace Bridge
open Lean Elab

structure Construct where
  /-- `command` (a node that stands as a command), `kind` (any other), `attribute` or `option`. -/
  what : String
  name : Name
  stx : Syntax

structure Constructs where
  seen : Std.TreeMap Name Nat Name.quickCmp := {}
  /-- Latest first. -/
  found : List Construct := []

def Constructs.has (s : Constructs) (what : String) (name : Name) : Bool :=
  match s.seen.get? (Name.str name what) with
  | some _ => true
  | none => false

def Constructs.add (s : Constructs) (what : String) (name : Name) (stx : Syntax) : Constructs :=
  if s.has what name then s
  else { seen := s.seen.insert (Name.str name what) 0, found := { what, name, stx } :: s.found }

partial def firstToken (stx : Syntax) : Name :=
  match stx with
  | .atom _ text => if text == "" then .anonymous else .str .anonymous text
  | .ident _ _ n _ => n.eraseMacroScopes
  | .node _ _ args => go args.toList
  | .missing => .anonymous
where
  go (args : List Syntax) : Name :=
    match args with
    | [] => .anonymous
    | a :: rest => match firstToken a with | .anonymous => go rest | n => n

def isSetOption (kind : Name) : Bool :=
  kind == ``Lean.Parser.Command.set_option || kind == ``Lean.Parser.Term.set_option || kind == ``Lean.Parser.Tactic.set_option

/-- Adds all of `stx`; `command`: it stands where a command stands. -/
partial def constructsIn (stx : Syntax) (command : Bool) (s : Constructs) : Constructs :=
  match stx with
  | .node _ kind args =>
    if kind == nullKind then go args.toList command s else
    let s := s.add (if command then "command" else "kind") kind stx
    let s := if kind == ``Lean.Parser.Term.attrInstance then s.add "attribute" (firstToken stx[1]) stx
      else if kind == ``Lean.Parser.Command.eraseAttr then s.add "attribute" (firstToken stx[1]) stx
      else if isSetOption kind then s.add "option" (firstToken stx[1]) stx
      else s
    go args.toList (kind == ``Lean.Parser.Command.in || kind == ``Lean.Parser.Command.mutual) s
  | _ => s
where
  go (args : List Syntax) (command : Bool) (s : Constructs) : Constructs :=
    match args with
    | [] => s
    | a :: rest => go rest command (constructsIn a command s)

partial def constructsInTree (tree : InfoTree) (s : Constructs) : Constructs :=
  match tree with
  | .context _ t => constructsInTree t s
  | .hole _ => s
  | .node info children => go (elements children) (own info s)
where
  own (info : Info) (s : Constructs) : Constructs :=
    match info with
    | .ofTacticInfo i => addNode i.stx s
    | .ofTermInfo i => addNode i.stx s
    | .ofPartialTermInfo i => addNode i.stx s
    | .ofCommandInfo i => addCommand i.stx s
    | .ofOptionInfo i => s.add "option" i.optionName i.stx
    | _ => s
  addNode (stx : Syntax) (s : Constructs) : Constructs :=
    match stx with
    | .node _ kind _ => s.add "kind" kind stx
    | _ => s
  /-- Attributes leave this information too. Written ones have been met as parts of the command around them. -/
  addCommand (stx : Syntax) (s : Constructs) : Constructs :=
    if s.has "kind" stx.getKind then s
    else if (`Lean.Parser.Attr).isPrefixOf stx.getKind then (constructsIn stx false s).add "attribute" (firstToken stx) stx
    else constructsIn stx true s
  go (trees : List InfoTree) (s : Constructs) : Constructs :=
    match trees with
    | [] => s
    | t :: rest => go rest (constructsInTree t s)

partial def constructsInTrees (trees : List InfoTree) (assignment : PersistentHashMap MVarId InfoTree) (s : Constructs) :
    Constructs :=
  match trees with
  | [] => s
  | t :: rest => constructsInTrees rest assignment (constructsInTree (t.substitute assignment) s)

/-- Where the parser of a kind was declared: a module, `builtin`, empty for this file or nowhere. -/
def originOf (env : Environment) (kind : Name) : String :=
  match env.getModuleIdxFor? kind with
  | some i =>
    let modules := env.header.moduleNames
    if h : i.toNat < modules.size then nameText modules[i.toNat] else ""
  | none => if env.contains kind then "" else if Parser.isValidSyntaxNodeKind env kind then "builtin" else ""

def constructJson (env : Environment) (c : Construct) : Json :=
  let origin := if c.what == "command" || c.what == "kind" then originOf env c.name else ""
  Json.arr #[Json.str c.what, Json.str (nameText c.name), Json.str origin, syntaxSpan c.stx]

partial def constructsJson (env : Environment) (cs : List Construct) (acc : List Json) : List Json :=
  match cs with
  | [] => acc
  | c :: rest => constructsJson env rest (constructJson env c :: acc)

/-- All constructs of one command, as it was written and as it was elaborated. -/
def commandConstructs (stx : Syntax) (after : Command.State) : Json :=
  let s := constructsIn stx true {}
  let s := constructsInTrees (elements after.infoState.trees) after.infoState.assignment s
  Json.arr (constructsJson after.env s.found []).toArray

end Bridge
