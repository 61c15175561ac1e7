"""A file's header, as Lean read it."""

from __future__ import annotations

from dataclasses import dataclass

from prover.core.message import Message, Severity


@dataclass(frozen=True, slots=True)
class Import:
    """One import of a header, as Lean read it."""

    module: str
    all: bool = False
    meta: bool = False


@dataclass(frozen=True, slots=True)
class HeaderInfo:
    """A file's header: its imports, the byte offset where commands begin, what Lean said of it."""

    imports: tuple[Import, ...]
    end: int
    is_module: bool
    messages: tuple[Message, ...]

    @property
    def modules(self) -> tuple[str, ...]:
        return tuple(item.module for item in self.imports)

    @property
    def errors(self) -> tuple[Message, ...]:
        return tuple(m for m in self.messages if m.severity is Severity.ERROR)
