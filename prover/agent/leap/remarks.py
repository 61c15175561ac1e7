"""Comments in Lean text: where they stand, the hints in them, and a text without them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from prover.verify.code import code_of

_BLOCK = re.compile(r"/-|-/")
_LITERAL = re.compile(r'"(?:\\.|[^"\\])*"|«[^»]*»|\'(?:\\.[^\']*|[^\\\'])\'', re.DOTALL)
_HINT = re.compile(r"(?:--+|/-+!?)\s*hint\s*:(.*?)(?:-/)?\Z", re.DOTALL | re.IGNORECASE)


def comments(text: str) -> Iterator[tuple[int, int]]:
    """Where the comments stand that are surely some: offsets of begin and end."""
    code = code_of(text)
    at = 0
    while at < len(text):
        if code[at] == text[at]:
            at += 1
        elif text.startswith(("--", "/-"), at):
            end = _line_end(text, at) if text[at] == "-" else _block_end(text, at + 2)
            yield at, end
            at = end
        else:
            literal = _LITERAL.match(text, at)
            at = literal.end() if literal else at + 1


def without_comments(text: str) -> str:
    """The text with blanks for its comments."""
    parts: list[str] = []
    at = 0
    for start, end in comments(text):
        parts += (text[at:start], " ")
        at = end
    return "".join((*parts, text[at:]))


def plain(text: str) -> str:
    """The text without comments, and with one blank for any white space: equal for texts that differ in these alone."""
    return " ".join(without_comments(text).split())


def hints(text: str) -> Iterator[str]:
    """What the comments `-- hint: ...` and `/- HINT: ... -/` in a text say."""
    for start, end in comments(text):
        found = _HINT.match(text[start:end])
        if found and found[1].strip():
            yield "\n".join(line.strip() for line in found[1].strip().splitlines())


def harmless(text: str) -> str:
    """The text as it may stand inside a block comment."""
    return text.replace("/-", "/ -").replace("-/", "- /")


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end


def _block_end(text: str, at: int) -> int:
    depth = 1
    for mark in _BLOCK.finditer(text, at):
        depth += 1 if mark[0] == "/-" else -1
        if depth == 0:
            return mark.end()
    return len(text)
