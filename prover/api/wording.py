"""Verdicts in words, for people."""

from __future__ import annotations

from prover.core.message import Message
from prover.core.verdict import Unaudited, Verdict
from prover.core.visible import visible
from prover.lean.foundation import CORE_MATH

_EVIDENCE = (
    "stopped", "what", "name", "open_names", "names", "construct", "limit", "error", "reason", "detail", "through",
)  # fmt: skip


def describe_verdict(verdict: Verdict) -> str:
    """A verdict in a few words: its code, and the evidence a person needs beside it."""
    words = verdict.code.replace("_", " ")
    if verdict.report.get("foundation") == CORE_MATH.name:
        words += f" {CORE_MATH.label}"
    evidence: list[str] = []
    for attribute in _EVIDENCE:
        value: object = getattr(verdict, attribute, None)
        if value:
            evidence.append(", ".join(value) if isinstance(value, tuple) else str(value))  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
    unaudited: dict[str, str] = verdict.report.get("unaudited", {}) if isinstance(verdict, Unaudited) else {}
    evidence += [f"{module} ({reason})" for module, reason in unaudited.items()]
    messages: tuple[Message, ...] = getattr(verdict, "messages", ())
    if messages:
        first = messages[0]
        evidence.append((f"line {first.start.line}: " if first.start else "") + first.text.splitlines()[0])
    return visible(": ".join([words, *evidence[:2]]).splitlines()[0])
