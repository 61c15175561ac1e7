"""One check under way: its limits, what it has passed, and how it ends early."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from prover.core import verdict as verdicts
from prover.core.verdict import Verdict
from prover.lean.engine import LeanEngine
from prover.lean.foundation import Foundation

_UNCOVERED = (
    "imported constants are trusted because of the module they come from: their proofs are not replayed, and "
    "axioms used inside them are not listed",
    "only meaning for the kernel is judged: what compiled code does (implemented_by, extern, csimp) is not",
    "one kernel has looked at the proof, no second one",
)
_UNCOVERED_FOUNDATION = "judged {}: no kernel has compared its definitions with those of {}"
_UNCOVERED_EMBEDDED = "Lean before 4.34 has known defects in its kernel, and this is a third-party build of 4.28"


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one check. `seconds`: wall time in total, starts of processes included. `heartbeats`: the
    default of `maxHeartbeats` (0: Lean's own); the file may set it."""

    seconds: float = 60.0
    heartbeats: int = 0


DEFAULT_LIMITS = Limits()


class Settled(Exception):
    """Ends a check with one verdict for all its targets."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.code)
        self.verdict = verdict


@dataclass(slots=True)
class Run:
    """One check under way: its deadline, the rungs it has passed, how long each part took."""

    limits: Limits
    started: float = field(default_factory=time.monotonic)
    rungs: list[str] = field(default_factory=list[str])
    seconds: dict[str, float] = field(default_factory=dict[str, float])
    replayed: int = 0
    foundation: Foundation | None = None

    @property
    def deadline(self) -> float:
        """Monotonic seconds at which the check is over."""
        return self.started + self.limits.seconds

    def left(self, limit: str = "wall") -> float:
        """Seconds left; ends the check when there are none."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise Settled(verdicts.TimedOut(limit))
        return left

    def spent(self, part: str, since: float) -> None:
        self.seconds[part] = self.seconds.get(part, 0.0) + time.monotonic() - since

    def passed(self, rung: str) -> None:
        if rung not in self.rungs:
            self.rungs.append(rung)

    def report(self, engine: LeanEngine, policy: str, strict: bool, verdict: Verdict) -> dict[str, Any]:
        """What goes with a verdict: engine, rungs passed, limits, seconds, axioms, and what was not looked at."""
        uncovered = (*_UNCOVERED, _UNCOVERED_EMBEDDED) if engine.name == "embedded" else _UNCOVERED
        if self.foundation is not None:
            uncovered = (*uncovered, _UNCOVERED_FOUNDATION.format(self.foundation.label, self.foundation.instead_of))
        axioms: tuple[str, ...] | None = getattr(verdict, "axioms", None)
        return {
            **verdict.report,
            "engine": engine.name,
            **({} if self.foundation is None else {"foundation": self.foundation.name}),
            "engine_description": engine.description,
            "lean": engine.lean_version,
            "rungs": tuple(self.rungs),
            "policy": policy,
            "strict": strict,
            "limits": {"seconds": self.limits.seconds, "heartbeats": self.limits.heartbeats},
            "seconds": {part: round(value, 4) for part, value in self.seconds.items()},
            "replayed": self.replayed,
            "uncovered": uncovered,
            **({} if axioms is None else {"axioms": axioms}),
        }
