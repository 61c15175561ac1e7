"""Names in a statement that nothing binds: Lean takes them for variables where `autoImplicit` is on.

Read from words alone: a name counts as bound wherever it stands at a place of binders, so what is found is likely, not
certain, and a constant of the library with so short a name is taken for one of them.
"""

from __future__ import annotations

import re

from prover.generate.tokens import Token, code_tokens, depth_zero

#: What Lean binds by itself in its strict form: a letter, and digits after it; and lists of such, `xs`.
_SHORT = re.compile(r"[a-zA-Zα-ωΑ-Ω](?:s|[₀-₉0-9']+)?\Z")
_TYPE = re.compile(r"[α-δ][₀-₉0-9']*\Z")
#: Letters that Mathlib's notations and namespaces give a meaning.
_CONSTANTS = frozenset("πφψσΓζμωΩΛλΠΣeICXdi")
_KEYWORDS = frozenset({"is", "as"})
_BINDERS = frozenset({*"∀∃λ∑∏∫⨍⋃⋂⨆⨅ΣΠ𝔼", "fun", "let", "letI", "have", "haveI"})


def bound(command: str) -> frozenset[str]:
    """The names that a command binds, such as `variable`."""
    return _bound(code_tokens(command))


def unbound(command: str, known: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """Short names in a declaration that nothing in it binds and that are not `known`, each once, in order."""
    found = code_tokens(command)
    taken = _bound(found) | known | _plain(found)
    names = dict.fromkeys(
        first
        for token in found
        if token.kind == "word"
        and (first := token.text.split(".")[0])
        and _SHORT.match(first)
        and first not in taken | _CONSTANTS | _KEYWORDS
        and not _is_part(command, token)
    )
    return tuple(names)


def binder_names(binders: str) -> list[str]:
    """The names that the binders of a theorem introduce, in order, as often as they do."""
    found = code_tokens(binders)
    names: list[str] = []
    for index, token in depth_zero(found):
        if token.text in ("(", "{"):
            names += sorted(name for name in _typed(found, index + 1) if name[0].isalpha())
    return names


def is_type(name: str) -> bool:
    """Whether it is a letter that Lean texts use for types: `α`, `β₁`."""
    return _TYPE.match(name) is not None


def _is_part(command: str, token: Token) -> bool:
    """Whether it is a field, or a part of a notation such as `→L[K]`."""
    return token.start > 0 and command[token.start - 1] in ".→_"


def _bound(found: list[Token]) -> frozenset[str]:
    """Words that stand where binders do: after a quantifier, before a colon in brackets, in a pattern."""
    names: set[str] = set()
    for index, token in enumerate(found):
        rest = found[index + 1 :]
        if token.text in _BINDERS:
            names |= _run(rest[1:] if rest and rest[0].text in ("!", "'") else rest)
        elif token.text in ("|", "with"):
            names |= _pattern(rest) | _run(rest)
        elif token.kind == "word" and token.text[0] in "Πλ":
            names.add(token.text[1:])  # written without a blank
        elif token.text in ("(", "{", "[", "⦃"):
            names |= _typed(found, index + 1)
    return frozenset(names)


def _plain(found: list[Token]) -> set[str]:
    """The name of the declaration, and binders without brackets: the words before its first colon outside any."""
    outside = [token for _, token in depth_zero(found)]
    colon = next((i for i, token in enumerate(outside) if token.text == ":"), 2)
    return {token.text for token in outside[:colon]}


def _run(found: list[Token]) -> set[str]:
    """The words that a list of binders begins with, those in `⟨a, b⟩` too; other brackets are read by themselves."""
    names: set[str] = set()
    depth, angles = 0, 0
    for token in found:
        angles += (token.text == "⟨") - (token.text == "⟩")
        depth += (token.text in ("(", "[", "{")) - (token.text in (")", "]", "}"))
        if token.kind == "word" and depth == 0:
            names.add(token.text)
        elif depth < 0 or (depth == angles == 0 and token.text not in (")", "]", "}", "⟩")):
            break
    return names


def _pattern(found: list[Token]) -> set[str]:
    """The words up to the next arrow, which ends a pattern."""
    names: set[str] = set()
    for token in found:
        if token.text in ("=>", "↦", ":=", "|"):
            return names
        if token.kind == "word":
            names.add(token.text)
    return set()


def _typed(found: list[Token], at: int) -> set[str]:
    """The words before the colon, where a bracket begins with words, a colon and a type; before `|` in a set."""
    names: set[str] = set()
    for token in found[at:]:
        if token.kind == "word" or token.text in "_,(){}⟨⟩":
            names.add(token.text)
        elif token.text in (":", "|", "∈", "<", "≤", ">", "≥", ":=", "/", "=>", "↦"):
            return names
        else:
            return set()
    return set()
