"""Names of lemmas in the text that calls on them."""

from __future__ import annotations

import re


def mentions(text: str, name: str) -> bool:
    """Whether a Lean text calls on a declaration by this name."""
    return re.search(_called(name), text) is not None


def _called(name: str) -> str:
    return rf"(?<![\w.']){re.escape(name)}(?![\w'!?])"


def with_name(text: str, old: str, new: str) -> str:
    """A Lean text that calls a declaration by another name."""
    return re.sub(_called(old), lambda _: new, text)
