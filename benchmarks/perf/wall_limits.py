"""How late after its wall limit a slow tactic's outcome arrives, and what a limit that nobody notices costs.

Prints one JSON document: milliseconds past the limit (median and worst over `--runs`) for kinds of slow
tactics that notice the cancel token, then the seconds from a killed call to the next ready worker, with a warm
spare and without. See `docs/decisions/0001-wall-limits.md`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import time
from pathlib import Path
from typing import Any

import figures

from prover.core.errors import CallTimeout
from prover.core.outcome import TimedOut
from prover.lean import LeanEngine, Pool, PoolLimits, Worker
from prover.lean.bundled import bundled
from prover.lean.embedded import EmbeddedEngine
from prover.lean.worker import GRACE_SECONDS

_DATA = json.loads(Path(__file__).with_name("slow_tactics.json").read_text(encoding="utf-8"))
STATEMENT: str = _DATA["statement"]
#: Without a limit each of these runs for many seconds, some for ever.
SLOW: dict[str, str] = _DATA["tactics"]
UNNOTICED = "have : 3 ^ 16000000 % 2 ^ 16000000 % 7 = 2 := by decide +kernel"


async def _open(worker: Worker) -> int:
    found = await worker.elaborate(worker.env, STATEMENT, holes=True)
    state = found.holes[0].state
    assert state is not None
    return state


async def _late(worker: Worker, state: int, tactic: str, limit: float) -> float | None:
    """Milliseconds from the limit to the outcome, seen from here; None when the tactic ended before it."""
    began = time.monotonic()
    async for _, outcome in worker.apply(state, [tactic], heartbeats=0, wall_seconds=limit):
        if isinstance(outcome, TimedOut):
            return (time.monotonic() - began - limit) * 1000
    return None


async def _restart(engine: LeanEngine, spares: int, runs: int, limit: float) -> dict[str, float]:
    overrun: list[float] = []
    ready: list[float] = []
    async with Pool(engine, PoolLimits(size=1, spares=spares)) as pool:
        for _ in range(runs):
            async with pool.lease(["Init"]) as worker:
                state = await _open(worker)
                while spares and pool.statistics.started < 2 + len(ready):  # noqa: ASYNC110 (another process)
                    await asyncio.sleep(0.1)
                began = time.monotonic()
                try:
                    await _late(worker, state, UNNOTICED, limit)
                except CallTimeout:
                    overrun.append(time.monotonic() - began - limit)
                else:
                    raise SystemExit("the tactic that notices nothing ended before its limit")
            began = time.monotonic()
            async with pool.lease(["Init"]) as worker:
                await _open(worker)
            ready.append(time.monotonic() - began)
    return {"seconds_past_limit": statistics.median(overrun), "seconds_to_next_state": statistics.median(ready)}


async def measure(runs: int, limit: float) -> dict[str, Any]:
    engine = EmbeddedEngine.open(bundled("lean_project"))
    late: dict[str, Any] = {}
    async with Pool(engine, PoolLimits(size=1, spares=0)) as pool, pool.lease(["Init"]) as worker:
        state = await _open(worker)
        for name, tactic in SLOW.items():
            seen = [await _late(worker, state, tactic, limit) for _ in range(runs)]
            reached = [ms for ms in seen if ms is not None]
            late[name] = {
                "median_ms": round(statistics.median(reached), 1) if reached else None,
                "worst_ms": round(max(reached), 1) if reached else None,
                "reached": len(reached),
            }
        restarts = pool.statistics.started - 1
    return {
        "limit_seconds": limit,
        "runs": runs,
        "late": late,
        "restarts_for_noticed_limits": restarts,
        "grace_seconds": GRACE_SECONDS,
        # On a busy machine a shorter limit ends the tactic before it comes to what notices nothing.
        "unnoticed_with_spare": await _restart(engine, 1, min(runs, 3), max(limit, 5.0)),
        "unnoticed_without_spare": await _restart(engine, 0, min(runs, 3), max(limit, 5.0)),
    }


def _figures(report: dict[str, Any]) -> list[figures.Figure]:
    runs = min(report["runs"], 3)
    late = [kind["median_ms"] for kind in report["late"].values() if kind["median_ms"] is not None]
    made = [figures.measured("a limit noticed", f"how late, {len(late)} kinds of slow tactics", "ms", late)]
    for name in ("with", "without"):
        seconds = report[f"unnoticed_{name}_spare"]["seconds_to_next_state"]
        made.append(figures.single(f"a limit not noticed, {name} a spare", "until the next state", "s", seconds, runs))
    return made


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--limit", type=float, default=0.5, help="wall limit of each tactic, in seconds")
    figures.add_option(parser)
    options = parser.parse_args()
    report = asyncio.run(measure(options.runs, options.limit))
    print(json.dumps(report, indent=2, ensure_ascii=False))
    figures.write(options.json, _figures(report))


if __name__ == "__main__":
    main()
