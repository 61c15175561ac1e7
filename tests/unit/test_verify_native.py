"""Claims of native computation, found in tables and put in the place of the axiom."""

from __future__ import annotations

from typing import Any

import pytest

from prover.verify.footing import NATIVE_AXIOMS, allowed_names, footing
from prover.verify.name import Name
from prover.verify.native import assuming, claims, computation, computing
from prover.verify.plan import Plan, plan
from prover.verify.tables import Tables

GOAL: Name = ("goal",)
COMPUTED: Name = ("c",)
ALLOWED = computing(["Lean.ofReduceBool"])

NAMES: list[list[Any]] = [
    [0, "c"], [0, "goal"], [0, "Lean"], [3, "ofReduceBool"], [0, "Bool"], [5, "true"], [0, "Eq"], [7, "refl"],
    [0, "IO"], [9, "println"], [0, "other"],
]  # fmt: skip


def export(*value: list[Any], **changed: Any) -> dict[str, Any]:
    """`def c : Bool := VALUE`, `theorem goal : c = true := Lean.ofReduceBool c true (Eq.refl true)`."""
    exprs: list[Any] = [
        ["c", 5, []],  # 0: Bool
        ["c", 6, []],  # 1: true
        ["c", 1, []],  # 2: c
        ["c", 4, []],  # 3: Lean.ofReduceBool
        ["a", 3, 2],
        ["a", 4, 1],
        ["c", 8, [1]],
        ["a", 6, 0],
        ["a", 7, 1],  # 8: Eq.refl true
        ["a", 5, 8],  # 9: the place
        ["c", 7, [1]],
        ["a", 10, 0],
        ["a", 11, 2],
        ["a", 12, 1],  # 13: c = true
        *(value or [["c", 6, []]]),
    ]
    constants: list[Any] = [
        {"kind": "def", "name": 1, "params": [], "type": 0, "value": len(exprs) - 1, "hints": 1, "all": [1]},
        {"kind": "theorem", "name": 2, "params": [], "type": 13, "value": 9, "all": [2]},
    ]
    imported = [
        {"name": name, "kind": kind, "module": "Init.Prelude"}
        for name, kind in ((4, "axiom"), (5, "inductive"), (6, "constructor"), (7, "inductive"), (8, "constructor"))
    ]
    return {
        "names": NAMES,
        "levels": [["s", 0]],
        "exprs": exprs,
        "constants": constants,
        "imported": imported,
        **changed,
    }


def test_a_claim_is_found_and_assumed() -> None:
    tables = Tables.read(export())
    (claim,) = claims(tables, [GOAL], ALLOWED)
    assert (claim.axiom, claim.computed, claim.places) == (("Lean", "ofReduceBool"), COMPUTED, (9,))
    assumed, made = assuming(tables, [claim])
    (name,) = made
    assert set(footing(assumed, GOAL).axioms) == {name} and made[name] == claim.axiom
    assert ("Lean", "ofReduceBool") in footing(tables, GOAL).axioms, "the tables given are not changed"
    sent = plan(assumed, [GOAL])
    assert isinstance(sent, Plan) and set(sent.names) == {COMPUTED, name, GOAL}
    work = computation(tables, claim)
    assert work is not None and len(work.names) == 2 and work.declarations[-1]["kind"] == "theorem"
    assert COMPUTED not in work.names, "Lean's compiler makes something of names"
    # What it is to prove is what is assumed afterwards.
    assumed_type = assumed.constants[name].type
    assert [assumed.named(assumed.exprs[row]) for row in _spine(assumed, assumed_type)] == [
        ("Eq",), ("Bool",), COMPUTED, ("Bool", "true"),
    ]  # fmt: skip


def test_nothing_is_claimed_where_it_is_not_allowed_or_not_met() -> None:
    tables = Tables.read(export())
    assert claims(tables, [GOAL], computing(["Lean.ofReduceNat", "propext"])) == []
    assert claims(tables, [COMPUTED], ALLOWED) == []


def test_an_axiom_of_that_name_in_the_file_is_another() -> None:
    own = export()
    own["constants"] = [*own["constants"], {"kind": "axiom", "name": 4, "params": [], "type": 0}]
    assert claims(Tables.read(own), [GOAL], ALLOWED) == []


@pytest.mark.parametrize("result", [["c", 11, []], ["c", 6, [0]], ["b", 0], ["a", 2, 2]])
def test_only_true_and_false_are_results(result: list[Any]) -> None:
    odd = export()
    odd["exprs"][1] = ["c", 6, []] if result[0] == "a" else result
    if result[0] == "a":
        odd["exprs"][4:6] = [["a", 3, 2], ["a", 4, 2]]
    if result == ["b", 0]:
        odd["constants"] = odd["constants"][:1]
        assert claims(Tables.read(odd), [COMPUTED], ALLOWED) == []
    else:
        assert claims(Tables.read(odd), [GOAL], ALLOWED) == []


def test_what_holds_the_world_is_not_run() -> None:
    tables = Tables.read(export(["c", 10, []]))
    (claim,) = claims(tables, [GOAL], ALLOWED)
    assert computation(tables, claim) is None


def test_what_a_file_calls_like_our_axioms_is_kept_apart() -> None:
    names = [*NAMES, [0, "computed_by_native_code"], [12, 0]]
    tables = Tables.read(export(names=names))
    _, made = assuming(tables, claims(tables, [GOAL], ALLOWED))
    assert ("computed_by_native_code", 0) not in made and len(made) == 1


def test_native_is_a_word_for_the_axioms() -> None:
    assert set(allowed_names(["native", "a.b"])) == NATIVE_AXIOMS | {"a.b"}
    assert computing(allowed_names(["native"])) == {("Lean", "ofReduceBool"), ("Lean", "ofReduceNat")}


def _spine(tables: Tables, row: int) -> list[int]:
    arguments: list[int] = []
    while tables.exprs[row][0] == "a":
        arguments.append(tables.exprs[row][2])
        row = tables.exprs[row][1]
    return [row, *reversed(arguments)]
