"""Names and queries taken apart into the words that are compared."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

_PARTS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+|[^\W\d_a-zA-Z]+")

#: Notation people write in a query, by the words that names have for it.
_NOTATION = {
    "+": "add", "-": "sub", "*": "mul", "/": "div", "%": "mod", "^": "pow", "∣": "dvd", "≤": "le", "<": "lt",
    "≥": "ge", ">": "gt", "=": "eq", "≠": "ne", "↔": "iff", "∧": "and", "∨": "or", "¬": "not", "++": "append",
    "::": "cons", "∈": "mem", "∉": "mem", "⊆": "subset", "∃": "exists", "→": "imp", "[]": "nil", "∘": "comp",
    "&&": "and", "||": "or", "==": "beq", "∪": "union", "∩": "inter", "∑": "sum", "∏": "prod",
}  # fmt: skip
_WORD = re.compile(r"\+\+|::|&&|\|\||==|\[\]|[+\-*/%^∣≤<≥>=≠↔∧∨¬∈∉⊆∃→∘∪∩∑∏]|(?:[^\W\d]|«)[\w.'!?«»]*|\d+")


@lru_cache(maxsize=65536)
def name_words(name: str) -> tuple[str, ...]:
    """The words of a name: split at dots, underscores and capitals, in lower case (`List.getElem_map` has four)."""
    return tuple(word.lower() for word in _PARTS.findall(name))


def query_words(text: str) -> list[str]:
    """The words of a query: names taken apart, operators by the word that names have for them."""
    found: list[str] = []
    for piece in _WORD.findall(text):
        found += [_NOTATION[piece]] if piece in _NOTATION else name_words(piece)
    return found


def symbol(name: str) -> str:
    """A constant as a word of its own, told apart from the words of names."""
    return f"#{name}"


def statement_words(name: str, constants: Iterable[str]) -> list[str]:
    """The words by which a theorem is found: those of its name, and the constants of its statement."""
    return [*name_words(name), *(symbol(constant) for constant in constants)]
