"""Values of types, the smallest first; types as Lean prints them; the binders of a printed statement."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prover.agent.binders import binder_kinds
from prover.agent.instance_words import conclusion, sides
from prover.agent.instances import boxed, volume
from prover.generate.domains import Constructor, Domains, Item
from prover.generate.lean_type import LeanType


def values(text: str, count: int = 12, *numerals: int) -> list[str]:
    return [item.text for item in Domains(numerals).values(LeanType.read(text), count)]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("Nat", ["0", "1", "2", "3", "4"]),
        ("ℤ", ["0", "1", "-1", "2", "-2"]),
        ("List Bool", ["[]", "[false]", "[false, false]", "[true]"]),
        ("Option (Nat × Bool)", ["none", "some (0, false)", "some (0, true)", "some (1, false)"]),
        ("Nat ⊕ Bool", [".inl 0", ".inr false", ".inl 1", ".inr true"]),
        ("Bool → Bool", ["fun _ => false", "fun x => x", "fun x => if x then false else true", "fun _ => true"]),
        ("Prop", ["True", "False"]),
        ("Array Nat", ["#[]", "#[0]"]),
    ],
)
def test_small_values_come_first(text: str, first: list[str]) -> None:
    assert values(text)[: len(first)] == first


def test_finite_types_end() -> None:
    assert values("Fin 3") == ["0", "1", "2"]
    assert values("Bool × Bool") == ["(false, false)", "(false, true)", "(true, false)", "(true, true)"]
    assert values("Empty") == [] == values("Fin 0") == values("α")
    assert len(values("Bool → Bool → Prop", 100)) == 4 + 14


def test_numbers_of_the_statement_come_early() -> None:
    assert {"40", "41", "42"} <= set(values("Nat", 10, 41))
    assert "1000001" in values("Nat", 30, 1_000_000) and "1000001" not in values("Nat", 8, 1_000_000)


def test_constructors_are_used() -> None:
    domains, tree = Domains(), LeanType("Tree")
    assert domains.unknown(LeanType.read("List Tree")) == tree
    node = Constructor("Tree.node {} {}", (tree, tree))
    domains.add(tree, [Constructor("Tree.leaf", ()), node])
    assert domains.unknown(LeanType.read("List Tree")) is None
    found = [item.text for item in domains.values(tree, 4)]
    assert found[:2] == ["Tree.leaf", "Tree.node Tree.leaf Tree.leaf"]
    assert found[2] == "Tree.node Tree.leaf (Tree.node Tree.leaf Tree.leaf)"


def test_predicates_have_a_form_that_computes() -> None:
    items = Domains().values(LeanType.read("Nat → Prop"), 4)
    assert items[0] == Item("fun _ => True", "fun _ => true")
    assert items[2] == Item("fun x => x = 0", "fun x => decide (x = 0)")


_TYPES = st.recursive(
    st.sampled_from(["Nat", "Bool", "Fin 3", "Unit", "Prop", "List Nat"]).map(LeanType.read),
    lambda inner: st.one_of(
        st.builds(lambda head, a, b: LeanType(head, (a, b)), st.sampled_from("→×⊕"), inner, inner),
        st.builds(lambda a: LeanType("Option", (a,)), inner),
    ),
    max_leaves=4,
)


@given(_TYPES)
def test_a_printed_type_is_read_as_what_it_was(type_: LeanType) -> None:
    assert LeanType.read(str(type_)) == type_


@given(_TYPES, st.integers(1, 30))
def test_values_are_different_and_more_are_more(type_: LeanType, count: int) -> None:
    domains = Domains([7])
    found = [item.text for item in domains.values(type_, count)]
    assert len(found) == len(set(found)) <= count
    assert [item.text for item in domains.values(type_, count + 5)][: len(found)] == found


@given(st.lists(st.integers(1, 9), min_size=1, max_size=4), st.integers(1, 200))
def test_a_box_holds_no_more_than_asked_for(lengths: list[int], most: int) -> None:
    box = boxed({i: [Item(str(n)) for n in range(length)] for i, length in enumerate(lengths)}, most)
    assert volume(box) <= most and all(box.values())
    grown = [{**box, i: [*items, Item("x")]} for i, items in box.items() if len(items) < lengths[i]]
    assert all(volume(other) > most for other in grown)


@pytest.mark.parametrize(
    ("statement", "kinds"),
    [
        ("∀ (a b : Nat), a < b → a ≤ b", "e e e"),
        ("∀ {α : Type} [inst : DecidableEq α] (n : Nat), 0 < n → ∀ (xs : List α) (i : Fin n), xs = []", "i c e e e e"),
        ("∀ n > 0, ∃ k, n = k → k = n", "e e"),
        ("∀ (r : Nat → Nat → Prop), (∀ x y, r x y → r y x) → r 0 1", "e e"),
        ("1 + 1 = 3", ""),
    ],
)
def test_binders_of_a_statement(statement: str, kinds: str) -> None:
    names = {"e": "explicit", "i": "implicit", "c": "instance"}
    assert binder_kinds(statement) == [names[kind] for kind in kinds.split()]


def test_what_is_false_in_words() -> None:
    assert conclusion("¬(a ∧ b)") == "a ∧ b" and conclusion("¬(0, 1).1 = 2") == "(0, 1).1 = 2"
    assert conclusion("a = b") == "¬(a = b)"
    assert sides("0 - 1 + 1 = 0") == ("0 - 1 + 1", "=", "0")
    assert sides("[1].all (fun x => x == 1) = true") is not None
    assert sides("∃ m, m * m = 2") is None and sides("1 = 2 ∨ 2 = 3") is None and sides("Even 3") is None
