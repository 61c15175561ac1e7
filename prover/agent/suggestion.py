"""`exact?` and its like in a found script: replaced by what they suggest.

What they suggest is read from the structured suggestion that Lean puts into its information trees (the
one editors offer as a code action), never from the text of a message.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from prover.lean import Suggestion
from prover.lean.source import Edit, SourceFile


@dataclass(frozen=True, slots=True)
class Written:
    """A script as an edit wrote it into `text`, beginning at byte `start` of that text."""

    script: str
    edit: Edit
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.edit.text.encode())


def written(scripts: Sequence[str], edits: Sequence[Edit]) -> list[Written]:
    """Where each edit's text stands once all of them are made; in the order given."""
    starts: dict[int, int] = {}
    grown = 0
    for edit in sorted(edits, key=lambda e: e.span.start):
        starts[edit.span.start] = edit.span.start + grown
        grown += len(edit.text.encode()) - (edit.span.end - edit.span.start)
    return [Written(script, edit, starts[edit.span.start]) for script, edit in zip(scripts, edits, strict=True)]


def accepted(item: Written, text: SourceFile, suggestions: Sequence[Suggestion]) -> str:
    """The script with every suggestion made inside it put in place of what made it.

    A tactic that ran on several goals may have made several: they are tried in turn.
    """
    offered: dict[tuple[int, int], list[str]] = {}
    for suggestion in suggestions:
        if item.start <= suggestion.span.start and suggestion.span.end <= item.end:
            texts = offered.setdefault((suggestion.span.start, suggestion.span.end), [])
            if suggestion.text not in texts:
                texts.append(suggestion.text)
    data = item.script.encode()
    for (start, end), texts in sorted(offered.items(), reverse=True):
        first, indent = _in_script(item, text, start)
        last, _ = _in_script(item, text, end)
        if first is None or last is None:
            continue
        new = [_dedented(one, indent) for one in texts]
        chosen = new[0] if len(new) == 1 else "(first | " + " | ".join(f"({one})" for one in new) + ")"
        data = data[:first] + chosen.encode() + data[last:]
    return data.decode()


def _in_script(item: Written, text: SourceFile, offset: int) -> tuple[int | None, int]:
    """A byte of the edited text as a byte of the script, and the column the script's lines begin at there."""
    edited = item.edit.text.encode()
    at_script, at_edit = 0, 0
    for line in item.script.encode().split(b"\n"):
        found = edited.find(line, at_edit)
        if found < 0:
            break
        begin = item.start + found
        if begin <= offset <= begin + len(line):
            return at_script + offset - begin, text.position(begin).column
        at_edit = found + len(line)
        at_script += len(line) + 1
    return None, 0


def _dedented(text: str, indent: int) -> str:
    first, *rest = text.split("\n")
    return "\n".join([first, *(line[indent:] if not line[:indent].strip() else line.lstrip() for line in rest)])
