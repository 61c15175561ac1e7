"""Lean text as tokens, as far as reading a model's reply needs it: comments, strings and names, no grammar."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Kind = Literal["word", "number", "string", "comment", "symbol"]

_PART = r"(?:«[^«»\n]*»|[^\W\d][\w'!?]*)"
_TOKEN = re.compile(
    rf"""(?P<space>\s+)
    |(?P<comment>--[^\n]*)
    |(?P<block>/-)
    |(?P<raw>r(?P<hashes>\#*)")
    |(?P<string>"(?:[^"\\]|\\.)*(?P<closed>")?)
    |(?P<char>'(?:[^'\\\n]|\\(?:x[0-9a-fA-F]{{2}}|u\{{?[0-9a-fA-F]{{1,6}}\}}?|.))')
    |(?P<word>{_PART}(?:\.{_PART})*)
    |(?P<number>\d\w*)
    |(?P<symbol>:=|=>|<;>|.)""",
    re.VERBOSE | re.DOTALL,
)
_BLOCK_EDGE = re.compile(r"/-|-/")
_PAIRS = {"(": ")", "[": "]", "{": "}", "⟨": "⟩"}
_CLOSERS = frozenset(_PAIRS.values())


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of Lean text. `start`: its offset; `open`: a string or comment that never ends."""

    kind: Kind
    text: str
    start: int
    open: bool = False

    @property
    def end(self) -> int:
        return self.start + len(self.text)


def tokens(text: str) -> list[Token]:
    """The tokens of a text, comments included, white space left out. Reads anything."""
    return list(_scan(text))


def code_tokens(text: str) -> list[Token]:
    """The tokens without comments."""
    return [token for token in _scan(text) if token.kind != "comment"]


def _scan(text: str) -> Iterator[Token]:
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        assert found is not None  # the last alternative takes any character
        token = _token(text, found)
        at = found.end() if token is None else token.end
        if token is not None:
            yield token


def _token(text: str, found: re.Match[str]) -> Token | None:
    start = found.start()
    match found.lastgroup:
        case "space":
            return None
        case "comment":
            return Token("comment", found[0], start)
        case "block":
            end = _block_end(text, start)
            return Token("comment", text[start:end], start, not _ends_block(text, start, end))
        case "raw":
            closing = '"' + found["hashes"]
            end = text.find(closing, found.end())
            stop = len(text) if end < 0 else end + len(closing)
            return Token("string", text[start:stop], start, end < 0)
        case "string":
            return Token("string", found[0], start, found["closed"] is None)
        case "char":
            return Token("string", found[0], start)
        case "word":
            return Token("word", found[0], start)
        case "number":
            return Token("number", found[0], start)
        case _:
            return Token("symbol", found[0], start)


def _block_end(text: str, start: int) -> int:
    """Where the (nested) comment that begins at `start` ends."""
    depth = 0
    at = start
    while (edge := _BLOCK_EDGE.search(text, at)) is not None:
        depth += 1 if edge[0] == "/-" else -1
        at = edge.end()
        if depth == 0:
            return at
    return len(text)


def _ends_block(text: str, start: int, end: int) -> bool:
    """Whether the comment was closed, not only cut off by the end of the text."""
    edges = _BLOCK_EDGE.findall(text, start, end)
    return edges.count("/-") == edges.count("-/")


def without_comments(text: str) -> str:
    """The text without comments, lines that held nothing else, and blank lines."""
    pieces: list[str] = []
    at = 0
    for token in _scan(text):
        if token.kind == "comment":
            pieces += [text[at : token.start], " " if token.text.startswith("/-") else ""]
            at = token.end
    pieces.append(text[at:])
    lines = (line.rstrip() for line in "".join(pieces).split("\n"))
    return "\n".join(line for line in lines if line)


def balanced(text: str) -> bool:
    """Whether brackets match, and strings and comments end."""
    expected: list[str] = []
    for token in _scan(text):
        if token.open:
            return False
        if token.kind != "symbol":
            continue
        if token.text in _PAIRS:
            expected.append(_PAIRS[token.text])
        elif token.text in _CLOSERS and (not expected or expected.pop() != token.text):
            return False
    return not expected


def depth_zero(found: list[Token]) -> Iterator[tuple[int, Token]]:
    """Those of the tokens that stand in no bracket, with their index."""
    depth = 0
    for index, token in enumerate(found):
        if token.kind == "symbol" and token.text in _CLOSERS:
            depth = max(0, depth - 1)
        if depth == 0:
            yield index, token
        if token.kind == "symbol" and token.text in _PAIRS:
            depth += 1
