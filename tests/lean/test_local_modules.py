"""Files that import the user's own modules, on the embedded engine: found, compiled, audited, judged."""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from prover.api.workplace import workplace
from prover.core import verdict as verdicts
from prover.core.errors import UserError
from prover.core.verdict import Verdict
from prover.lean import LeanEngine, Pool, PoolLimits
from prover.lean.embedded import compiling
from prover.lean.source import SourceFile
from prover.verify import Audit, Ladder, Limits

LIMITS = PoolLimits(size=2, spares=0, start_seconds=240.0)
#: No outcome here is about time.
SLOWLY = Limits(seconds=240.0)

FILES = {
    "lean-toolchain": "",
    "Base.lean": """
universe u
namespace Base
def double (n : Nat) : Nat := n + n
private def hidden (n : Nat) : Nat := n + 1
@[simp] theorem double_eq (n : Nat) : double n = 2 * n := by unfold double; omega
theorem hidden_eq : hidden 1 = 2 := rfl
theorem excluded (p : Prop) : p ∨ ¬p := Classical.em p
notation "⟪" x "⟫" => double x
inductive Shade | dark | light (of : Shade) deriving Repr, DecidableEq
inductive Rose (α : Type u) | node : α → List (Rose α) → Rose α
structure Pair (α : Type u) extends Inhabited α where
  first : α
class Turn (α : Type u) where
  turn : α → α
mutual
inductive Even : Nat → Prop | zero : Even 0 | step : Odd n → Even (n + 1)
inductive Odd : Nat → Prop | step : Even n → Odd (n + 1)
end
def listed (n : Nat) : List Nat := (List.range n).map (· + 1)
partial def forever (n : Nat) : Nat := forever (n + 1)
def ackermann : Nat → Nat → Nat
  | 0, n => n + 1
  | m + 1, 0 => ackermann m 1
  | m + 1, n + 1 => ackermann m (ackermann (m + 1) n)
termination_by m n => (m, n)
end Base
""",
    "Über/Die Mitte.lean": """import Base
open Base
theorem four (n : Nat) : ⟪⟪n⟫⟫ = 4 * n := by simp; omega
theorem holed (n : Nat) : n + 0 = n + 0 + 0 := by sorry
theorem above_hole : 3 + 0 = 3 + 0 + 0 := holed 3
axiom assumed : 1 = 2
theorem from_axiom : 2 = 1 := assumed.symm
""",
    "Tactics.lean": 'macro "finish" : tactic => `(tactic| omega)\n',
    "Planted.lean": """import Lean
open Lean Elab Term in
elab "plant!" : term => do
  let made : Declaration := .thmDecl
    { name := `planted, levelParams := [], type := mkConst ``False, value := mkConst ``True.intro }
  match (← getEnv).addDeclCore 0 made none (doCheck := false) with
  | .ok env => setEnv env
  | .error _ => throwError "refused"
  return mkConst ``True.intro
theorem trigger : True := plant!
""",
    "OnPlanted.lean": "import Planted\ntheorem two : 1 = 2 := planted.elim\n",
}

