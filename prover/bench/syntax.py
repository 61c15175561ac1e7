"""Notation that newer libraries read no more, written as they want it."""

from __future__ import annotations

from prover.generate.tokens import Token, code_tokens

_SUMS = frozenset({"∑", "∏"})


def modern_sums(text: str) -> str:
    """`∑ x in S, f` as `∑ x ∈ S, f`, and `∑ x : T in S, f` as `∑ x ∈ (S : Finset T), f`: the same to Lean."""
    found = code_tokens(text)
    pieces: list[str] = []
    at = 0
    for index, token in enumerate(found):
        if token.text not in _SUMS or token.start < at:
            continue
        edit = _edit(text, found, index)
        if edit is not None:
            start, end, new = edit
            pieces += [text[at:start], new]
            at = end
    return "".join([*pieces, text[at:]])


def _edit(text: str, found: list[Token], index: int) -> tuple[int, int, str] | None:
    """What to put in place of the binder of a sum: from where, to where, what."""
    depth, colon = 0, None
    for place in range(index + 1, len(found)):
        token = found[place]
        if token.text in ("(", "[", "{", "⟨"):
            depth += 1
        elif token.text in (")", "]", "}", "⟩"):
            depth -= 1
        if depth < 0 or (depth == 0 and token.text in (",", "∈")):
            return None
        if depth == 0 and token.text == ":" and colon is None:
            colon = token
        if depth == 0 and token.text == "in":
            if colon is None:
                return token.start, token.end, "∈"
            comma = _comma(found, place + 1)
            if comma is None:
                return None
            kind, over = text[colon.end : token.start].strip(), modern_sums(text[token.end : comma.start].strip())
            return colon.start, comma.start, f"∈ ({over} : Finset {_bracketed(kind)})"
    return None


def _comma(found: list[Token], at: int) -> Token | None:
    depth = 0
    for token in found[at:]:
        if token.text in ("(", "[", "{", "⟨"):
            depth += 1
        elif token.text in (")", "]", "}", "⟩"):
            depth -= 1
        if depth < 0:
            return None
        if depth == 0 and token.text == ",":
            return token
    return None


def _bracketed(kind: str) -> str:
    return kind if len(code_tokens(kind)) == 1 else f"({kind})"
