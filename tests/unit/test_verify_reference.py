"""What a reference says that there is to prove, and what stands in the way; two exports of one module side by side."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any, cast

import pytest

from prover.core.errors import CallTimeout, Crashed, UserError
from prover.core.message import Message, Severity
from prover.core.verdict import BadTarget, Infrastructure, TimedOut
from prover.lean.elaboration import Elaboration
from prover.lean.header import HeaderInfo, Import
from prover.lean.pool import Pool
from prover.verify.elaborated import Elaborated
from prover.verify.identity import Identity
from prover.verify.references import References
from prover.verify.run import Limits, Run, Settled
from prover.verify.tables import MalformedExport, Tables
from prover.verify.targets import chosen_targets, filled_definitions, own_targets

#: 1 Nat, 2 sorryAx, 3 open_def, 4 whole_def, 5 open_thm, 6 whole_thm, 7 odd
NAMES = [[0, "Nat"], [0, "sorryAx"], [0, "open_def"], [0, "whole_def"], [0, "open_thm"], [0, "whole_thm"], [0, "odd"]]
EXPORT: dict[str, Any] = {
    "names": NAMES,
    "levels": [["s", 0]],
    "exprs": [["c", 1, []], ["c", 2, []], ["n", "3"]],
    "constants": [
        {"kind": "def", "name": 3, "params": [], "type": 0, "value": 1},
        {"kind": "def", "name": 4, "params": [], "type": 0, "value": 2},
        {"kind": "theorem", "name": 5, "params": [], "type": 0, "value": 1},
        {"kind": "theorem", "name": 6, "params": [], "type": 0, "value": 2},
        {"kind": "theorem", "name": 7, "params": [], "type": 1, "value": 2},
    ],
    "imported": [{"name": 1, "kind": "inductive", "module": "Init"}, {"name": 2, "kind": "axiom", "module": "Init"}],
}
ALL = ("open_def", "whole_def", "open_thm", "whole_thm", "odd")


def file(*declared: str) -> Elaborated:
    elaboration = Elaboration(1, (), (), (), (), False, 0.0)
    header = HeaderInfo((Import("Init"),), 0, False, ())
    return Elaborated("", header, elaboration, Tables.read(EXPORT), tuple((name,) for name in declared))


def test_a_reference_asks_for_its_open_theorems_or_for_all() -> None:
    assert chosen_targets(file(*ALL[:4]), None) == {"open_thm": ("open_thm",)}
    assert chosen_targets(file("whole_thm", "whole_def"), None) == {"whole_thm": ("whole_thm",)}
    with pytest.raises(UserError) as refused:
        chosen_targets(file("whole_def"), None)
    assert refused.value.code == "no_target"


@pytest.mark.parametrize(
    ("text", "definitions", "what"),
    [
        ("nothing", False, "missing"),
        ("whole_def", False, "kind"),
        ("open_def", False, "kind"),
        ("whole_def", True, "kind"),
        ("odd", False, "hole_in_statement"),
    ],
)
def test_why_a_name_is_no_target(text: str, definitions: bool, what: str) -> None:
    verdict = chosen_targets(file(*ALL), [text], definitions=definitions)[text]
    assert isinstance(verdict, BadTarget) and verdict.what == what


def test_an_open_definition_can_be_a_target() -> None:
    assert chosen_targets(file(*ALL), ["open_def"], definitions=True) == {"open_def": ("open_def",)}
    assert filled_definitions(file(*ALL), ["open_def"]) == {("open_def",)} and filled_definitions(None, []) == set()
    for text in ("whole_def", "open_thm", "nothing"):
        with pytest.raises(UserError) as refused:
            filled_definitions(file(*ALL), [text])
        assert refused.value.code == "bad_fill"


def test_without_a_reference_every_theorem_is_judged() -> None:
    assert chosen_targets(None, ["a.b"]) == {"a.b": ("a", "b")}
    assert set(own_targets(file(*ALL), None)) == {"open_thm", "whole_thm", "odd"}
    assert own_targets(file(*ALL), ["odd", "x.y"]) == {"odd": ("odd",), "x.y": ("x", "y")}
    with pytest.raises(UserError) as refused:
        own_targets(file("whole_def"), None)
    assert refused.value.code == "no_target"


# --- elaborating it


class Stub:
    """In place of a pool: headers and workers as told."""

    def __init__(self, header: HeaderInfo | Exception, lease: Exception | None = None) -> None:
        self._header, self._lease = header, lease
        self.asked = 0

    async def read_header(self, text: str) -> HeaderInfo:
        self.asked += 1
        if isinstance(self._header, Exception):
            raise self._header
        return self._header

    @asynccontextmanager
    async def lease(self, *_: Any, **__: Any) -> AsyncIterator[None]:
        if self._lease is not None:
            raise self._lease
        yield


def header(*modules: str, wrong: str = "") -> HeaderInfo:
    messages = (Message(Severity.ERROR, wrong, "", None, None),) if wrong else ()
    return HeaderInfo(tuple(map(Import, modules)), 0, False, messages)


@pytest.mark.parametrize(
    ("pool", "verdict", "asked"),
    [
        (Stub(header("Other")), BadTarget(what="prelude", detail="the reference does not import Init"), 1),
        (Stub(header("Init", wrong="no such module")), BadTarget(what="header", detail="no such module"), 1),
        (Stub(CallTimeout("late")), TimedOut("reference"), 1),
        (Stub(Crashed("gone")), Infrastructure(error="crashed", detail="gone"), 2),
        (Stub(header("Init"), Crashed("gone")), Infrastructure(error="crashed", detail="gone"), 2),
    ],
)
async def test_what_stands_in_the_way_of_a_reference(pool: Stub, verdict: object, asked: int) -> None:
    """A process that fails has no part in it: it is asked once more, and then nothing is said of the submission."""
    with pytest.raises(Settled) as settled:
        await References(cast("Pool", pool), 2).get("theorem t : True := sorry", Run(Limits(30)))
    assert (settled.value.verdict, pool.asked) == (verdict, asked)


async def test_a_reference_is_elaborated_once_and_the_last_ones_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []

    async def elaborate(self: References, text: str, run: Run) -> Elaborated:
        made.append(text)
        await asyncio.sleep(0)
        return file(*ALL)

    monkeypatch.setattr(References, "_elaborate", elaborate)
    references = References(cast("Pool", None), 2)
    run = Run(Limits(30))
    first = await asyncio.gather(*(references.get("a", run) for _ in range(5)))
    assert made == ["a"] and all(one is first[0] for one in first)
    for text in ("b", "a", "c", "a", "b"):
        await references.get(text, run)
    assert made == ["a", "b", "c", "b"]


async def test_a_reference_that_was_cut_off_is_not_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    async def elaborate(self: References, text: str, run: Run) -> Any:
        return SimpleNamespace(elaboration=SimpleNamespace(stopped=True))

    monkeypatch.setattr(References, "_elaborate", elaborate)
    for _ in range(2):
        with pytest.raises(Settled) as settled:
            await References(cast("Pool", None), 2).get("a", Run(Limits(30)))
        assert settled.value.verdict == TimedOut("reference")


async def test_who_waits_for_a_reference_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    begun = asyncio.Event()

    async def elaborate(self: References, text: str, run: Run) -> Any:
        begun.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(References, "_elaborate", elaborate)
    references = References(cast("Pool", None), 2)
    first = asyncio.ensure_future(references.get("a", Run(Limits(30))))
    await begun.wait()
    with pytest.raises(Settled) as settled:
        await references.get("a", Run(Limits(0.05)))
    assert settled.value.verdict == TimedOut("reference")
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first


# --- two exports of one module

RECURSOR: dict[str, Any] = {
    "names": [[0, "T"], [0, "T.mk"], [0, "T.rec"], [0, "u"], [0, "x"]],
    "levels": [["s", 0], ["p", 4], ["m", 1, 2]],
    "exprs": [
        ["s", 3], ["c", 1, [3]], ["b", 0], ["l", 5, 1, 2, 0], ["p", 5, 1, 1, 1], ["a", 3, 1], ["t", 5, 1, 5, 2],
        ["j", 1, 0, 1], ["n", "2"], ["r", "s"],
    ],
    "constants": [
        {"kind": "inductive", "name": 1, "params": [4], "type": 0, "ctors": [2], "all": [1], "numParams": 0},
        {"kind": "constructor", "name": 2, "params": [4], "type": 1, "induct": 1, "cidx": 0},
        {"kind": "recursor", "name": 3, "params": [4], "type": 4, "all": [1], "rules": [[2, 0, 6]], "k": False},
        {"kind": "def", "name": 5, "params": [4], "type": 4, "value": 3, "hints": 1, "safety": "safe", "all": [5]},
    ],
    "imported": [],
}  # fmt: skip


def said(export: dict[str, Any], identity: Identity) -> dict[Any, object]:
    return identity.constants(export, Tables.read(export))


def changed(at: int, **fields: Any) -> dict[str, Any]:
    constants = [dict(c) for c in RECURSOR["constants"]]
    constants[at] |= fields
    return {**RECURSOR, "constants": constants}


def test_the_same_module_says_the_same() -> None:
    identity = Identity()
    # Rows that nothing needs change the numbers, not what is said.
    other = {**RECURSOR, "exprs": [*RECURSOR["exprs"], ["s", 0]], "levels": [*RECURSOR["levels"], ["s", 1]]}
    assert said(RECURSOR, identity) == said(other, identity)
    assert set(said(RECURSOR, identity)) == {("T",), ("T.mk",), ("T.rec",), ("x",)}


@pytest.mark.parametrize(
    ("at", "fields"),
    [
        (0, {"numParams": 1}), (0, {"ctors": []}), (1, {"cidx": 1}), (1, {"type": 0}), (2, {"rules": [[2, 0, 3]]}),
        (2, {"rules": [[2, 1, 6]]}), (2, {"k": True}), (3, {"value": 1}), (3, {"hints": 2}), (3, {"params": []}),
    ],
)  # fmt: skip
def test_a_field_that_differs_is_a_difference(at: int, fields: dict[str, Any]) -> None:
    identity = Identity()
    assert said(RECURSOR, identity) != said(changed(at, **fields), identity)


@pytest.mark.parametrize("rules", [[[2, 0]], [[99, 0, 1]], [["x", 0, 1]], 7, [[2, 0, 999]]])
def test_rules_that_are_none(rules: object) -> None:
    with pytest.raises(MalformedExport):
        said(changed(2, rules=rules), Identity())
