"""A repl's answers, read into values, and tactics put in the form it reads."""

from __future__ import annotations

from typing import Any, cast

from prover.core.message import Message, Severity
from prover.core.outcome import Cost, Failed, Progress, Solved, TacticOutcome
from prover.repl.goals import read_state
from prover.repl.outline import position
from prover.repl.protocol import Document

_COMPLETED = "Completed"


def read_outcome(answer: Document, cost: Cost) -> TacticOutcome[int]:
    """What became of a tactic. The repl goes on after errors and admits what it cannot do: that is a failure here."""
    messages = messages_of(answer)
    state, goals = answer.get("proofState"), answer.get("goals")
    if not isinstance(state, int) or not isinstance(goals, list):
        return Failed("error", str(answer.get("message", "")), messages, cost)
    if has_errors(answer):
        return Failed("logged_error", messages=messages, cost=cost)
    if items(answer, "sorries"):
        return Failed("sorry", messages=messages, cost=cost)
    if goals:
        return Progress(read_state([str(goal) for goal in cast(list[Any], goals)]), state, messages, cost)
    status = str(answer.get("proofStatus", _COMPLETED))
    if status.startswith("Incomplete"):
        return Failed("sorry" if "sorry" in status else "open_metavariable", status, messages, cost)
    if status.startswith("Error"):
        return Failed("error", status, messages, cost)
    # "Completed"; or "Not verified: ...", and then the whole declaration says what it is worth.
    return Solved(messages, cost=cost)


def items(answer: Document, name: str) -> list[Document]:
    """The objects of a list in an answer, where empty lists are left out."""
    value = answer.get(name)
    return [item for item in cast(list[Any], value) if isinstance(item, dict)] if isinstance(value, list) else []


def messages_of(answer: Document) -> tuple[Message, ...]:
    """What Lean said."""
    return tuple(_message(item) for item in items(answer, "messages"))


def _message(item: Document) -> Message:
    severity = str(item.get("severity", ""))
    text = str(item.get("data", ""))
    start, end = item.get("pos"), item.get("endPos")
    return Message(
        Severity(severity) if severity in set(Severity) else Severity.INFO,
        text,
        # The repl leaves out Lean's own tag of a message. Only a hint rests on this one.
        "hasSorry" if severity == "warning" and text.startswith("declaration uses") and "sorry" in text else "",
        None if start is None else position(start),
        None if end is None else position(end),
    )


def has_errors(answer: Document) -> bool:
    """Whether Lean said that something is wrong."""
    return any(message.severity is Severity.ERROR for message in messages_of(answer))


def as_one(tactic: str) -> str:
    """A sequence of tactics as one, in parentheses: the repl reads a single tactic."""
    lines = tactic.strip("\n").split("\n")
    if len(lines) == 1 and ";" not in tactic:
        return tactic
    return "(" + "\n".join([lines[0], *(f" {line}" if line else line for line in lines[1:])]) + ")"
