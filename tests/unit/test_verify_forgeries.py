"""Forged exports, made at random: no exception but `MalformedExport`, no changed statement taken for equal."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from prover.verify.comparison import Comparison
from prover.verify.footing import footing, own_holes
from prover.verify.name import Name
from prover.verify.plan import plan
from prover.verify.tables import MalformedExport, Tables

#: `inductive T | a : T | b : T`, `def f (x : T) : T := x`, `theorem easy : T.a = T.a`, `theorem goal : f T.a = T.b`.
NAMES = ["T", "a", "b", "f", "easy", "goal", "Eq", "rfl", "x", "u", "sorryAx", "g"]
HONEST: dict[str, Any] = {
    "names": [[0, "T"], [1, "a"], [1, "b"], *([0, name] for name in NAMES[3:])],
    "levels": [["s", 0], ["p", 10]],
    "exprs": [
        ["s", 1],  # 0: Type
        ["c", 1, []],  # 1: T
        ["c", 2, []],  # 2: T.a
        ["c", 3, []],  # 3: T.b
        ["p", 9, 1, 1, 0],  # 4: T → T
        ["b", 0],
        ["l", 9, 1, 5, 0],  # 6: fun x => x
        ["c", 4, []],  # 7: f
        ["a", 7, 2],  # 8: f T.a
        ["c", 7, [1]],  # 9: Eq
        ["a", 9, 1],
        ["a", 10, 8],
        ["a", 11, 3],  # 12: f T.a = T.b
        ["a", 10, 2],
        ["a", 13, 2],  # 14: T.a = T.a
        ["c", 8, [1]],  # 15: rfl
        ["a", 15, 1],
        ["a", 16, 2],  # 17: rfl T.a
        ["c", 11, [0]],  # 18: sorryAx
        ["a", 18, 12],
        ["a", 19, 2],  # 20: a hole
    ],
    "constants": [
        {"kind": "inductive", "name": 1, "params": [], "type": 0, "numParams": 0, "all": [1], "ctors": [2, 3]},
        {"kind": "constructor", "name": 2, "params": [], "type": 1, "induct": 1, "cidx": 0},
        {"kind": "constructor", "name": 3, "params": [], "type": 1, "induct": 1, "cidx": 1},
        {"kind": "def", "name": 4, "params": [], "type": 4, "value": 6, "safety": "safe", "hints": 1, "all": [4]},
        {"kind": "theorem", "name": 5, "params": [], "type": 14, "value": 17, "all": [5]},
        {"kind": "theorem", "name": 6, "params": [], "type": 12, "value": 20, "all": [6]},
    ],
    "imported": [
        {"name": 7, "kind": "inductive", "module": "Init.Prelude"},
        {"name": 8, "kind": "def", "module": "Init.Prelude"},
        {"name": 11, "kind": "axiom", "module": "Init.Prelude"},
    ],
}
GOAL: Name = ("goal",)
REFERENCE = Tables.read(HONEST)

_values = st.one_of(
    st.integers(-1, 24),
    st.sampled_from(
        ["a", "l", "p", "c", "b", "s", "t", "j", "n", "r", "def", "axiom", "theorem", "opaque", "g", "", "7"]
    ),
    st.sampled_from([None, True, [], [0], [1], [2, 3], [3, 2], {}, 10**30]),
)
_mutation = st.tuples(
    st.sampled_from(["names", "levels", "exprs", "constants", "imported"]),
    st.integers(0, 20),
    st.integers(0, 9),
    _values,
)


def forged(mutations: list[tuple[str, int, int, Any]]) -> dict[str, Any]:
    """The honest export with single entries replaced; a part past the end of a row is added to the row."""
    export = copy.deepcopy(HONEST)
    for table, at, part, value in mutations:
        rows = export[table]
        row = rows[at % len(rows)]
        if isinstance(row, dict):
            keys = sorted(row)
            row[keys[part % len(keys)]] = value
        elif part % (len(row) + 1) == len(row):
            row.append(value)
        else:
            row[part % (len(row) + 1)] = value
    return export


def written(tables: Tables, row: int) -> Any:
    """A term with names and levels in place of rows, names of binders left out; for small terms only."""
    expr = tables.exprs[row]
    match expr[0]:
        case "a":
            return ("a", written(tables, expr[1]), written(tables, expr[2]))
        case "l" | "p":
            return (expr[0], written(tables, expr[2]), written(tables, expr[3]))
        case "t":
            return ("t", *(written(tables, part) for part in expr[2:5]))
        case "c":
            return ("c", tables.named(expr), tuple(level(tables, at) for at in expr[2]))
        case "s":
            return ("s", level(tables, expr[1]))
        case "j":
            return ("j", tables.named(expr), expr[2], written(tables, expr[3]))
        case _:
            return expr[:2]


def level(tables: Tables, row: int) -> Any:
    found = tables.levels[row]
    if found[0] == "p":
        return ("p", tables.named(found))
    return (found[0], *(level(tables, part) for part in found[1:]))


def meaning(tables: Tables) -> Any:
    """The goal's statement, with all it is about."""
    parts: list[Any] = []
    for name in (GOAL, ("T",), ("T", "a"), ("T", "b"), ("f",)):
        constant = tables.constants[name]
        value = written(tables, constant.value) if name == ("f",) and constant.value is not None else None
        parts.append((constant.kind, written(tables, constant.type), value, constant.constructors, constant.index))
    return parts


@settings(max_examples=400, deadline=None, derandomize=True)
@given(st.lists(_mutation, max_size=3))
@example([("names", 5, 1, "g"), ("names", 11, 1, "goal")])
@example([("constants", 0, 1, [3, 2])])
@example([("constants", 5, 3, 14), ("exprs", 12, 2, 2)])
def test_a_forged_export_is_refused_or_read_for_what_it_says(mutations: list[tuple[str, int, int, Any]]) -> None:
    try:
        tables = Tables.read(forged(mutations))
    except MalformedExport:
        return
    plan(tables, [name for name, constant in tables.constants.items() if constant.safe])
    for name in tables.constants:
        footing(tables, name)
        own_holes(tables, name)
    for name in REFERENCE.constants:
        Comparison(REFERENCE, tables).constant(name)
    if Comparison(REFERENCE, tables).statement(GOAL) is None:
        assert meaning(tables) == meaning(REFERENCE)


def test_the_honest_export_says_the_same() -> None:
    again = Tables.read(copy.deepcopy(HONEST))
    assert Comparison(REFERENCE, again).statement(GOAL) is None and meaning(again) == meaning(REFERENCE)
    assert own_holes(again, GOAL) and ("sorryAx",) not in footing(again, ("easy",)).axioms
