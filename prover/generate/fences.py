"""What surrounds the answer in a model's reply: thoughts, special tokens, fenced blocks."""

from __future__ import annotations

import re
from dataclasses import dataclass

_SPECIAL = re.compile(r"<\|[^|<>\s]{1,40}\|>|<｜[^｜<>]{1,40}｜>|</s>")
_LANGUAGE = re.compile(r"[ \t]*([\w+.-]*)[ \t]*\n")


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block. `closed`: its end was there too."""

    text: str
    language: str = ""
    closed: bool = True

    @property
    def is_lean(self) -> bool:
        return self.language in ("", "lean", "lean4", "tactic", "tactics")


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
    """The fenced blocks of a text, in order."""
    pieces = text.split("```")
    return [_block(piece, closed=index < len(pieces) - 1) for index, piece in enumerate(pieces) if index % 2]


def _block(piece: str, *, closed: bool) -> Block:
    head = _LANGUAGE.match(piece)
    if head is None:
        return Block(piece, "", closed)
    return Block(piece[head.end() :], head[1].lower(), closed)
