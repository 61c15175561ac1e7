"""What a text asks for and its imports do not have: the names in Lean's errors."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from prover.core.message import Message
from prover.core.position import Span
from prover.lean.source import SourceFile

_WORD = re.compile(r"[\w.'!?«»]+")
#: Lean's tags of the messages that say of a name that it is not there.
_UNKNOWN = ("lean.unknownIdentifier", "lean.invalidField")


@dataclass(frozen=True, slots=True)
class Unresolved:
    """Why a text does not elaborate. `names`: those that are not there; `errors`: all that Lean says."""

    names: tuple[str, ...]
    errors: tuple[Message, ...]

    @classmethod
    def of(cls, source: SourceFile, errors: Sequence[Message]) -> Unresolved:
        return cls(unknown_names(source, errors), tuple(errors))

    @property
    def first(self) -> str:
        """The first error, in one line."""
        if not self.errors:
            return ""
        message = self.errors[0]
        place = f"line {message.start.line}: " if message.start else ""
        return place + (message.text.splitlines() or [""])[0]


def unknown_names(source: SourceFile, errors: Sequence[Message]) -> tuple[str, ...]:
    """What stands in the text where Lean says that a name is unknown, or cannot read on: notation that is not there.

    Each once, in the order of the file.
    """
    names: dict[str, None] = {}
    for message in errors:
        if message.start is None:
            continue
        start = source.offset(message.start)
        if message.end is None:
            names.setdefault(_word_at(source.text, len(source.text.encode()[:start].decode(errors="replace"))))
        elif message.kind.startswith(_UNKNOWN):
            names.setdefault(source.slice(Span(start, source.offset(message.end))))
    return tuple(names)


def _word_at(text: str, at: int) -> str:
    """Where the parser stopped: its errors have no end, and for a tactic that it does not know they begin within it."""
    for word in _WORD.finditer(text, text.rfind("\n", 0, at) + 1):
        if word.start() <= at < word.end():
            return word[0]
        if word.start() > at:
            break
    words = text[at:].split(maxsplit=1)
    return words[0] if words else "(end of file)"
