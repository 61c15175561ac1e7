"""A text to be looked at by Lean: what stands before in the user's file, and pieces that a model wrote."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Piece:
    """Some declarations. `name`: what complaints about them are told under."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Draft:
    """`before` (a file's beginning, imports included) and then the pieces, a blank line between each."""

    before: str
    pieces: tuple[Piece, ...]

    @classmethod
    def of(cls, before: str, pieces: Sequence[Piece]) -> Draft:
        return cls(before.rstrip() + "\n" if before.strip() else "", tuple(p for p in pieces if p.text.strip()))

    @property
    def text(self) -> str:
        return self.before + "".join(f"\n{piece.text.strip()}\n" for piece in self.pieces)

    def place(self, line: int) -> tuple[str, int]:
        """The piece that a line of the text (from 1) belongs to, and the line within it; ("", line) before them."""
        at = self.before.count("\n")
        if line <= at:
            return "", line
        for piece in self.pieces:
            at += 1
            length = piece.text.strip().count("\n") + 1
            if line <= at + length:
                return piece.name, max(1, line - at)
            at += length
        return (self.pieces[-1].name if self.pieces else "", line - at)
