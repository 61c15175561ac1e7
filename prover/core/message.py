"""What Lean said about a text."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from prover.core.position import Position


class Severity(StrEnum):
    """How grave a diagnostic is, by Lean's own word for it."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Message:
    """One diagnostic. `kind` is Lean's stable tag where it gives one (`hasSorry`), else empty.

    The text is for people; no verdict is read from it.
    """

    severity: Severity
    text: str
    kind: str = ""
    start: Position | None = None
    end: Position | None = None
