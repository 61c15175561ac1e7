"""Putting a proof where a hole was, so that the file stays readable and parses."""

from __future__ import annotations

from prover.core.position import Span
from prover.lean.source import Edit, SourceFile

_INDENT = 2


def layouts(source: SourceFile, span: Span, script: str, *, tactic: bool) -> list[Edit]:
    """Ways to write `script` at the hole `span`, the most readable first, the most robust last.

    Only Lean knows which of them parse; the caller rebuilds the file with each until one does.
    """
    lines = script.strip("\n").split("\n")
    make = _tactic_layouts if tactic else _term_layouts
    at = source.position(span.start)
    before = source.line_text(at.line)[: at.column]
    blanks = len(before) - len(before.rstrip(" "))
    found: list[Edit] = []
    for text in make(source, span, lines):
        if all(edit.text != text for edit in found):
            # A text that begins on a new line leaves no blank at the end of the old one.
            found.append(Edit(Span(span.start - blanks, span.end) if text.startswith("\n") else span, text))
    return found


def _tactic_layouts(source: SourceFile, span: Span, lines: list[str]) -> list[str]:
    at = source.position(span.start)
    before = source.line_text(at.line)[: at.column]
    aligned = _joined(lines, at.column)
    if len(lines) == 1:
        return [aligned, f"({lines[0]})"]
    # Columns of a block inside parentheses count from where the block stands: one past "(".
    wrapped = f"({_joined(lines, at.column + 1)})"
    if before.strip() and before.rstrip().endswith(("by", "=>")):
        indent = _content_column(before) + _INDENT
        return ["\n" + " " * indent + _joined(lines, indent), aligned, wrapped]
    return [aligned, wrapped]


def _term_layouts(source: SourceFile, span: Span, lines: list[str]) -> list[str]:
    at = source.position(span.start)
    before = source.line_text(at.line)[: at.column]
    indent = _content_column(before) + _INDENT
    block = "by\n" + " " * indent + _joined(lines, indent)
    # Columns of a block inside parentheses count from where the block stands: one past "(by ".
    inner = at.column + len("(by ")
    wrapped = f"(by {_joined(lines, inner)})"
    bare = before.rstrip().endswith((":=", "=>", "from", "<|", "⟨", ",", "(")) or not before.strip()
    if len(lines) == 1:
        return [f"by {lines[0]}", wrapped] if bare else [wrapped]
    return [block, wrapped] if bare else [wrapped]


def _joined(lines: list[str], indent: int) -> str:
    return "\n".join([lines[0]] + [(" " * indent + line) if line else line for line in lines[1:]])


def _content_column(before: str) -> int:
    """The column where a line's own tactic or declaration begins, bullets skipped."""
    rest = before
    column = 0
    while True:
        stripped = rest.lstrip(" ")
        column += len(rest) - len(stripped)
        for bullet in ("· ", ". "):
            if stripped.startswith(bullet):
                column += len(bullet)
                rest = stripped[len(bullet) :]
                break
        else:
            return column
