"""Which imports CoreMath stands in for."""

from __future__ import annotations

import pytest

from prover.lean.foundation import CORE_MATH


@pytest.mark.parametrize(
    ("asked", "imported"),
    [
        (("Init", "Mathlib"), ("Init", "CoreMath")),
        (("Init", "Mathlib.Tactic.Ring", "Aesop", "Mathlib.Data.Nat.Digits"), ("Init", "CoreMath")),
        (("Init", "Mathlib", "Lean", "Mine.Lemmas"), ("Init", "Lean", "Mine.Lemmas", "CoreMath")),
        (("Init", "CoreMath"), ("Init", "CoreMath")),
        (("Init",), ("Init",)),
        (("Init", "MathlibExtras", "Mine.Mathlib"), ("Init", "MathlibExtras", "Mine.Mathlib")),
    ],
)
def test_only_mathlib_and_what_comes_with_it_is_replaced(asked: tuple[str, ...], imported: tuple[str, ...]) -> None:
    assert CORE_MATH.resolve(asked) == imported
    assert CORE_MATH.carries(asked) == (asked != imported or "CoreMath" in asked)
    assert CORE_MATH.resolve(imported) == imported
