"""How much a pool of Lean processes may take."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PoolLimits:
    """Bounds of a pool. `size`: workers leased at once; `spares`: processes kept started beside them.

    A worker is recycled after `max_calls` calls, `max_age` seconds or with more than `recycle_mb` MiB
    resident; a process over `memory_mb` MiB is killed. `strangers`: it serves people who do not trust each other: a
    worker that elaborated or ran anything serves nobody after that, unless it was found to be harmless.
    """

    size: int = 2
    spares: int = 1
    start_seconds: float = 120.0
    memory_mb: int = 3000
    recycle_mb: int = 2000
    max_calls: int = 20_000
    max_age: float = 3600.0
    strangers: bool = False
