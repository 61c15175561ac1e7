import Lean
import Bridge.Apply

/-!
A script taken apart into its steps, by the parser alone. Only positions are told: the host cuts the text.

A step that holds tactic blocks which prove goals of their own (`·`, `case`, `have h : T := by`, the arms of `induction`,
the steps of `calc`) is told with these blocks, and with what to put in the place of each to leave its goal open.
What cannot be parsed ends the script; the steps before it stand.
-/

namespace Bridge
open Lean Elab

/-- The tactics of a sequence, without the separators. -/
partial def everyOther (args : List Syntax) : List Syntax :=
  match args with
  | [] => []
  | [a] => [a]
  | a :: _ :: rest => a :: everyOther rest

def isSequence (stx : Syntax) : Bool := stx.getKind == ``Lean.Parser.Tactic.tacticSeq

/-- The tactics in a block, braces or not. -/
def sequenceItems (stx : Syntax) : List Syntax :=
  let inner := stx[0]
  if inner.getKind == ``Lean.Parser.Tactic.tacticSeqBracketed then everyOther inner[1].getArgs.toList
  else everyOther inner[0].getArgs.toList

partial def isBroken (stx : Syntax) : Bool :=
  match stx with
  | .missing => true
  | .node _ _ args => anyList isBroken args.toList
  | _ => false

/-- Nodes of a kind, outermost only and none inside a `by` of a term. -/
partial def outermost (wanted : Syntax → Bool) (stx : Syntax) (acc : List Syntax) : List Syntax :=
  if wanted stx then stx :: acc
  else match stx with
    | .node _ kind args => if kind == ``Lean.Parser.Term.byTactic then acc else go args.toList acc
    | _ => acc
where
  go (args : List Syntax) (acc : List Syntax) : List Syntax :=
    match args with
    | [] => acc
    | a :: rest => outermost wanted a (go rest acc)

def isAtom (text : String) (stx : Syntax) : Bool :=
  match stx with
  | .atom _ t => t == text
  | _ => false

def isBy (stx : Syntax) : Bool :=
  stx.getKind == ``Lean.Parser.Term.byTactic || stx.getKind == `Lean.Parser.Term.byTactic'

/-- Whether a node has no text of its own. -/
partial def isBlank (stx : Syntax) : Bool :=
  match stx with
  | .node _ _ args => !anyList (fun a => !isBlank a) args.toList
  | _ => false

/-- The `by` at the end of `stx` with the token before it. -/
partial def lastBy (stx : Syntax) (before : Syntax) : Option (Syntax × Syntax) :=
  if isBy stx then some (before, stx)
  else match stx with
    | .node _ _ args => go args.toList before
    | _ => none
where
  go (args : List Syntax) (before : Syntax) : Option (Syntax × Syntax) :=
    match args with
    | [] => none
    | a :: rest =>
      if !anyList (fun b => !isBlank b) rest then lastBy a before
      else go rest (if isBlank a then before else a)

def blockOf (stx : Syntax) : Syntax := stx[1]

def bodyJson (first last : Syntax) (put : String) (tag : String) (steps : Array Json) : Json :=
  let place := match first.getPos?, last.getTailPos? with
    | some a, some b => span a b
    | _, _ => Json.null
  Json.mkObj [("span", place), ("put", Json.str put), ("tag", Json.str tag), ("steps", Json.arr steps)]

def stepJson (stx : Syntax) (kind : String) (words : List Name) (bodies : Array Json) : Json :=
  Json.mkObj [("span", syntaxSpan stx), ("kind", Json.str kind), ("whole", Json.bool (!isBroken stx)), ("words", names words),
    ("bodies", Json.arr bodies)]

partial def identifiersIn (stx : Syntax) (acc : List Name) : List Name :=
  match stx with
  | .ident _ _ n _ => n.eraseMacroScopes :: acc
  | .atom _ t => if t == "_" then `_ :: acc else acc
  | .node _ _ args => go args.toList acc
  | .missing => acc
where
  go (args : List Syntax) (acc : List Name) : List Name :=
    match args with
    | [] => acc
    | a :: rest => identifiersIn a (go rest acc)

def hasAtom (text : String) (stx : Syntax) : Bool := !isNil (outermost (isAtom text) stx [])

