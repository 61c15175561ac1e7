"""Places in a text, as Lean reports them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place in a text: 1-based line, 0-based column counted in code points."""

    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.line}:{self.column}"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of text as two byte offsets into its UTF-8 form, the end exclusive."""

    start: int
    end: int

    def contains(self, offset: int) -> bool:
        return self.start <= offset < self.end
