"""The binders of a printed statement: which of its arguments are written out when it is applied."""

from __future__ import annotations

from prover.generate.tokens import code_tokens

_OPEN = {"(": "explicit", "{": "implicit", "⦃": "implicit", "[": "instance"}
_RELATIONS = frozenset({"<", "≤", ">", "≥", "∈", "∉", "≠", "⊆", "∣"})
_PAIRS = {"(": ")", "{": "}", "⦃": "⦄", "[": "]", "⟨": "⟩"}


def binder_kinds(statement: str) -> list[str]:
    """`explicit`, `implicit` or `instance` for each argument of what Lean prints as `∀ ..., ... → ...`."""
    words = [token.text for token in code_tokens(statement)]
    found: list[str] = []
    at = 0
    while at < len(words):
        if words[at] == "∀":
            at = _groups(words, at + 1, found)
            continue
        arrow = _top_level(words, at, "→")
        if arrow is None or words[at] in ("∃", "fun", "if", "let", "have"):
            break
        found.append("explicit")
        at = arrow + 1
    return found


def _groups(words: list[str], at: int, found: list[str]) -> int:
    """Reads binders up to the comma after them."""
    while at < len(words) and words[at] != ",":
        if words[at] in _OPEN:
            end = _closing(words, at)
            inside = words[at + 1 : end]
            colon = _top_level(inside, 0, ":")
            names = 1 if colon is None else colon
            found += [_OPEN[words[at]]] * names
            at = end + 1
        elif words[at] == ":":
            comma = _top_level(words, at, ",")
            at = len(words) if comma is None else comma
        else:
            found.append("explicit")
            at += 1
            if at < len(words) and words[at] in _RELATIONS:
                # `∀ n > 0, ...`: what is said of it is an argument too.
                found.append("explicit")
                comma = _top_level(words, at, ",")
                at = len(words) if comma is None else comma
    return at + 1


def _closing(words: list[str], at: int) -> int:
    depth = 0
    for i in range(at, len(words)):
        depth += (words[i] in _PAIRS) - (words[i] in _PAIRS.values())
        if depth == 0:
            return i
    return len(words)


def _top_level(words: list[str], start: int, wanted: str) -> int | None:
    """Where `wanted` stands outside brackets and before any binder that would take it in."""
    depth = 0
    for i in range(start, len(words)):
        depth += (words[i] in _PAIRS) - (words[i] in _PAIRS.values())
        if depth == 0 and words[i] == wanted:
            return i
        if depth < 0 or (depth == 0 and wanted == "→" and words[i] in ("∃", "fun", "∀", "let")):
            return None
    return None
