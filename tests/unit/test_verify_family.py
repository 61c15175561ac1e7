"""The shapes of inductive families that go to the kernel, and those that do not."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from export_builder import Export

from prover.verify.family import misshapen
from prover.verify.plan import Plan, Refusal, describe, plan


def reason(export: Export) -> str | None:
    tables = export.read()
    return misshapen(tables, [tables.constants["T",]])


def vector() -> Export:
    """`T (α : Type u) : Nat → Type u`, of which `cons : α → (n : Nat) → T α n → T α n`."""
    export = Export()
    universe, nat = export.sort(("u", 1)), export.const("Nat")
    here = export.const("T", "u")
    result = export.app(here, export.var(3), export.var(1))
    tail = export.pi(export.app(here, export.var(2), export.var(0)), result)
    cons = export.pi(universe, export.pi(export.var(0), export.pi(nat, tail)))
    return export.inductive(
        "T", export.pi(universe, export.pi(nat, universe)), {"cons": cons}, params=["u"], num_params=1
    )


def test_a_family_as_it_is_written() -> None:
    assert reason(vector()) is None
    assert isinstance(plan(vector().read(), [("T",)]), Plan)


def family(constructor: Callable[[Export, int], int]) -> Export:
    """`T (α : Type)`, of which `mk` is what `constructor` makes of the type `Type`, in the place after it."""
    export = Export()
    kind = export.sort(1)
    made = export.pi(kind, constructor(export, export.const("T")))
    return export.inductive("T", export.pi(kind, kind), {"mk": made}, num_params=1)


def own(export: Export, here: int, depth: int) -> int:
    return export.app(here, export.var(depth))


@pytest.mark.parametrize(
    "field",
    [
        lambda e, t: e.app(t, e.const("Nat")),  # another parameter
        lambda e, t: t,  # none
        lambda e, t: e.app(e.const("Not"), e.app(t, e.const("Nat"))),  # below a function that may forget it
        lambda e, t: e.pi(e.const("Nat"), e.app(t, e.var(0))),  # the wrong variable
        lambda e, t: e.lam(e.const("Nat"), e.app(t, e.var(0))),
        lambda e, t: e.let(e.const("Nat"), e.app(t, e.const("Nat")), e.nat(1)),
        lambda e, t: e.app(e.const("Subtype.mk"), e.app(t, e.var(0)), e.app(t, e.const("Nat"))),
        lambda e, t: e.app(t, e.app(t, e.var(0))),
        lambda e, t: e.app(e.const("T", 1), e.var(0)),  # levels that it does not have
        lambda e, t: e.proj("T", 0, e.nat(1)),
    ],
)
def test_a_family_applied_to_something_else(field: Callable[[Export, int], int]) -> None:
    assert reason(family(lambda e, t: e.pi(field(e, t), own(e, t, 1)))) == "not_uniform"


@pytest.mark.parametrize(
    "field",
    [
        lambda e, t: e.app(t, e.var(0)),
        lambda e, t: e.pi(e.const("Nat"), e.app(t, e.var(1))),
        lambda e, t: e.app(e.const("Not"), e.app(t, e.var(0))),
        lambda e, t: e.let(e.const("Nat"), e.nat(1), e.app(t, e.var(1))),
        lambda e, t: e.app(e.const("Subtype.mk"), e.app(t, e.var(0)), e.app(t, e.var(0))),
    ],
)
def test_a_family_applied_to_its_parameters(field: Callable[[Export, int], int]) -> None:
    assert reason(family(lambda e, t: e.pi(field(e, t), own(e, t, 1)))) is None


def test_a_family_in_its_own_type() -> None:
    export = Export()
    export.inductive("T", export.pi(export.const("T"), export.sort(1)), {})
    assert reason(export) is None  # no parameters: nothing that could differ; the kernel does not know the name yet
    export = Export()
    kind = export.sort(1)
    export.inductive("T", export.pi(kind, export.pi(export.const("T"), kind)), {}, num_params=1)
    assert reason(export) == "not_uniform"


@pytest.mark.parametrize("name", ["_nested.T", "_nested"])
def test_names_of_the_kernel(name: str) -> None:
    export = Export()
    export.add("def", name, export.sort(2), export.sort(1))
    made = export.inductive("T", export.sort(1), {"mk": export.pi(export.const(name), export.const("T"))})
    assert reason(made) == "reserved_name"
    export = Export()
    export.inductive("T", export.sort(1), {"mk": export.pi(export.proj(name, 0, export.nat(1)), export.const("T"))})
    assert reason(export) == "reserved_name"


def test_a_refusal_says_why() -> None:
    export = Export()
    export.inductive("_nested", export.sort(1), {})
    refusal = plan(export.read(), [("_nested",)])
    assert isinstance(refusal, Refusal) and refusal.reason == "reserved_name"
    assert describe(refusal.name, refusal.reason) == "_nested uses a name that Lean's kernel keeps for itself"
