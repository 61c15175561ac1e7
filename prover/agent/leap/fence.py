"""Fenced blocks: data put into a prompt, and blocks with a label in a reply."""

from __future__ import annotations

import re
from dataclasses import dataclass

_OPENING = re.compile(r"([ \t]*)(?:[-*>][ \t]+|\d{1,2}[.)][ \t]+)?(`{3,}|~{3,})[ \t]*([^`\n]*)$")
_RUN = re.compile(r"`+")
_LEAN = frozenset({"lean", "lean4", "tactic", "tactics"})


def fence(text: str, info: str = "") -> str:
    """`text` as a fenced block that nothing in it can end: its fence is longer than any run of backticks there."""
    longest = max((len(run) for run in _RUN.findall(text)), default=0)
    marks = "`" * max(3, longest + 1)
    return f"{marks}{info}\n{text.strip(chr(10))}\n{marks}"


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block of a reply. `label`: the words after its opening fence, in lower case; `end`: the offset after
    it; `closed`: its end was there too."""

    label: tuple[str, ...]
    text: str
    start: int
    end: int
    closed: bool

    @property
    def is_lean(self) -> bool:
        return not self.label or self.label[0] in _LEAN

    @property
    def role(self) -> str:
        """What the label says that it is, beside its language; empty where it does not say."""
        return self.label[1].rstrip("s:") if len(self.label) > 1 else ""


def blocks(text: str) -> list[Block]:
    """The fenced blocks of a text, in order. A fence ends with one that is as long, alone on its line."""
    found: list[Block] = []
    opened: re.Match[str] | None = None
    start = body = at = 0
    for line in text.splitlines(keepends=True):
        bare = line.rstrip()
        if opened is None:
            opened = _OPENING.match(bare)
            start, body = at, at + len(line)
        elif _closes(bare, opened[2]):
            found.append(_block(opened, text[body:at], start, at + len(line), closed=True))
            opened = None
        at += len(line)
    if opened is not None:
        found.append(_block(opened, text[body:], start, len(text), closed=False))
    return found


def _closes(line: str, marks: str) -> bool:
    line = line.lstrip(" \t>")
    return len(line) >= len(marks) and not line.strip(marks[0])


def _block(opened: re.Match[str], text: str, start: int, end: int, *, closed: bool) -> Block:
    label = tuple(re.split(r"[\s,{}]+", opened[3].strip().lower())) if opened[3].strip() else ()
    return Block(tuple(word for word in label if word), text, start, end, closed)
