"""The text of a statement, for those who read Lean source."""

from __future__ import annotations

from prover.agent.obligation import Obligation
from prover.core.theorem import Theorem
from prover.lean.source import SourceFile

_OPENINGS = (":= by", ":=")


def statement_of(source: SourceFile, header_end: int, obligation: Obligation) -> Theorem | None:
    """What a declaration states, as written; None where its one hole is not all of its proof, or met several goals.

    `header_end`: byte offset at which the file's commands begin.
    """
    if len(obligation.gaps) != 1 or len(obligation.gaps[0].visits) != 1:
        return None
    command = obligation.command
    before = _without_remarks(source.data[command.start : obligation.gaps[0].span.start].decode())
    opening = next((word for word in _OPENINGS if before.endswith(word)), None)
    if opening is None:
        return None
    informal, statement = _without_comment(before.removesuffix(opening).rstrip())
    return Theorem(
        name=obligation.label,
        statement=statement,
        header=source.data[:header_end].decode().strip(),
        context=source.data[header_end : command.start].decode().strip(),
        informal=informal,
    )


def _without_remarks(text: str) -> str:
    """The text without the comments that it ends in."""
    while True:
        text = text.rstrip()
        last = text.rpartition("\n")[2].lstrip()
        if last.startswith("--"):
            text = text[: len(text) - len(last)]
        elif text.endswith("-/") and "/-" in text:
            text = text[: text.rindex("/-")]
        else:
            return text


def _without_comment(text: str) -> tuple[str, str]:
    """The doc comment that a declaration begins with, without its marks, and the rest."""
    end = text.find("-/")
    if not text.startswith("/--") or end < 0:
        return "", text
    return text[3:end].strip(), text[end + 2 :].lstrip()