/-- The name of the case that an arm of `induction` or `cases` is for, where it is for one. -/
def armTag (stx : Syntax) : String :=
  match identifiersIn stx[0] [] with
  | n :: _ => if n == `_ then "" else nameText n
  | [] => ""

def isArm (stx : Syntax) : Bool := stx.getKind == ``Lean.Parser.Tactic.inductionAlt

def isCalcStep (stx : Syntax) : Bool :=
  stx.getKind == ``Lean.calcStep || stx.getKind == ``Lean.calcFirstStep

def headToken (stx : Syntax) : String :=
  match firstToken stx with
  | .str .anonymous s => s
  | _ => ""
where
  firstToken (stx : Syntax) : Name :=
    match stx with
    | .atom _ text => .str .anonymous text
    | .node _ _ args => go args.toList
    | _ => .anonymous
  go (args : List Syntax) : Name :=
    match args with
    | [] => .anonymous
    | a :: rest => if isBlank a then go rest else firstToken a

mutual

partial def cutSequence (items : List Syntax) (acc : Array Json) : Array Json :=
  match items with
  | [] => acc
  | stx :: rest =>
    match stx.getPos? with
    | some _ => cutSequence rest (acc.push (cutStep stx))
    | none => cutSequence rest acc

partial def cutBlock (stx : Syntax) : Array Json :=
  if isSequence stx then cutSequence (sequenceItems stx) #[] else #[]

/-- The blocks of the arms of `stx`, each with its name. -/
partial def armBodies (arms : List Syntax) (acc : Array Json) : Array Json :=
  match arms with
  | [] => acc
  | arm :: rest => armBodies rest (seqBodies (outermost isSequence arm []) (armTag arm) acc)

partial def seqBodies (seqs : List Syntax) (tag : String) (acc : Array Json) : Array Json :=
  match seqs with
  | [] => acc
  | s :: rest => seqBodies rest tag (acc.push (bodyJson s s "?_" tag (cutBlock s)))

partial def calcBodies (steps : List Syntax) (acc : Array Json) : Array Json :=
  match steps with
  | [] => acc
  | s :: rest =>
    match lastBy s .missing with
    | some (before, b) =>
      if isAtom ":=" before then calcBodies rest (acc.push (bodyJson b b "?_" "" (cutBlock (blockOf b)))) else calcBodies rest acc
    | none => calcBodies rest acc

/-- `have h : T := by …` and its like. -/
partial def valueBody (stx : Syntax) (kind : String) : Json :=
  match lastBy stx .missing with
  | none => stepJson stx "tactic" [] #[]
  | some (before, b) =>
    let steps := cutBlock (blockOf b)
    if kind == "suffices" then
      if isAtom "from" before then stepJson stx kind [] #[bodyJson b b "?_" "" steps]
      else stepJson stx kind [] #[bodyJson b b "from ?_" "" steps]
    else if !isAtom ":=" before then stepJson stx "tactic" [] #[]
    else if kind == "obtain" then stepJson stx kind [] #[bodyJson before b "" "" steps]
    else stepJson stx kind [] #[bodyJson b b "?_" "" steps]

partial def cutStep (stx : Syntax) : Json :=
  let kind := stx.getKind
  if kind == ``Lean.cdot then stepJson stx "focus" [] (seqBodies (outermost isSequence stx []) "" #[])
  else if kind == ``Lean.Parser.Tactic.case then
    if hasAtom "|" stx[1] then stepJson stx "tactic" [] #[]
    else stepJson stx "case" (identifiersIn stx[1] []) (seqBodies (outermost isSequence stx []) "" #[])
  else if kind == ``Lean.calcTactic then stepJson stx "calc" [] (calcBodies (outermost isCalcStep stx []) #[])
  else if kind == ``Lean.Parser.Tactic.induction || kind == ``Lean.Parser.Tactic.cases then
    stepJson stx "arms" [] (armBodies (outermost isArm stx []) #[])
  else if kind == ``Lean.Parser.Tactic.match || kind == `Lean.Parser.Tactic.tacIfThenElse || kind == `Lean.Parser.Tactic.tacDepIfThenElse then
    stepJson stx "arms" [] (seqBodies (outermost isSequence stx []) "" #[])
  else match headToken stx with
    | "next" => stepJson stx "next" (identifiersIn stx[1] []) (seqBodies (outermost isSequence stx []) "" #[])
    | "have" => valueBody stx "have"
    | "haveI" => valueBody stx "have"
    | "replace" => valueBody stx "have"
    | "suffices" => valueBody stx "suffices"
    | "obtain" => valueBody stx "obtain"
    | "all_goals" => stepJson stx "every" [] #[]
    | "any_goals" => stepJson stx "any" [] #[]
    | _ => stepJson stx "tactic" [] #[]

end

/-- The steps of a script, and where and why it is not one as a whole. -/
def cutScript (s : LiveState) (text : String) : List (String × Json) :=
  let ictx := inputOf text
  let pmctx : Parser.ParserModuleContext :=
    { env := s.core.env, options := s.coreContext.options, currNamespace := s.coreContext.currNamespace,
      openDecls := s.coreContext.openDecls }
  let parser := Parser.andthenFn Parser.whitespace Parser.Tactic.tacticSeq.fn
  let st := parser.run ictx pmctx (Parser.getTokenTable s.core.env) (Parser.mkParserState text)
  let steps := if st.stxStack.isEmpty then #[] else cutBlock st.stxStack.back
  let problem :=
    if st.hasError then st.toErrorMsg ictx
    else if RawPos.endsText st.pos text then ""
    else "unexpected text after the tactic"
  [("steps", Json.arr steps), ("problem", Json.str problem), ("at", num st.pos.byteIdx)]

end Bridge
