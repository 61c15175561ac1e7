"""Variants of statements say what the statement said, with other names, order and constants."""

from __future__ import annotations

import importlib
import random
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(scope="module")
def variants() -> Iterator[Any]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(Path(__file__).parents[2] / "benchmarks" / "perf")
        yield importlib.import_module("variants")
        del sys.modules["variants"], sys.modules["statements"]


def _reading(variants: Any, text: str) -> Any:
    return variants.take_apart(variants.Statement("t", f"open Nat\ntheorem t {text} := by\n  sorry\n"))


def test_names_change_everywhere_and_nothing_else(variants: Any) -> None:
    reading = _reading(variants, "(x y : ℕ) (h : x.succ ≤ y) : ∃ z, x + z = y")
    named = variants.renamed(reading, random.Random(1))
    (x, y), (h,) = named.binders[0].names, named.binders[1].names
    assert {x, y, h}.isdisjoint({"x", "y", "z", "h"})
    assert (
        str(named) == f"open Nat\ntheorem t ({x} {y} : ℕ) ({h} : {x}.succ ≤ {y}) : ∃ z, {x} + z = {y} := by\n  sorry\n"
    )


def test_hypotheses_change_places_only_where_none_mentions_another(variants: Any) -> None:
    free = _reading(variants, "(x : ℕ) (h : x < 3) (k : 1 < x) : x = 2")
    orders = {tuple(b.names for b in variants.reordered(free, random.Random(n)).binders) for n in range(8)}
    assert orders == {(("x",), ("h",), ("k",)), (("x",), ("k",), ("h",))}
    bound = _reading(variants, "(f : ∀ n : ℕ, 0 < n → ℕ) (x : ℕ) (h : 0 < x) (k : f x h = 1) : x = 2")
    assert all(variants.reordered(bound, random.Random(n)) == bound for n in range(8))


@pytest.mark.parametrize(
    "text",
    ["(n : ℕ) (h : n % 7 = 5) : 5 * n % 7 = 4", ": 2 ^ 8 % 5 = 1", "(x : ℤ) (h : 2 * x + 3 = 15) (k : 0 < x) : x = 6"],
)
def test_a_changed_constant_keeps_small_values_true(variants: Any, text: str) -> None:
    reading = _reading(variants, text)
    seen = {variants.recalculated(reading, random.Random(n)) for n in range(12)} - {None}
    assert len(seen) > 2 and reading not in seen
    for changed in seen:
        kinds = {n: b.type for b in changed.binders if not b.is_hypothesis for n in b.names}
        terms = [variants.read_term(b.type) for b in changed.binders if b.is_hypothesis]
        points = list(variants._solutions(terms, kinds))
        holds = variants.proposition(variants.read_term(changed.conclusion), kinds)
        assert points and all(holds(point) for point in points)


def test_degrees_and_what_cannot_be_computed_stay(variants: Any) -> None:
    for text in ("(n : ℕ) : 3 ∣ n ^ 3 + 2 * n", "(f : ℕ → ℕ) (h : f 1 = 2) : f (f 1) = f 2"):
        reading = _reading(variants, text)
        for n in range(12):
            changed = variants.recalculated(reading, random.Random(n))
            assert changed is None or "n ^ 3" in changed.conclusion
