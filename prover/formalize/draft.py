"""A statement in Lean that is proposed for one in words."""

from __future__ import annotations

from dataclasses import dataclass

from prover.lean.source import SourceFile


@dataclass(frozen=True, slots=True)
class Draft:
    """`statement`: `theorem NAME BINDERS : TYPE`, without a proof; `definitions`: Lean text that it needs before it, if
    any. `context`: the file that it is to stand in, up to the place (imports, definitions; may be empty). `reading`:
    how the words were understood, as its author says; `author`: a model's reference, or `person`."""

    name: str
    statement: str
    definitions: str = ""
    context: str = ""
    reading: str = ""
    author: str = "person"

    def __post_init__(self) -> None:
        for part in ("statement", "definitions", "context"):
            # Lean counts LF line ends; so are positions in what stands here.
            object.__setattr__(self, part, getattr(self, part).replace("\r\n", "\n"))

    @property
    def text(self) -> str:
        """The file that states it, its proof left open."""
        parts = (self.context.rstrip(), self.definitions.strip(), f"{self.statement.rstrip()} := by\n  sorry\n")
        return "\n\n".join(part for part in parts if part)

    def file(self, name: str = "<draft>") -> SourceFile:
        return SourceFile(name, self.text.encode())
