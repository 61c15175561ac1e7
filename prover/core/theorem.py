"""A statement to be proved, as its author wrote it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Theorem:
    """A theorem without its proof, for models that are shown source text.

    `statement`: its declaration up to, and without, the `:=` of its proof. `header`: the file's imports; `context`:
    what stands between them and the statement. `informal`: the same in words, from its doc comment.
    """

    name: str
    statement: str
    header: str = ""
    context: str = ""
    informal: str = ""
