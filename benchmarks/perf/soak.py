"""Many tactic applications through a pool: bounded memory, every result as expected, no state left behind.

As many users as the pool has places lease a worker, open a hole, try batches of tactics on it, release what
they made, and give the worker back, until `--applications` tactics were tried. Each outcome is compared with
what that tactic gave in the first batch. Prints one JSON document; exit status 1 when a result was lost or
differs, a state stayed, or a process outgrew its limit.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import sys
import time
from dataclasses import dataclass, field
from typing import Any

import figures
import psutil

from prover.core.outcome import Failed, Progress, Solved, TacticOutcome
from prover.lean import Pool, PoolLimits, Worker
from prover.lean.bundled import bundled
from prover.lean.embedded import EmbeddedEngine

TASKS: dict[str, list[str]] = {
    "theorem t (a b c : Nat) (h : a < b) : a + c < b + c ∧ b ≠ a := by sorry": [
        "constructor", "refine ⟨?_, ?_⟩", "exact wrong", "intro x", "have h2 := h", "rfl", "simp",
        "apply And.intro <;> simp", "nonsense )", "cases h", "sorry",
        "exact ⟨Nat.add_lt_add_right h c, (Nat.ne_of_lt h).symm⟩",
    ],
    "theorem t (xs ys : List Nat) : (xs ++ ys).length = ys.length + xs.length := by sorry": [
        "simp", "induction xs", "rw [List.length_append]", "simp [Nat.add_comm]", "cases xs", "unfold List.length",
        "exact Nat.add_comm _ _", "decide", "omega",
    ],
    "theorem t (p q r : Prop) (hp : p) (hq : q) : p ∧ (q ∨ r) := by sorry": [
        "constructor", "exact ⟨hp, .inl hq⟩", "simp_all", "tauto", "refine ⟨hp, ?_⟩", "right", "and_intros",
        "apply And.intro", "exact And.intro ?a ?b", "assumption",
    ],
}  # fmt: skip


@dataclass
class Soak:
    """What was tried and seen so far."""

    applications: int
    batch: int
    batches_per_lease: int
    asked: int = 0
    answered: int = 0
    kinds: dict[str, int] = field(default_factory=dict[str, int])
    expected: dict[tuple[str, str], str] = field(default_factory=dict[tuple[str, str], str])
    different: list[str] = field(default_factory=list[str])
    left_states: int = 0
    left_environments: int = 0
    resident: list[float] = field(default_factory=list[float])
    host_mb: list[float] = field(default_factory=list[float])

    async def use(self, pool: Pool) -> None:
        """One user: leases until enough was tried."""
        while self.asked < self.applications:
            async with pool.lease(["Init"]) as worker:
                for statement, tactics in TASKS.items():
                    found = await worker.elaborate(worker.env, statement, holes=True)
                    state = found.holes[0].state
                    assert state is not None
                    for number in range(self.batches_per_lease // len(TASKS) + 1):
                        await self._try(worker, statement, state, tactics, number)
                    await worker.release([state], [found.holes[0].before])
                stats = await worker.stats()
                self.left_states = max(self.left_states, int(stats["states"]))
                self.left_environments = max(self.left_environments, int(stats["envs"]) - 1)
                self.resident.append(float(stats["resident_mb"]))
                self.host_mb.append(psutil.Process(os.getpid()).memory_info().rss / 2**20)

    async def _try(self, worker: Worker, statement: str, state: int, tactics: list[str], number: int) -> None:
        chosen = [tactics[(number + i) % len(tactics)] for i in range(self.batch)]
        self.asked += len(chosen)
        made: list[int] = []
        seen: list[int] = []
        async for index, outcome in worker.apply(state, chosen, stop_at_solved=False):
            seen.append(index)
            if isinstance(outcome, Progress):
                made.append(outcome.handle)
            self._compare(statement, chosen[index], outcome)
        if seen != list(range(len(chosen))):
            self.different.append(f"{statement}: outcomes {seen}")
        self.answered += len(seen)
        await worker.release(made)

    def _compare(self, statement: str, tactic: str, outcome: TacticOutcome[int]) -> None:
        kind = type(outcome).__name__
        self.kinds[kind] = self.kinds.get(kind, 0) + 1
        match outcome:
            case Progress():
                said = f"progress {outcome.state.fingerprint}"
            case Solved():
                said = "solved"
            case Failed():
                said = f"failed {outcome.reason}"
            case _:
                said = kind
        if self.expected.setdefault((statement, tactic), said) != said:
            self.different.append(f"{tactic}: {said}, not {self.expected[statement, tactic]}")


async def soak(options: argparse.Namespace) -> dict[str, Any]:
    engine = EmbeddedEngine.open(bundled("lean_project"))
    limits = PoolLimits(size=options.size, spares=1, recycle_mb=options.recycle_mb, max_calls=options.max_calls)
    run = Soak(options.applications, options.batch, options.batches_per_lease)
    began = time.monotonic()
    async with Pool(engine, limits) as pool:
        await asyncio.gather(*(run.use(pool) for _ in range(options.size)))
        seconds = time.monotonic() - began
        made = pool.statistics
    quarter = max(1, len(run.resident) // 4)
    report: dict[str, Any] = {
        "applications": run.asked,
        "seconds": round(seconds, 1),
        "per_second": round(run.answered / seconds, 1),
        "outcomes": run.kinds,
        "lost_results": run.asked - run.answered,
        "different_results": run.different[:10],
        "states_left": run.left_states,
        "environments_left": run.left_environments,
        "worker_peak_mb": round(max(run.resident)),
        "worker_median_mb_first_quarter": round(statistics.median(run.resident[:quarter])),
        "worker_median_mb_last_quarter": round(statistics.median(run.resident[-quarter:])),
        "host_mb_first": round(run.host_mb[0]),
        "host_mb_last": round(run.host_mb[-1]),
        "processes_started": made.started,
        "recycled": made.recycled,
        "processes_lost": made.lost,
        "leases": made.leases,
        "recycle_mb": limits.recycle_mb,
    }
    # A worker is looked at between leases: it may outgrow the mark for recycling by what one lease uses.
    report["sound"] = (
        not (run.different or report["lost_results"] or run.left_states or run.left_environments or made.lost)
        and report["worker_peak_mb"] < limits.memory_mb
    )
    return report


def _figures(report: dict[str, Any]) -> list[figures.Figure]:
    asked, lost = report["applications"], report["lost_results"] + report["states_left"]
    return [
        figures.single("applications", "tactics tried, two workers", "a second", report["per_second"], asked),
        figures.single("lost", "results and states left behind", "", lost, asked),
        figures.single("peak memory", "of a worker", "MiB", report["worker_peak_mb"], asked),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--applications", type=int, default=100_000, help="tactics to try (default 100000)")
    parser.add_argument("--batch", type=int, default=32, help="tactics a request")
    parser.add_argument("--batches-per-lease", type=int, default=60)
    parser.add_argument("--size", type=int, default=2, help="workers of the pool")
    parser.add_argument("--recycle-mb", type=int, default=PoolLimits().recycle_mb, help="recycle workers above, in MiB")
    parser.add_argument("--max-calls", type=int, default=PoolLimits().max_calls, help="recycle workers after that many")
    figures.add_option(parser)
    options = parser.parse_args()
    report = asyncio.run(soak(options))
    print(json.dumps(report, indent=2))
    figures.write(options.json, _figures(report))
    sys.exit(0 if report["sound"] else 1)


if __name__ == "__main__":
    main()
