"""Rows of an export: each part of each kind is checked, and so is whether what a constant says is closed."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from test_verify_forgeries import HONEST

from prover.agent.leap.keys import Keys
from prover.verify.tables import MalformedExport, Tables, children

#: Rows that stand after those of `HONEST`, one of each kind, and which of their parts are what.
AT = len(HONEST["exprs"])
TYPE, CLOSED, VARIABLE = 1, 2, 5
SHAPES: dict[str, tuple[list[Any], str]] = {
    "variable": (["b", 3], "-b"),
    "sort": (["s", 1], "-v"),
    "constant": (["c", 7, [0, 1]], "-nV"),
    "application": (["a", 7, 2], "-ee"),
    "function": (["l", 9, TYPE, VARIABLE, 3], "-neek"),
    "arrow": (["p", 9, TYPE, TYPE, 0], "-neek"),
    "let": (["t", 9, TYPE, CLOSED, VARIABLE], "-neee"),
    "numeral": (["n", "12"], "-d"),
    "text": (["r", "words"], "-t"),
    "projection": (["j", 1, 0, CLOSED], "-n#e"),
}
NO_INDEX: list[Any] = [-1, AT, AT + 1, 10**30, True, False, 1.0, "1", None, [1], {}]
WRONG: dict[str, list[Any]] = {
    "-": ["f", "m", "z", "", 1, None, ["a"]],
    "e": NO_INDEX,
    "n": [*(value for value in NO_INDEX if value not in (AT, AT + 1)), len(HONEST["names"]) + 1],
    "v": [-1, 3, True, "1", None],
    "V": [None, "01", [3], [-1], [True], [[0]], {}],
    "k": [-1, 4, True, "0", None],
    "b": [-1, 10**6, True, "0", None],
    "d": ["-1", "", "1_0", " 1", 12, None],
    "t": [12, None, ["r"]],
    "#": [-1, True, "0", None, 2**64],
}


def with_row(row: Any, **more: Any) -> dict[str, Any]:
    return {**copy.deepcopy(HONEST), "exprs": [*copy.deepcopy(HONEST["exprs"]), row], **more}


@pytest.mark.parametrize("kind", SHAPES)
def test_each_part_of_a_row_is_checked(kind: str) -> None:
    row, parts = SHAPES[kind]
    assert len(row) == len(parts) and Tables.read(with_row(row)).exprs[AT][0] == row[0]
    for at, part in enumerate(parts):
        for value in WRONG[part]:
            with pytest.raises(MalformedExport):
                Tables.read(with_row([*row[:at], value, *row[at + 1 :]]))
    for other in (row[:-1], [*row, 0], [*row, row[-1]], row[0], {"0": row[0]}, None, []):
        with pytest.raises(MalformedExport):
            Tables.read(with_row(other))


@pytest.mark.parametrize(
    ("row", "closed"),
    [
        (["b", 0], False),
        (["a", 7, VARIABLE], False),
        (["a", VARIABLE, 7], False),
        (["a", 7, 2], True),
        (["l", 9, TYPE, VARIABLE, 0], True),
        (["l", 9, VARIABLE, TYPE, 0], False),
        (["p", 9, TYPE, VARIABLE, 0], True),
        (["p", 9, VARIABLE, TYPE, 0], False),
        (["t", 9, TYPE, CLOSED, VARIABLE], True),
        (["t", 9, VARIABLE, CLOSED, CLOSED], False),
        (["t", 9, TYPE, VARIABLE, CLOSED], False),
        (["j", 1, 0, VARIABLE], False),
        (["j", 1, 0, CLOSED], True),
    ],
)
def test_open_terms_are_no_types_and_no_values(row: list[Any], closed: bool) -> None:
    for field in ("type", "value"):
        export = with_row(row)
        export["constants"][3][field] = AT
        if closed:
            Tables.read(export)
        else:
            with pytest.raises(MalformedExport):
                Tables.read(export)


def test_a_variable_needs_as_many_binders_as_it_counts() -> None:
    for binders, fits in ((2, False), (3, True)):
        export = with_row(["b", 2])
        for _ in range(binders):
            export["exprs"].append(["l", 9, TYPE, len(export["exprs"]) - 1, 0])
        export["constants"][3]["value"] = len(export["exprs"]) - 1
        if fits:
            Tables.read(export)
        else:
            with pytest.raises(MalformedExport):
                Tables.read(export)


def test_spines_and_what_is_under_a_row() -> None:
    tables = Tables.read(HONEST)
    assert (tables.heads[12], tables.arguments[12]) == (9, 3), "Eq, of three"
    assert [(tables.heads[at], tables.arguments[at]) for at in (0, 6, 7)] == [(0, 0), (6, 0), (7, 0)]
    assert [children(tables.exprs[at]) for at in (0, 4, 5, 6, 8, 9)] == [(), (1, 1), (), (1, 5), (7, 2), ()]
    assert children(("t", 9, 1, 2, 5)) == (1, 2, 5) and children(("j", 1, 0, 2)) == (2,)


def test_keys_are_those_that_recorded_plans_have() -> None:
    """A run is resumed by keys that an earlier version has written down: they may not change."""
    keys = Keys(Tables.read(HONEST))
    assert {name: keys.of((name,))[:16] for name in ("T", "f", "easy", "goal")} == {
        "T": "9c0591c9423ef735",
        "f": "0ba9824822b85fc1",
        "easy": "b6a16b1c1a876c94",
        "goal": "3c29300b765bf8cb",
    }
