"""Nothing hidden in a text."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prover.core.visible import visible


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("∀ n : ℕ, n ≤ n\n\t⊢ αβ₁✝", "∀ n : ℕ, n ≤ n\n\t⊢ αβ₁✝"),
        ("a\u202eb", "a\\u{202e}b"),
        ("\x1b[31m", "\\u{1b}[31m"),
        ("a\u200bb\ufeff", "a\\u{200b}b\\u{feff}"),
        ("a\r\nb", "a\\u{d}\nb"),
        ("\u2028\u2029", "\\u{2028}\\u{2029}"),
        ("\ud800", "\\u{d800}"),
        ("a\U000e0041b", "a\\u{e0041}b"),
    ],
)
def test_what_is_hidden_is_spelled_out(text: str, seen: str) -> None:
    assert visible(text) == seen


@given(st.text(st.characters(exclude_categories=())))
def test_what_comes_out_holds_nothing_hidden(text: str) -> None:
    out = visible(text)
    assert not [c for c in out if c not in "\n\t" and unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")]
    out.encode()
    assert visible(out) == out