HEADER = "import Base\nimport Über.«Die Mitte»\nopen Base\n"
STATED = """theorem goal (n : Nat) : double (double n) = n + n + n + n := by sorry
theorem middle (p : Prop) : p ∨ ¬p := by sorry
theorem gap : 3 + 0 = 3 + 0 + 0 := by sorry
theorem wrong : 1 = 1 := by sorry
theorem shade : Shade.dark ≠ .light .dark := by sorry
theorem listing : listed 2 = [1, 2] := by sorry
theorem code : s!"{repr (Shade.light .dark)}" = s!"{repr (Shade.light .dark)}" := by sorry
"""
PROVED = """theorem goal (n : Nat) : double (double n) = n + n + n + n := by rw [four]; omega
theorem middle (p : Prop) : p ∨ ¬p := excluded p
theorem gap : 3 + 0 = 3 + 0 + 0 := above_hole
theorem wrong : 1 = 1 := absurd from_axiom (by decide)
theorem shade : Shade.dark ≠ .light .dark := by decide
theorem listing : listed 2 = [1, 2] := by decide
theorem code : s!"{repr (Shade.light .dark)}" = s!"{repr (Shade.light .dark)}" := rfl
#eval Shade.light .dark
example : double 3 = 6 := by decide
"""


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A project in a folder with a space and a `∀` in its name, and a cache of compiled modules of its own."""
    folder = tmp_path_factory.mktemp("projects") / "für ∀"
    write(folder, FILES)
    with pytest.MonkeyPatch.context() as patch:
        cache = tmp_path_factory.mktemp("cache")
        patch.setattr(compiling, "cache_folder", lambda: cache)
        yield folder


@asynccontextmanager
async def opened(engine: LeanEngine, folder: Path, text: str) -> AsyncIterator[tuple[Pool, Audit, list[str]]]:
    """A workplace for a file of that text in `folder`; what was done to open it."""
    done: list[str] = []
    source = SourceFile("F.lean", text.encode(), folder / "F.lean")
    async with workplace(engine, LIMITS, source, lambda phase, *_: done.append(phase)) as place:
        yield place.pool, place.audit, done


async def checked(engine: LeanEngine, folder: Path, submission: str, reference: str) -> dict[str, Verdict]:
    async with opened(engine, folder, reference) as (pool, audit, _):
        return await Ladder(pool, audit=audit).check(submission, reference=reference, limits=SLOWLY)


@pytest.mark.timeout(600)
async def test_verdicts_on_top_of_local_modules(engine: LeanEngine, project: Path) -> None:
    async with opened(engine, project, HEADER + STATED) as (pool, audit, done):
        assert done == [f"{verb} {name}" for verb in ("compile", "audit") for name in ("Base", "Über.«Die Mitte»")]
        assert not audit.refused
        ladder = Ladder(pool, audit=audit)
        found = await ladder.check(HEADER + PROVED, reference=HEADER + STATED, limits=SLOWLY)
        assert {name: verdict.code for name, verdict in found.items()} == {
            "goal": "proved",
            "middle": "proved",
            "gap": "incomplete",
            "wrong": "forbidden_axiom",
            "shade": "proved",
            "listing": "proved",
            "code": "proved",
        }
        gap, wrong = found["gap"], found["wrong"]
        assert isinstance(gap, verdicts.Incomplete) and gap.through == ("gap", "above_hole", "holed")
        assert isinstance(wrong, verdicts.ForbiddenAxiom) and wrong.names == ("assumed",)
        evidence = found["goal"].report["audited"]
        source = (project / "Base.lean").read_bytes()
        assert evidence["Base"]["source"] == hashlib.sha256(source).hexdigest() and evidence["Base"]["replayed"] > 50
        assert audit.records["Über.«Die Mitte»"].imports == {"Base": audit.records["Base"].digest}
        found = await ladder.check(
            HEADER + PROVED,
            reference=HEADER + STATED,
            targets=["wrong"],
            allowed_axioms=["assumed"],
            strict=True,
            limits=SLOWLY,
        )
        assert found["wrong"].code == "proved"


@pytest.mark.slow
@pytest.mark.timeout(900)
async def test_what_was_compiled_and_audited_is_not_done_again(engine: LeanEngine, project: Path) -> None:
    async with opened(engine, project, "import Base\n") as (_, first, _):
        assert set(first.records) == {"Base"}
    async with opened(engine, project, "import Base\n") as (_, again, done):
        assert again == first and done == []


async def test_modules_that_may_run_code_are_not_audited(engine: LeanEngine, project: Path) -> None:
    """Their tactics can be used, and nothing is proved with them."""
    stated = "import Tactics\ntheorem t (n : Nat) : n < n + 1 := by sorry\n"
    found = (await checked(engine, project, stated.replace("sorry", "finish"), stated))["t"]
    assert isinstance(found, verdicts.Unaudited) and found.modules == ("Tactics",)
    stated = "import OnPlanted\ntheorem t : 1 = 2 := by sorry\n"
    found = (await checked(engine, project, stated.replace("sorry", "exact two"), stated))["t"]
    assert isinstance(found, verdicts.Unaudited) and found.modules == ("OnPlanted", "Planted")
    assert "Planted" in found.report["unaudited"]["OnPlanted"]


#: A theorem that no kernel has seen.
UNCHECKED = """import Lean
inductive Coin | heads | tails
open Lean Elab Term in
elab "plant!" : term => do
  let made : Declaration := .thmDecl
    { name := `planted, levelParams := [], type := mkConst ``False, value := mkConst ``True.intro }
  match (← getEnv).addDeclCore 0 made none (doCheck := false) with
  | .ok env => saveModuleData "forged.olean" `Lie (← mkModuleData env .private)
  | .error _ => throwError "refused"
  return mkConst ``True.intro
theorem trigger : True := plant!
"""
#: A recursor that takes heads for tails: with it the kernel proves anything.
OTHER_RULES = """import Lean
inductive Coin | heads | tails
open Lean Elab Command
partial def forge (cs : List ConstantInfo) (acc : Array ConstantInfo) : Array ConstantInfo :=
  match cs with
  | [] => acc
  | .recInfo v :: rest =>
    let rules := match v.rules with
      | [r, q] => [{ r with rhs := q.rhs }, q]
      | rules => rules
    forge rest (acc.push (.recInfo { v with rules }))
  | c :: rest => forge rest (acc.push c)
run_cmd do
  let data ← mkModuleData (← getEnv) .private
  saveModuleData "forged.olean" `Lie { data with constants := forge data.constants.toList #[] }
"""


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (UNCHECKED, "the kernel refuses planted: type_mismatch"),
        (OTHER_RULES, "Coin.rec in its compiled file is not what the kernel makes of it"),
    ],
)
async def test_a_compiled_file_that_lies_is_refused(engine: LeanEngine, project: Path, text: str, reason: str) -> None:
    """The source is innocent, and what was compiled from it is not."""
    folder = project / "lies"
    write(folder, {"lean-toolchain": "", "Lie.lean": "import Lean\ninductive Coin | heads | tails\n"})
    async with opened(engine, folder, "import Lie\n") as (pool, audit, _):
        assert set(audit.records) == {"Lie"}
        async with pool.lease(["Init", "Lean"]) as worker:
            made = await worker.elaborate(await worker.begin("Lie"), text, start=len("import Lean\n"))
            assert made.clean
            forged = (worker.process.scratch / "forged.olean").read_bytes()
            worker.discard()
    facts = next(path for path in _cache().rglob("module.json") if json.loads(path.read_text())["module"] == "Lie")
    original = facts.read_text(), (facts.parent / "module.olean").read_bytes()
    (facts.parent / "module.olean").write_bytes(forged)
    facts.write_text(json.dumps({**json.loads(original[0]), "olean": hashlib.sha256(forged).hexdigest()}))
    async with opened(engine, folder, "import Lie\n") as (_, audit, done):
        assert done == ["audit Lie"] and audit.refused == {"Lie": reason}
    facts.write_text(original[0])
    (facts.parent / "module.olean").write_bytes(original[1])


RUN = """import Lying
theorem one : Lean.reduceBool test = true := rfl
theorem two : Lean.reduceBool no = false := rfl
theorem goal : False := by
  have same : Lean.reduceBool test = Lean.reduceBool no := congrArg Lean.reduceBool (show test = no from rfl)
  rw [one, two] at same
  exact Bool.noConfusion same
"""
CLAIMED = """import Lying
def mine : Bool := test
set_option debug.skipKernelTC true in
theorem claim : mine = true := Lean.ofReduceBool mine true rfl
theorem goal : False := by
  have honest : mine = false := rfl
  rw [claim] at honest
  exact Bool.noConfusion honest
"""


@pytest.mark.slow
@pytest.mark.timeout(900)
async def test_code_of_a_module_that_says_something_else_proves_nothing(engine: LeanEngine, project: Path) -> None:
    """Lean's compiler makes the code of `test` from `test._unsafe_rec`, and the kernel runs such code."""
    folder = project / "lying"
    lying = "def test._unsafe_rec : Bool := yes\ndef test : Bool := (fun (_ : Bool) => false) test._unsafe_rec\n"
    write(folder, {"lean-toolchain": "", "Lying.lean": f"def yes : Bool := true\ndef no : Bool := false\n{lying}"})
    stated = "import Lying\ntheorem goal : False := by sorry\n"
    async with opened(engine, folder, stated) as (pool, audit, _):
        assert not audit.refused
        judge = Ladder(pool, audit=audit)
        for text, code in ((RUN, "forbidden_axiom"), (CLAIMED, "kernel_refused")):
            found = await judge.check(text, reference=stated, allowed_axioms=["native"], limits=SLOWLY)
            assert found["goal"].code == code


@pytest.mark.slow
@pytest.mark.timeout(900)
async def test_a_changed_module_or_compiled_file_is_compiled_anew(engine: LeanEngine, project: Path) -> None:
    folder = project / "changes"
    stated = "import Deep.One\ntheorem t : value = 1 := by sorry\n"
    write(folder, {"lean-toolchain": "", "Deep/One.lean": "import Two\n", "Two.lean": "def value : Nat := 1\n"})
    assert (await checked(engine, folder, stated.replace("sorry", "rfl"), stated))["t"].code == "proved"
    write(folder, {"Two.lean": "def value : Nat := 2\n"})
    async with opened(engine, folder, stated) as (pool, audit, done):
        assert [phase for phase in done if "compile" in phase] == ["compile Two", "compile Deep.One"]
        found = await Ladder(pool, audit=audit).check(stated.replace("sorry", "rfl"), reference=stated, limits=SLOWLY)
        assert found["t"].code == "elaboration_error"
    for olean in _cache().rglob("module.olean"):
        if json.loads((olean.parent / "module.json").read_text())["module"] == "Two":
            olean.write_bytes(b"not a compiled file")
    async with opened(engine, folder, stated) as (_, audit, done):
        assert "compile Two" in done and set(audit.records) == {"Two", "Deep.One"}


async def test_imports_that_cannot_be_had_are_explained(engine: LeanEngine, project: Path) -> None:
    folder = project / "bad"
    files = {"lean-toolchain": "", "A.lean": "import B\n", "B.lean": "import Gone\n", "Std/Mine.lean": ""}
    write(
        folder, {**files, "Wrong.lean": "\ntheorem t : 1 = 2 := rfl\n", "C.lean": "import D\n", "D.lean": "import C\n"}
    )
    for module, code, words in [
        ("A", "missing_import", "F.lean -> A -> B -> Gone"),
        ("C", "import_cycle", "C -> D -> C"),
        ("Std.Mine", "module_name", "Std.Mine"),
        ("Wrong", "import_fails", "Wrong.lean:2:"),
    ]:
        with pytest.raises(UserError) as raised:
            async with opened(engine, folder, f"import {module}\n"):
                pass
        assert raised.value.code == code and words in raised.value.message


def _cache() -> Path:
    return compiling.cache_folder()
