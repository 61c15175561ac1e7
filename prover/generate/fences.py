"""Fenced blocks, read in replies and written into prompts; and what else surrounds the answer in a reply."""

from __future__ import annotations

import re
from dataclasses import dataclass

_SPECIAL = re.compile(r"<\|[^|<>\s]{1,40}\|>|<｜[^｜<>]{1,40}｜>|</s>")
_OPENING = re.compile(r"(?P<before>[^`~\n]*)(?P<marks>`{3,}|~{3,})[ \t]*(?P<info>[^`\n]*)$")
#: What may stand before a fence that begins a line: blanks, a mark of a list.
_MARGIN = re.compile(r"[ \t]*(?:[-*>][ \t]+|\d{1,2}[.)][ \t]+)?")
#: After other words on its line, a fence opens a block only with the name of a language, or with nothing.
_LANGUAGE = re.compile(r"[\w+.-]*")
_INLINE = re.compile(r"(`{3,})(?P<text>[^`\n]+)\1(?!`)")
_RUN = re.compile(r"`+")
_LEAN = frozenset({"lean", "lean4", "tactic", "tactics"})


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block of a reply. `label`: the words after its opening fence, in lower case; `start`, `end`: where it
    stands, fences included; `closed`: its end was there too."""

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


def fence(text: str, info: str = "") -> str:
    """`text` as a fenced block that nothing in it can end: its fence is longer than any run of backticks there."""
    longest = max((len(run) for run in _RUN.findall(text)), default=0)
    marks = "`" * max(3, longest + 1)
    return f"{marks}{info}\n{text.strip(chr(10))}\n{marks}"


def spoken(text: str) -> str | None:
    """The reply without what the model thought and without the marks of its tokenizer; None where it was still
    thinking when it ended."""
    special = _SPECIAL.search(text)
    if special is not None and special.start() > 0 and text[: special.start()].strip():
        text = text[: special.start()]
    text = _SPECIAL.sub("", text)
    # The opening mark may have been part of the prompt.
    thought, _, after = text.rpartition("</think>")
    if "<think>" in after:
        return None
    before, opened, _ = thought.partition("<think>")
    return after if after.strip() or not opened else before


def blocks(text: str) -> list[Block]:
    """The fenced blocks of a text, in order.

    A fence ends with one that is as long, alone on its line or, as models write, right after the last line.
    """
    found: list[Block] = []
    opened: re.Match[str] | None = None
    start = body = at = 0
    for line in text.splitlines(keepends=True):
        bare = line.rstrip()
        if opened is None:
            for inline in _INLINE.finditer(bare):
                found.append(Block((), inline["text"], at + inline.start(), at + inline.end(), closed=True))
            opened = _opening(bare)
            if opened is not None:
                margin = _MARGIN.fullmatch(opened["before"]) is not None
                start, body = at if margin else at + opened.start("marks"), at + len(line)
        elif (end := _closing(bare, opened["marks"])) is not None:
            found.append(_block(opened, text[body : at + end], start, at + len(line), closed=True))
            opened = None
        at += len(line)
    if opened is not None:
        found.append(_block(opened, text[body:], start, len(text), closed=False))
    return found


def _opening(line: str) -> re.Match[str] | None:
    found = _OPENING.match(line)
    if found is None or _MARGIN.fullmatch(found["before"]) or _LANGUAGE.fullmatch(found["info"].strip()):
        return found
    return None


def _closing(line: str, marks: str) -> int | None:
    """How much of a line belongs to the block that it ends; None where it ends none."""
    alone = line.lstrip(" \t>")
    if len(alone) >= len(marks) and not alone.strip(marks[0]):
        return 0
    code = line.removesuffix(marks)
    return len(code) if code != line and marks[0] not in code else None


def _block(opened: re.Match[str], text: str, start: int, end: int, *, closed: bool) -> Block:
    info = opened["info"].strip().lower()
    label = tuple(word for word in re.split(r"[\s,{}]+", info) if word) if info else ()
    return Block(label, text, start, end, closed)
