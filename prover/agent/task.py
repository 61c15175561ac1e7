"""One target on its way through a run."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from prover.agent.obligation import Gap, Obligation
from prover.agent.result import TargetResult
from prover.core.verdict import Verdict
from prover.lean.source import Edit


@dataclass(slots=True)
class Task:
    """One target on its way: what was found for it so far, and its verdict once there is one.

    `firsts`: for scripts that were made from others, those others. `fallback`: what to write, and where, should the
    ladder refuse `edits`.
    """

    obligation: Obligation
    gaps: list[Gap]
    scripts: list[str] = field(default_factory=list[str])
    edits: list[Edit] = field(default_factory=list[Edit])
    firsts: dict[str, str] = field(default_factory=dict[str, str])
    fallback: tuple[list[str], list[Edit]] | None = None
    refutation: str = ""
    verdict: Verdict | None = None
    stopped: str = "not_tried"
    seconds: float = 0.0
    statistics: dict[str, Any] = field(default_factory=dict[str, Any])

    @property
    def name(self) -> str:
        return self.obligation.name

    @property
    def whole(self) -> bool:
        """All holes of the declaration are to be filled, not only some of them."""
        return len(self.gaps) == len(self.obligation.gaps)

    def result(self) -> TargetResult:
        assert self.verdict is not None
        return TargetResult(
            name=self.obligation.label,
            line=self.obligation.line,
            verdict=self.verdict,
            scripts=self.scripts,
            seconds=self.seconds,
            statistics=self.statistics,
        )
