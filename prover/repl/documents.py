"""Parts of the answers that `prove repl` gives, in the shapes of leanprover-community/repl."""

from __future__ import annotations

from prover.core.message import Message, Severity
from prover.core.position import Position
from prover.lean.source import SourceFile
from prover.repl.calls import TacticNode
from prover.repl.protocol import Document

_NOWHERE = Position(0, 0)


def goals_told(node: TacticNode) -> str:
    """The goals before a tactic, or that there are none."""
    return "\n".join(node.goals).strip() or "no goals"


def place(position: Position) -> Document:
    """A position."""
    return {"line": position.line, "column": position.column}


def sorry(goal: str, state: int, source: SourceFile, start: int, end: int) -> Document:
    """A hole with its goal and the number of its state; `start`, `end`: bytes of the source."""
    return {
        "pos": place(source.position(start)),
        "endPos": place(source.position(end)),
        "goal": goal,
        "proofState": state,
    }


def message_told(message: Message) -> Document:
    """A message of Lean."""
    start = message.start or _NOWHERE
    return {
        "severity": str(message.severity),
        "pos": place(start),
        "endPos": None if message.end is None else place(message.end),
        "data": message.text.strip(),
    }


def message_nowhere(severity: Severity, text: str) -> Document:
    """A message of a tactic that stands in no text."""
    return {"severity": str(severity), "pos": place(_NOWHERE), "endPos": place(_NOWHERE), "data": text.strip()}


def tactic(node: TacticNode, state: int, source: SourceFile) -> Document:
    """A tactic of an elaborated text with the number of the state before it."""
    return {
        "tactic": node.text,
        "proofState": state,
        "pos": place(source.position(node.span.start)),
        "endPos": place(source.position(node.span.end)),
        "goals": goals_told(node),
        "usedConstants": list(node.uses),
    }
