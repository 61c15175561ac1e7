"""One check under way: its limits, what it has passed, and how it ends early."""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from prover.core import verdict as verdicts
from prover.core.verdict import Verdict
from prover.lean.containment import Containment
from prover.lean.engine import LeanEngine
from prover.lean.foundation import Foundation
from prover.lean.native.version import LeanVersion
from prover.lean.worker import Worker
from prover.verify.footing import NATIVE_AXIOMS

_UNCOVERED = (
    "constants of Lean's own modules are trusted because of the module they come from: their proofs are not "
    "replayed, and axioms used inside them are not listed",
    "only meaning for the kernel is judged: what compiled code does (implemented_by, extern, csimp) is not",
    "one kernel has looked at the proof, no second one",
)
_UNCOVERED_FOUNDATION = "judged {}: no kernel has compared its definitions with those of {}"
_UNCOVERED_NATIVE = (
    "the proof rests on native computation: code made by Lean's compiler was run and its results were believed, which "
    "trusts the compiler, its run time and every implementation that imported modules give for their functions"
)
_UNCONTAINED = (
    "nothing here kept the submission's code from this user's files or from the network: neither the engine nor "
    "the operating system offers it"
)
_UNCOVERED_CODE = "whether definitions can be compiled is not checked: the embedded Lean leaves out code it cannot make"
_UNCOVERED_EMBEDDED = "Lean before 4.34 has known defects in its kernel, and this is a third-party build of 4.28"

_UNCOVERED_OLD = "Lean before 4.34.1 has known defects in its kernel"
_SOUND_KERNEL = LeanVersion(4, 34, 1)


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
    """One check under way: its deadline, the rungs it has passed, how long each part took, what Lean used for it; which
    definitions the submission chooses; what external checkers said, and why those that did not look did not."""

    limits: Limits
    started: float = field(default_factory=time.monotonic)
    rungs: list[str] = field(default_factory=list[str])
    seconds: dict[str, float] = field(default_factory=dict[str, float])
    replayed: int = 0
    foundation: Foundation | None = None
    cpu_seconds: float = 0.0
    peak_mb: float = 0.0
    fresh_processes: int = 0
    filled: tuple[str, ...] = ()
    checkers: dict[str, str] = field(default_factory=dict[str, str])
    unseen: list[str] = field(default_factory=list[str])

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

    @contextmanager
    def using(self, worker: Worker) -> Generator[Worker]:
        """Adds up what a leased worker uses: CPU seconds and peak memory of its process while it is held (its
        start and its imports not counted), and whether this check is the first to use it."""
        usage = worker.process.usage
        usage.peak_mb = 0.0
        usage.look()
        before = usage.cpu_seconds
        self.fresh_processes += worker.leases == 1
        try:
            yield worker
        finally:
            usage.look()
            self.cpu_seconds += usage.cpu_seconds - before
            self.peak_mb = max(self.peak_mb, usage.peak_mb)

    def passed(self, rung: str) -> None:
        if rung not in self.rungs:
            self.rungs.append(rung)

    def report(self, engine: LeanEngine, policy: str, strict: bool, verdict: Verdict) -> dict[str, Any]:
        """What goes with a verdict: engine, containment, rungs passed, limits, seconds, axioms, what is not covered."""
        uncovered = (*_UNCOVERED, *_of_engine(engine))
        if self.foundation is not None:
            uncovered = (*uncovered, _UNCOVERED_FOUNDATION.format(self.foundation.label, self.foundation.instead_of))
        containment = Containment().report(engine.name)
        if not (containment["files"] and containment["network"]):
            uncovered = (*uncovered, _UNCONTAINED)
        axioms: tuple[str, ...] | None = getattr(verdict, "axioms", None)
        if not NATIVE_AXIOMS.isdisjoint(axioms or ()):
            uncovered = (*uncovered, _UNCOVERED_NATIVE)
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
            "containment": containment,
            "resources": {
                "cpu_seconds": round(self.cpu_seconds, 3),
                "peak_mb": round(self.peak_mb, 1),
                "fresh_processes": self.fresh_processes,
            },
            "uncovered": (*uncovered, *self.unseen),
            **({"filled": self.filled} if self.filled else {}),
            **({"checkers": dict(self.checkers)} if self.checkers else {}),
            **({} if axioms is None else {"axioms": axioms}),
        }


def _of_engine(engine: LeanEngine) -> tuple[str, ...]:
    """What this Lean itself leaves uncovered."""
    if engine.name == "embedded":
        return (_UNCOVERED_EMBEDDED, _UNCOVERED_CODE)
    version = LeanVersion.parse(engine.lean_version)
    return () if version is not None and version >= _SOUND_KERNEL else (_UNCOVERED_OLD,)
