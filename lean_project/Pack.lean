module
public import Lean
public meta import Lean
set_option compiler.extract_closed false
open Lean Elab Command

/-!
Compiles a library of ours (the Bridge, CoreMath) for the embedded engine, whose stock `lean -o` leaves the
code of a file in parts that its own loader does not read. All modules go into one, in the working folder.
The names of the generated code become constants of it, unsafe ones, because the interpreter finds code by
the module a name belongs to. A library with an axiom or a hole is refused.

Standard input: the folder of the sources; the name of the library; `Lean` or `Init`, which it is built on;
then one module name a line, each after those it imports.
-/

public meta partial def report : List Message → Bool → IO Bool
  | [], bad => pure bad
  | m :: ms, bad => do
    let s ← m.toString
    (← IO.getStdout).putStrLn s
    report ms (match m.severity with | .error => true | _ => bad)

public meta partial def go (ictx : Parser.InputContext) (pos : Parser.ModuleParserState)
    (cs : Command.State) (bad : Bool) : IO (Command.State × Bool) := do
  let scope := match cs.scopes with | s :: _ => s | [] => { header := "" }
  let pmctx : Parser.ParserModuleContext :=
    { env := cs.env, options := scope.opts, currNamespace := scope.currNamespace,
      openDecls := scope.openDecls }
  let (stx, ps, msgs) := Parser.parseCommand ictx pmctx pos cs.messages
  let ref ← IO.mkRef { cs with messages := msgs }
  let ctx : Command.Context :=
    { fileName := ictx.fileName, fileMap := ictx.fileMap, snap? := none, cancelTk? := none }
  match ← ((Command.elabCommand stx) ctx ref).toBaseIO with
  | .ok _ => pure ()
  | .error _ => pure ()
  let cs' ← ref.get
  let bad ← report cs'.messages.toList bad
  if Parser.isTerminalCommand stx then return (cs', bad) else go ictx ps { cs' with messages := {} } bad

public meta partial def codeNames (env : Environment) : List IR.Decl → Array Name → Array Name
  | [], acc => acc
  | d :: ds, acc => codeNames env ds (if env.contains d.name then acc else acc.push d.name)

public meta partial def declareNames (ns : Array Name) (i : Nat) (d : ModuleData) : ModuleData :=
  if i < ns.size then
    let n := ns[i]!
    let c : ConstantInfo := .axiomInfo { name := n, levelParams := [], type := .sort .zero, isUnsafe := true }
    declareNames ns (i + 1) { d with constNames := d.constNames.push n, constants := d.constants.push c }
  else d

/-- Elaborates one source on top of what came before; its own imports are those already here. -/
public meta def elaborateSource (folder name : String) (env : Environment) : IO (Environment × Bool) := do
  let path := folder ++ "/" ++ "/".intercalate (name.splitOn ".") ++ ".lean"
  let src ← IO.FS.readFile path
  let ictx : Parser.InputContext := { inputString := src, fileName := path, fileMap := FileMap.ofString src }
  let (_, ps, msgs) ← Parser.parseHeader ictx
  let options := (Options.empty.setBool `Elab.async false).setBool `compiler.extract_closed false
  let cs := Command.mkState env msgs (options.setBool `autoImplicit false)
  let (cs, bad) ← go ictx ps cs false
  return (cs.env, bad)

public meta partial def elaborateAll (folder : String) (h : IO.FS.Stream) (env : Environment) : IO (Environment × Bool) := do
  let name := (← h.getLine).trimAscii.toString
  if name.isEmpty then return (env, false)
  let (env, bad) ← elaborateSource folder name env
  if bad then return (env, true) else
    (← IO.getStdout).putStrLn ("compiled " ++ name)
    (← IO.getStdout).flush
    elaborateAll folder h env

public meta partial def anyOf (p : Name → Bool) (ns : Array Name) (i : Nat) : Bool :=
  if i < ns.size then p ns[i]! || anyOf p ns (i + 1) else false

/-- Axioms that stand for a hole or for trust in the compiler. -/
public meta def isUnsound (n : Name) : Bool :=
  n == ``sorryAx || n == ``Lean.ofReduceBool || n == ``Lean.ofReduceNat || n == ``Lean.trustCompiler

public meta def isDishonest (c : ConstantInfo) : Bool :=
  match c with
  | .axiomInfo _ => true
  | _ => !c.isUnsafe && (anyOf isUnsound c.type.getUsedConstants 0 ||
    match c.value? (allowOpaque := true) with
    | some v => anyOf isUnsound v.getUsedConstants 0
    | none => false)

public meta partial def reportDishonest (cs : Array ConstantInfo) (i : Nat) (bad : Bool) : IO Bool := do
  if i < cs.size then
    let c := cs[i]!
    if isDishonest c then
      let name ← (MessageData.ofName c.name).toString
      (← IO.getStdout).putStrLn ("axiom or hole: " ++ name)
    reportDishonest cs (i + 1) (bad || isDishonest c)
  else return bad

public meta unsafe def main : IO Unit := do
  enableInitializersExecution
  let h ← IO.getStdin
  let folder := (← h.getLine).trimAscii.toString
  let library := (← h.getLine).trimAscii.toString
  let base : Import := match (← h.getLine).trimAscii.toString with
    | "Lean" => { module := `Lean, importAll := true, isMeta := true }
    | _ => { module := `Init }
  let env ← importModules #[base] {} 0 (level := .private) (loadExts := true)
  let name := Name.mkSimple library
  let (env, bad) ← elaborateAll folder h (env.setMainModule name)
  let data ← mkModuleData env .private
  if bad || (← reportDishonest data.constants 0 false) then
    (← IO.getStdout).putStrLn "failed"
  else
    saveModuleData ⟨library ++ ".olean"⟩ name (declareNames (codeNames env (IR.getDecls env) #[]) 0 data)
    (← IO.getStdout).putStrLn "packed"
  (← IO.getStdout).flush
