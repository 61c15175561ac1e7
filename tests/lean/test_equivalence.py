"""Which drafts say the same, by Lean: what is shown is right, and what is not shown is undecided."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

import pytest

from prover.agent.leap.keys import Keys
from prover.api.workplace import Workplace
from prover.core.verdict import Proved
from prover.formalize.agreement import Agreement
from prover.formalize.doubt import Concern, Doubt
from prover.formalize.draft import Draft
from prover.formalize.equivalence import compare
from prover.formalize.examined import Examined
from prover.formalize.stated import state
from prover.lean import Pool

TREE = """inductive T
  | leaf
  | node (l r : T)

def T.size : T → Nat
  | .leaf => 1
  | .node l r => l.size + r.size"""

Comparing = Callable[[Sequence[str | tuple[str, str]]], Awaitable[Agreement]]


async def keyed(place: Workplace, draft: Draft) -> Examined:
    """A draft that was read, and not looked at further."""
    header = await place.pool.read_header(draft.text)
    async with place.pool.lease(header.modules) as worker:
        stated = await state(place.pool, worker, draft, header, seconds=120)
        return Examined(draft, key=Keys(stated.tables).of(stated.name))


@pytest.fixture
def comparing(pool: Pool) -> Comparing:
    place = Workplace(pool)

    async def compared(statements: Sequence[str | tuple[str, str]]) -> Agreement:
        found: list[Examined] = []
        for one in statements:
            statement, definitions = one if isinstance(one, tuple) else (one, "")
            found.append(await keyed(place, Draft("t", f"theorem t {statement}", definitions)))
        return await compare(place, found, seconds=200)

    return compared


async def test_equal_up_to_names(comparing: Comparing) -> None:
    found = await comparing(["(n : Nat) : n * n ≥ n", "(k : Nat) : k * k ≥ k", "(n : Nat) : n * n > n"])
    assert found.same(0, 1) and not found.same(0, 2)
    assert found.classes[0] == (0, 1) and found.proofs[0, 1] == "" == found.proofs[1, 0]


async def test_another_order_of_binders(pool: Pool, comparing: Comparing) -> None:
    found = await comparing(
        [
            "(a b c : Nat) (h : a ∣ b) (g : b ∣ c) : a ∣ c",
            "(x y z : Nat) (g : y ∣ z) (h : x ∣ y) : x ∣ z",
            "(a b c : Nat) : a ∣ b ∧ b ∣ c → a ∣ c",
        ]
    )
    assert found.classes == ((0, 1, 2),) and not found.undecided
    assert found.rests_on and "sorry" not in found.text.split("theorem _root_.", 1)[1]
    judge = Workplace(pool).judge
    name = "draft1_implies_draft2"
    assert isinstance((await judge.proofs(found.text, found.text, [name]))[name], Proved)


async def test_definitions_that_clash_or_are_shared(comparing: Comparing) -> None:
    one = (
        "(f : Nat → Nat) (h : mono f) (m n : Nat) (g : m < n) : f m < f n",
        "def mono (f : Nat → Nat) := ∀ n, f n < f (n + 1)",
    )
    other = (
        "(f : Nat → Nat) (h : mono f) : ∀ m n, m < n → f m < f n",
        "def mono (f : Nat → Nat) : Prop := ∀ n, f (n + 1) > f n",
    )
    third = "(f : Nat → Nat) (h : ∀ n, f n < f (n + 1)) (m n : Nat) : m < n → f m < f n"
    assert (await comparing([one, other, third])).classes == ((0, 1, 2),)
    assert (await comparing([("(t : T) : 1 ≤ t.size", TREE), ("(t : T) : t.size ≥ 1", TREE)])).same(0, 1)


async def test_what_automation_proves_is_compared_by_its_form(comparing: Comparing) -> None:
    found = await comparing(["(a b : Nat) : a + b = b + a", "(n : Nat) : n < n + 1", "(x y : Nat) : y + x = x + y"])
    assert found.same(0, 2) and not found.same(0, 1)
    assert (0, 1) in found.undecided and 1 in found.by_themselves


async def test_one_direction_alone(comparing: Comparing) -> None:
    given = "(f : Nat → Nat) (h : ∀ x, f (f x) < f (x + 1))"
    found = await comparing([f"{given} : f 7 = 7", f"{given} (n : Nat) : f n = n"])
    assert found.implies == ((1, 0),) and not found.same(0, 1) and not found.undecided


async def test_a_counterexample_tells_apart(pool: Pool) -> None:
    place = Workplace(pool)
    one, two, three = [
        await keyed(place, Draft("t", f"theorem t {text}"))
        for text in ("(n : Nat) : n < n + 1", "(n : Nat) : n < n * 2", "(m : Nat) : m < m + 1")
    ]
    two = replace(two, doubts=(Doubt(Concern.FALSE, "it is false: n = 0"),))
    held, proved = replace(one, instances=20), replace(one, doubts=(Doubt(Concern.TRIVIAL, "omega"),))
    for withstands in (held, proved):
        found = await compare(place, [withstands, two, three])
        assert set(found.apart) == {(0, 1), (1, 2)} and "draft 2 is false" in found.apart[0, 1]
        assert not found.undecided and found.same(0, 2)
    # Nothing was looked at: nothing is said.
    assert (await compare(place, [one, two])).undecided == ((0, 1),)


async def test_nothing_is_said_of_what_cannot_be_put_side_by_side(pool: Pool) -> None:
    place = Workplace(pool)
    one = await keyed(place, Draft("t", "theorem t (n : Nat) : n * n ≥ n", context="def a := 1"))
    two = await keyed(place, Draft("t", "theorem t (n : Nat) : n ≤ n * n", context="def b := 1"))
    broken = Examined(Draft("t", "theorem t : x"))
    found = await compare(place, [one, two, broken])
    assert found.classes == ((0,), (1,)) and found.undecided == ((0, 1),) and not found.apart
