"""Inductive families given to the kernel as data: which it may keep."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from export_builder import Export, Level

from prover.lean import Pool
from prover.verify.plan import Plan, plan

Judged = Callable[[Export], Awaitable[str]]


@pytest.fixture
def judged(pool: Pool) -> Judged:
    """The code with which the family `T` of an export is refused; empty where it is taken."""

    async def judge(export: Export) -> str:
        made = plan(export.read(), [("T",)])
        assert isinstance(made, Plan)
        async with pool.lease(["Init"], clean=True) as worker:
            answer = await worker.replay(worker.env, made.tables, made.declarations, wall_seconds=60)
        return "" if answer.accepted else answer.code

    return judge


@pytest.mark.parametrize("level", [0, 1, 3, ("u", 1), ((0, 1), "u")])
async def test_sorts_that_are_one_thing(judged: Judged, level: Level) -> None:
    export = Export()
    assert await judged(export.inductive("T", export.sort(level), {}, params=["u"])) == ""


@pytest.mark.parametrize("level", ["u", ("u", "u"), ("u", 0), (0, 0)])
async def test_sorts_that_may_be_prop(judged: Judged, level: Level) -> None:
    export = Export()
    assert await judged(export.inductive("T", export.sort(level), {}, params=["u"])) == "sometimes_prop"


@pytest.mark.parametrize(("last", "code"), [(0, "sometimes_prop"), ("u", "sometimes_prop"), (1, "")])
async def test_what_imax_is_depends_on_its_last_part(judged: Judged, last: Level, code: str) -> None:
    export = Export()
    assert await judged(export.inductive("T", export.imax(1, last), {}, params=["u"])) == code


@pytest.mark.parametrize(
    ("level", "at", "code"),
    [("v", 0, ""), ("v", 1, ""), ("v", "u", "sometimes_prop"), (("v", 1), "u", ""), (("v", "v"), 0, "sometimes_prop")],
)
async def test_a_name_may_stand_for_a_sort(judged: Judged, level: Level, at: Level, code: str) -> None:
    export = Export()
    export.add("def", "Own", export.sort_above(level), export.sort(level), params=["v"])
    assert await judged(export.inductive("T", export.const("Own", at), {}, params=["u"])) == code


def relation(export: Export) -> int:
    """`Relation Nat`, where `Relation (A : Type) := A -> Prop`."""
    kind, below = export.sort(1), export.pi(export.var(0), export.sort(0))
    export.add("def", "Relation", export.pi(kind, kind), export.lam(kind, below))
    return export.app(export.const("Relation"), export.const("Nat"))


async def test_definitions_with_arguments_are_followed(judged: Judged) -> None:
    export = Export()
    assert await judged(export.inductive("T", relation(export), {})) == ""


def argument(export: Export) -> int:
    export.add("def", "Same", export.pi(export.sort(2), export.sort(2)), export.lam(export.sort(2), export.var(0)))
    return export.app(export.const("Same"), export.sort(1))


def bound(export: Export) -> int:
    return export.let(export.sort(2), export.sort(1), export.var(0))


def recursor(export: Export) -> int:
    """`Nat.rec Prop (fun _ p => p) 0`."""
    nat, kind = export.const("Nat"), export.sort(1)
    same = export.lam(nat, export.lam(kind, export.var(0)))
    return export.app(export.const("Nat.rec", 2), export.lam(nat, kind), export.sort(0), same, export.nat(0))


@pytest.mark.parametrize("sort", [argument, bound, recursor])
async def test_a_sort_that_has_to_be_computed(judged: Judged, sort: Callable[[Export], int]) -> None:
    export = Export()
    assert await judged(export.inductive("T", sort(export), {})) == "computed_sort"


def nested(argument: Callable[[Export], int]) -> Export:
    """`T`, of which `mk : Box argument T -> T`; `Box (n : Nat) (A : Type)` says nothing of `n`."""
    export = Export()
    kind, nat = export.sort(1), export.const("Nat")
    box, here = export.const("Box"), export.const("T")
    export.inductive("Other", kind, {"mk": export.pi(nat, export.const("Other"))})
    made = export.pi(nat, export.pi(kind, export.app(box, export.var(1), export.var(0))))
    export.inductive("Box", export.pi(nat, export.pi(kind, kind)), {"mk": made}, num_params=2)
    return export.inductive("T", kind, {"mk": export.pi(export.app(box, argument(export), here), here)})


async def test_an_argument_that_does_not_check(judged: Judged) -> None:
    """What the kernel of 4.28 lets pass: a projection of another structure, in an argument of a nested type."""
    assert await judged(nested(lambda e: e.proj("Other", 0, e.const("True.intro")))) == "ill_typed_family"
    assert await judged(nested(lambda e: e.nat(1))) == ""
