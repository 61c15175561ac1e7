"""What became of a file: a verdict a target, and the file with the proofs in it."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from typing import Any

from prover.core.message import Message
from prover.core.verdict import Proved, Verdict
from prover.lean.source import SourceFile


@dataclass(slots=True)
class TargetResult:
    """One target: verdict, the script found (if any), where, how long, what the search did."""

    name: str
    line: int
    verdict: Verdict
    scripts: list[str] = field(default_factory=list[str])
    seconds: float = 0.0
    statistics: dict[str, Any] = field(default_factory=dict[str, Any])

    @property
    def proved(self) -> bool:
        return isinstance(self.verdict, Proved)


@dataclass(slots=True)
class FileResult:
    """A whole run over one file. `filled` has every verified proof in place, and only those. `foundation`: the library
    of ours that stood in for an import of the file's. `partial`: that file with what an agent has of the targets that
    are still open: its plan, proved lemmas, `sorry` for open ones; None where there is nothing of that."""

    source: SourceFile
    filled: SourceFile
    targets: list[TargetResult]
    messages: tuple[Message, ...] = ()
    engine: str = ""
    lean_version: str = ""
    seconds: float = 0.0
    interrupted: bool = False
    foundation: str | None = None
    partial: SourceFile | None = None

    @property
    def all_proved(self) -> bool:
        return bool(self.targets) and all(target.proved for target in self.targets)

    def diff(self) -> str:
        """A unified diff from the file as it was to the file with its proofs; empty when nothing was proved."""
        return "".join(
            difflib.unified_diff(
                self.source.text.splitlines(keepends=True),
                self.filled.text.splitlines(keepends=True),
                self.source.name,
                self.source.name,
            )
        )
