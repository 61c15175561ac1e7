"""What a pool of Lean processes did."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class PoolStatistics:
    """What a pool did: processes started, workers recycled, lost, and leases given.

    `recycled`: closed because they were worn out; `discarded`: because they may have run a file's code;
    `lost`: died, or were killed in the middle of a call.
    `peak_mb`: the most memory (MiB resident) that one process had when it was looked at.
    """

    started: int = 0
    recycled: int = 0
    discarded: int = 0
    lost: int = 0
    leases: int = 0
    peak_mb: float = 0.0
    start_seconds: list[float] = field(default_factory=list[float])
