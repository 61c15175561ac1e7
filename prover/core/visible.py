"""Text from Lean or a model, with nothing hidden in it."""

from __future__ import annotations

import re
import unicodedata

# Control, format (bidirectional marks, zero-width characters), surrogate, and the separators that end lines unseen.
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
#: Letters and marks that are drawn as nothing: Unicode's Default_Ignorable_Code_Point without those of category Cf.
_UNDRAWN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\ufff0-\ufff8\U000e0000-\U000e0fff]"
)


def visible(text: str) -> str:
    r"""`text` with control, bidirectional and other invisible characters as `\u{...}`; line ends and tabs stay."""
    if text.replace("\n", "").replace("\t", "").isprintable() and _UNDRAWN.search(text) is None:
        return text
    return "".join(f"\\u{{{ord(ch):x}}}" if _hidden(ch) else ch for ch in text)


def _hidden(ch: str) -> bool:
    return ch not in "\n\t" and (unicodedata.category(ch) in _HIDDEN or _UNDRAWN.match(ch) is not None)
