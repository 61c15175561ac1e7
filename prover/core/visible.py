"""Text from Lean or a model, with nothing hidden in it."""

from __future__ import annotations

import unicodedata

# Control, format (bidirectional marks, zero-width characters), surrogate, and the separators that end lines unseen.
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def visible(text: str) -> str:
    r"""`text` with control, bidirectional and other invisible characters as `\u{...}`; line ends and tabs stay."""
    if text.replace("\n", "").replace("\t", "").isprintable():
        return text
    return "".join(f"\\u{{{ord(ch):x}}}" if _hidden(ch) else ch for ch in text)


def _hidden(ch: str) -> bool:
    return ch not in "\n\t" and unicodedata.category(ch) in _HIDDEN
