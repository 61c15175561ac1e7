"""Tactic text as a model wrote it, laid out as Lean reads it: no labels, no comments, steps in the first column."""

from __future__ import annotations

import re
import textwrap

from prover.generate.tokens import tokens, without_comments

_LABEL = re.compile(
    r"\s*[*_#>\s]*(?:the\s+)?(?:next\s+|lean\s*4?\s+)?"
    r"(?:tactics?|proof|answer|lean\s*4?|step)\s*\d*\s*[*_]*\s*:[ \t*_]*(?!=)",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"\s*(?:\(?\d{1,2}[.)]|[-*•])[ \t]+(?=\S)")
_TURNSTILE = re.compile(r"^⊢", re.MULTILINE)
_HYPOTHESIS = re.compile(
    r"(?:case \S+|(?!(?:have|let|set|show|suffices|obtain|refine|exact|apply|rcases|generalize)\b)"
    r"[^\s:(]+(?: [^\s:(]+)* : .*)$"
)
_RULE = re.compile(r"^(?:-{3,}|={3,}|:{3,})[ \t]*$", re.MULTILINE)
# A line that begins so goes on with the one before it.
_GOES_ON = re.compile(r"(?:at|using|with|from|else|then|<;>|<\|>|\||[:=,;)\]}⟩+*/<>≤≥∧∨→↔])")
# A line that ends so is followed by a block of its own.
_OPENS = re.compile(
    r"(?:\b(?:by|with|do|calc|then|else|from|at|using|fun|in|only|exact|show)|=>|:=|←|[=+*/<>≤≥∧∨→↔,(\[{⟨:])$"
)
_BY = re.compile(r"\s*(?::=\s*)?by\b(?!_)")


def tidy(text: str) -> str:
    """The tactics in a piece of a reply, without what models put around them; empty where nothing is left."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", "  ")
    rule = _RULE.search(text)
    text = text[: rule.start()] if rule is not None else text
    text = _without_states(without_comments(_without_backticks(_without_labels(text))))
    text = dedent(_without_by(text))
    lines = text.split("\n")
    while len(lines) > 1 and lines[-1] == "done":
        lines.pop()
    return "\n".join(lines).strip("\n")


def dedent(text: str) -> str:
    """The steps in the first column, also where the first line alone had lost its indentation."""
    lines = [line for line in text.split("\n") if line.strip()]
    if not lines:
        return ""
    first, rest = lines[0], lines[1:]
    margin = min((_indent(line) for line in rest), default=0)
    if _indent(first) > margin or (margin > _indent(first) and not _continues(first, rest)):
        return "\n".join([first.strip(), *(line[margin:].rstrip() for line in rest)])
    margin = _indent(first)
    return "\n".join(line[margin:].rstrip() for line in lines)


def _continues(first: str, rest: list[str]) -> bool:
    """Whether the lines after the first belong to its step."""
    if _OPENS.search(first.rstrip()) or _GOES_ON.match(rest[0].strip()) or first.lstrip().startswith(("·", ". ", "|")):
        return True
    opened = [t.text for t in tokens(first) if t.kind == "symbol"]
    return sum(t in "([{⟨" for t in opened) > sum(t in ")]}⟩" for t in opened)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _without_labels(text: str) -> str:
    """Without `Tactic:` in front, and without a number or bullet before a single line."""
    while (label := _LABEL.match(text)) is not None and label.end() > 0:
        text = text[label.end() :]
    stripped = text.strip()
    if "\n" not in stripped and (number := _NUMBERED.match(stripped)) is not None:
        return stripped[number.end() :]
    return text


def _without_backticks(text: str) -> str:
    stripped = text.strip()
    if len(stripped) > 2 and stripped[0] == stripped[-1] == "`" and "`" not in stripped[1:-1]:
        return stripped[1:-1]
    return text


def _without_states(text: str) -> str:
    """Up to the first goal printed after the tactics."""
    goal = _TURNSTILE.search(text)
    if goal is None:
        return text
    lines = text[: goal.start()].rstrip("\n").split("\n")
    while lines and (not lines[-1].strip() or _HYPOTHESIS.match(lines[-1])):
        lines.pop()
    return "\n".join(lines)


def _without_by(text: str) -> str:
    """Without a `by` in front; the columns after it stay what they were. `:=` with a term becomes `exact`."""
    if (found := _BY.match(text)) is not None:
        return " " * (found.end() - text.rfind("\n", 0, found.end()) - 1) + text[found.end() :]
    if (stripped := text.lstrip()).startswith(":="):
        term = dedent(stripped[2:].lstrip(" "))
        return f"exact {term}" if "\n" not in term else "exact\n" + textwrap.indent(term, "  ")
    return text
