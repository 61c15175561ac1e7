"""Names of lemmas in the text that calls on them."""

from __future__ import annotations

import re


def with_name(text: str, old: str, new: str) -> str:
    """A Lean text that calls a declaration by another name."""
    return re.sub(rf"(?<![\w.']){re.escape(old)}(?![\w'!?])", lambda _: new, text)
