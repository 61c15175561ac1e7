"""Audit records of the user's own modules: what they say, when there is none, and what verdicts make of them."""

from __future__ import annotations

import copy
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import pytest

from prover.core.errors import Crashed
from prover.lean import Pool
from prover.lean.elaboration import Command
from prover.lean.embedded.compiling import Compiled
from prover.lean.header import HeaderInfo, Import
from prover.lean.modules import Module
from prover.lean.replay import Replay
from prover.lean.source import SourceFile
from prover.verify import Audit, Record
from prover.verify.audit import audit_modules, grounds
from prover.verify.name import Name, parse
from prover.verify.record import Grounds
from prover.verify.tables import Tables

#: Constants of Lean's that the exports mention.
LEANS = {
    "Nat": "inductive",
    "Nat.le_refl": "theorem",
    "propext": "axiom",
    "sorryAx": "axiom",
    "Bool.true": "constructor",
}


class Export:
    """Builds an export, made with details, by hand."""

    def __init__(self) -> None:
        self.names: list[list[Any]] = []
        self.exprs: list[list[Any]] = [["s", 0]]
        self.constants: list[dict[str, Any]] = []
        self.imported: list[dict[str, Any]] = []
        for name, kind in LEANS.items():
            self.bring(name, kind, "Init.Core")

    def bring(self, name: str, kind: str, module: str) -> None:
        self.imported.append({"name": self.name(name), "kind": kind, "module": module})

    def name(self, name: str | Name) -> int:
        at = 0
        for part in parse(name) if isinstance(name, str) else name:
            if [at, part] not in self.names:
                self.names.append([at, part])
            at = self.names.index([at, part]) + 1
        return at

    def expr(self, *row: Any) -> int:
        self.exprs.append(list(row))
        return len(self.exprs) - 1

    def const(self, name: str | Name) -> int:
        return self.expr("c", self.name(name), [])

    def hole(self, proposition: int) -> int:
        return self.expr("a", self.expr("a", self.const("sorryAx"), proposition), self.const("Bool.true"))

    def add(self, kind: str, name: str | Name, type_: int, value: int | None = None, **more: Any) -> Export:
        item = {"kind": kind, "name": self.name(name), "type": type_, "params": [], **more}
        self.constants.append(item if value is None else {**item, "value": value})
        return self

    def json(self) -> dict[str, Any]:
        tables = {"names": self.names, "levels": [], "exprs": self.exprs}
        return copy.deepcopy({**tables, "constants": self.constants, "imported": self.imported})

    def read(self) -> Tables:
        return Tables.read(self.json())


class Engine:
    description = "a played one"


DECLARATION = Command("Lean.Parser.Command.declaration", None, False)


def compiled(folder: Path, name: str = "M", text: str = "theorem t : Nat", imports: Sequence[str] = ()) -> Compiled:
    folder = folder / name
    folder.mkdir(exist_ok=True)
    header = HeaderInfo((Import("Init"), *map(Import, imports)), 0, False, ())
    module = Module(name, SourceFile(name, text.encode()), header, tuple(imports))
    return Compiled(module, "key", folder, module.source.digest, f"olean of {text}", (DECLARATION,))


class Kernel:
    """Stands for the pool: a module's export as its compiled file has it, and the kernel's word on it."""

    def __init__(self, export: Export, imports: Sequence[str] = ("Init",)) -> None:
        self.engine = Engine()
        self.claimed = {**export.json(), "imports": list(imports)}
        self.accepted = export.json()
        self.answer: Replay | Exception | None = None
        self.leased: list[tuple[str, ...]] = []
        self.env = 1

    @asynccontextmanager
    async def lease(self, modules: Sequence[str], *, clean: bool = False) -> AsyncIterator[Kernel]:
        assert clean
        self.leased.append(tuple(modules))
        yield self

    async def export(self, env: int, *, module: str, seconds: float) -> dict[str, Any]:
        return self.claimed

    async def replay(self, *_: Any, **__: Any) -> Replay:
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer or Replay(True, None, "", self.accepted, 0.1)


async def audited(kernel: Kernel, *modules: Compiled) -> Audit:
    return await audit_modules(modules, cast(Pool, kernel))


def export() -> Export:
    """A type, an axiom on it, a theorem from the axiom, one with a hole, one that uses `propext`, one that is fine."""
    made = Export()
    family = [made.name("T")]
    t = made.const("T")
    made.add("inductive", "T", 0, all=family, ctors=[made.name("T.mk")], numParams=0, isRec=False)
    made.add("constructor", "T.mk", t, induct=family[0], cidx=0, numFields=0)
    made.add("recursor", "T.rec", t, all=family, k=False, rules=[[made.name("T.mk"), 0, t]])
    t, nat = made.const("T"), made.const("Nat")
    made.add("axiom", "ax", t).add("theorem", "user", t, made.const("ax"))
    made.add("theorem", "open", t, made.hole(t)).add("theorem", "above", nat, made.expr("a", made.const("open"), t))
    made.add("theorem", "std", nat, made.const("propext")).add("theorem", "fine", t, made.const("Nat.le_refl"))
    return made


