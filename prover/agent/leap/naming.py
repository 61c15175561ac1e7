"""Names of lemmas in the text that calls on them."""

from __future__ import annotations

import re
from collections.abc import Mapping


def mentions(text: str, name: str) -> bool:
    """Whether a Lean text calls on a declaration by this name."""
    return re.search(_called(name), text) is not None


def _called(name: str) -> str:
    return rf"(?<![\w.']){re.escape(name)}(?![\w'!?])"


def with_name(text: str, old: str, new: str) -> str:
    """A Lean text that calls a declaration by another name."""
    return with_names(text, {old: new})


def with_names(text: str, names: Mapping[str, str]) -> str:
    """A Lean text that calls declarations by other names, all of them changed at once."""
    if not names:
        return text
    longest_first = sorted(names, key=len, reverse=True)
    return re.sub("|".join(map(_called, longest_first)), lambda found: names[found[0]], text)
