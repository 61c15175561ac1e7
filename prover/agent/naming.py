"""Names for what has none: an `example` becomes a theorem while it is worked on and judged."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection
from dataclasses import dataclass, field

from prover.core.position import Span
from prover.lean import Elaboration
from prover.lean.source import Edit, SourceFile
from prover.verify.name import parse

_WORD = len("example")


@dataclass(frozen=True, slots=True)
class NamedSource:
    """A file in which every `example` that has a hole has a name, and the way back to the file as it was.

    What is put in ends its line, so that every column of the file stays what it was. `starts`: where
    the commands with a name begin, in the original.
    """

    original: SourceFile
    working: SourceFile
    edits: tuple[Edit, ...] = ()
    labels: dict[str, str] = field(default_factory=dict[str, str])
    starts: dict[str, int] = field(default_factory=dict[str, int])

    def back(self, span: Span) -> Span:
        """A span of the working text as a span of the original."""
        return Span(self._back(span.start), self._back(span.end))

    def label(self, name: str) -> str:
        """What people call the declaration that has this name in the working text."""
        return self.labels.get(str(parse(name)[-1]), name)

    def _back(self, offset: int) -> int:
        grown = 0
        for edit in self.edits:
            if edit.span.start + grown >= offset:
                break
            grown += len(edit.text.encode()) - (edit.span.end - edit.span.start)
        return offset - grown


def name_examples(source: SourceFile, elaboration: Elaboration, except_at: Collection[int] = ()) -> NamedSource:
    """Gives a name to each `example` that has a hole, save those whose command begins at one of `except_at`.

    A theorem's proof may use only those `variable`s that its statement mentions or that are included;
    an example may use all of them. So all are included.
    """
    holes = sorted(h.span.start for h in elaboration.holes if h.span is not None)
    edits: list[Edit] = []
    labels: dict[str, str] = {}
    starts: dict[str, int] = {}
    for command in elaboration.commands:
        if command.example is None or command.span is None or command.span.start in except_at:
            continue
        at = bisect_left(holes, command.span.start)
        if at == len(holes) or holes[at] >= command.span.end:
            continue
        place = source.position(command.example)
        name = f"_example_at_line_{place.line}"
        while name in labels:
            name += "'"
        labels[name] = f"example (line {place.line})"
        starts[name] = command.span.start
        if command.variables:
            start = command.span.start
            included = " ".join(f"«{v}»" for v in dict.fromkeys(str(parse(v)[0]) for v in command.variables))
            padding = " " * source.position(start).column
            edits.append(Edit(Span(start, start), f"include {included} in\n{padding}"))
        padding = " " * (place.column + _WORD)
        edits.append(Edit(Span(command.example, command.example + _WORD), f"theorem {name}\n{padding}"))
    working = source.with_edits(edits) if edits else source
    return NamedSource(source, working, tuple(edits), labels, starts)