def test_grounds_go_through_everything_below() -> None:
    found = grounds(export().read(), {})
    assert found[("user",)] == found[("ax",)] == Grounds(axioms=(("ax",),))
    assert found[("above",)] == found[("open",)] == Grounds(holes=(("open",),))
    assert found[("std",)] == Grounds(axioms=(("propext",),))
    assert found[("fine",)] == found[("T",)] == found[("T", "mk")] == found[("T", "rec")] == Grounds()


def test_grounds_of_imported_modules_come_from_their_records() -> None:
    known = Grounds((("far",),), (("gap",),))
    below = Record("Below", "", "", {}, "", "", 0, {("known",): known})
    made = Export()
    for name in ("known", "hidden"):
        made.bring(name, "theorem", "Below")
        made.add("theorem", f"by_{name}", made.const("Nat"), made.const(name))
    made.add("theorem", "nowhere", made.const("Nat"), made.const("unheard_of"))
    found = grounds(made.read(), {"Below": below})
    assert found[("by_known",)] == known
    # What a record does not tell of counts as an axiom, as does what no import brought.
    assert found[("by_hidden",)] == Grounds(axioms=(("hidden",),))
    assert found[("nowhere",)] == Grounds(axioms=(("unheard_of",),))


async def test_a_record_is_made_once(tmp_path: Path) -> None:
    kernel = Kernel(export())
    module = compiled(tmp_path)
    first = await audited(kernel, module)
    record = first.records["M"]
    assert kernel.leased == [("M",), ("Init",)] and not first.refused
    assert record.replayed == 7 and record.constants[("user",)].axioms == (("ax",),)
    assert await audited(kernel, module) == first and len(kernel.leased) == 2
    assert first.without_proof([("propext",)]) == {("ax",), ("user",), ("open",), ("above",)}


@pytest.mark.parametrize("key", ["olean", "source", "lean", "version", "imports", "module"])
async def test_a_record_of_something_else_does_not_count(tmp_path: Path, key: str) -> None:
    kernel = Kernel(export())
    module = compiled(tmp_path)
    await audited(kernel, module)
    path = module.folder / "audit.json"
    stored = json.loads(path.read_text())
    path.write_text(json.dumps({**stored, key: {"N": "1"} if key == "imports" else "other"}))
    await audited(kernel, module)
    assert len(kernel.leased) == 4
    path.write_text("{")
    await audited(kernel, module)
    assert len(kernel.leased) == 6


def _value(constants: list[dict[str, Any]]) -> None:
    constants[-1]["value"] = constants[-2]["value"]


def _rules(constants: list[dict[str, Any]]) -> None:
    constants[2]["rules"][0][1] = 1


def _extra(constants: list[dict[str, Any]]) -> None:
    constants.append({**constants[-1], "name": 1})


@pytest.mark.parametrize("change", [_value, _rules, _extra, list.pop])
async def test_the_compiled_file_must_be_what_the_kernel_makes_of_it(
    tmp_path: Path, change: Callable[[list[dict[str, Any]]], None]
) -> None:
    kernel = Kernel(export())
    change(kernel.accepted["constants"])
    module = compiled(tmp_path)
    found = await audited(kernel, module)
    assert "not what the kernel makes of it" in found.refused["M"] and not found.records
    # It stays refused, and nobody is asked again.
    assert await audited(kernel, module) == found and len(kernel.leased) == 2


async def test_what_the_kernel_refuses_is_named(tmp_path: Path) -> None:
    kernel = Kernel(export())
    kernel.answer = Replay(False, 2, "type_mismatch", None, 0.1)
    found = await audited(kernel, compiled(tmp_path))
    assert found.refused == {"M": "the kernel refuses user: type_mismatch"}


async def test_a_compiled_file_with_other_imports_is_refused(tmp_path: Path) -> None:
    found = await audited(Kernel(export(), imports=["Init", "Other"]), compiled(tmp_path))
    assert set(found.refused) == {"M"}


async def test_a_failure_of_the_machinery_is_no_lasting_refusal(tmp_path: Path) -> None:
    kernel = Kernel(export())
    kernel.answer = Crashed("gone")
    assert "gone" in (await audited(kernel, compiled(tmp_path))).refused["M"]
    kernel.answer = None
    assert set((await audited(kernel, compiled(tmp_path))).records) == {"M"}


@pytest.mark.parametrize("text", ["#eval 1", 'macro "x" : term => `(1)', "run_cmd skip", "initialize pure ()"])
async def test_a_module_that_may_run_code_has_no_record(tmp_path: Path, text: str) -> None:
    kernel = Kernel(export(), imports=["Init"])
    user = compiled(tmp_path, "User", imports=["M"])
    found = await audited(kernel, compiled(tmp_path, text=text), user)
    assert set(found.refused) == {"M", "User"} and not kernel.leased


async def test_a_notation_runs_no_code_of_its_own(tmp_path: Path) -> None:
    found = await audited(Kernel(export()), compiled(tmp_path, text='infixl:65 " ∘∘ " => Nat.add'))
    assert set(found.records) == {"M"}


async def test_private_and_numbered_names_survive_in_a_record(tmp_path: Path) -> None:
    private = ("_private", "M", 0, "p")
    made = Export()
    kernel = Kernel(made.add("axiom", private, made.const("Nat")))
    for _ in range(2):
        found = await audited(kernel, compiled(tmp_path))
        assert found.records["M"].constants == {private: Grounds(axioms=(private,))}
