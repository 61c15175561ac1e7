"""What a Ray cluster costs: attempts at 200 small statements here and on a cluster of this machine, in turns.

`python benchmarks/perf/cluster.py [--items 200] [--rounds 10]` prints ratios (a machine that others use has no seconds
worth quoting), and the unit costs from which docs/cluster.md sizes a run.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib.util
import json
import statistics
import tempfile
import time
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import figures
import psutil

from prover.bench import AttemptEnded, Evaluation, Origin, Problem, Spending
from prover.bench.cluster import MOST_JOBS, Cluster, open_cluster, open_stations
from prover.bench.connection import connected
from prover.bench.entrant import Entrant
from prover.bench.folder import EvaluationFolder
from prover.bench.outfit import StationOutfit
from prover.bench.runner import Place, Runner
from prover.bench.station import Tried, open_station
from prover.core.budget import Budget
from prover.events import RunSpec
from prover.lean import PoolLimits
from prover.lean.bundled import bundled
from prover.lean.embedded import EmbeddedEngine

#: Each is closed within a few expansions; {n} makes as many of them as are wanted.
FORMS = (
    "(a b : Nat) : a + b + {n} = b + a + {n}",
    "(p q : Prop) (h : p ∧ q) : q ∧ p ∨ {n} = 0",
    "(a : Nat) (h : a < {n}) : a < {n} + 1",
    "(xs : List Nat) : (xs ++ [{n}]).length = xs.length + 1",
    "(x : Int) (h : 2 * x = 2 * {n}) : x = {n}",
)
ENTRANT = Entrant(Budget(heartbeats=40_000_000, expansions=20), premises=False)
WARM = 4


def problems(count: int) -> list[Problem]:
    origin = Origin("cluster.py", "0" * 64)
    return [
        Problem(f"c{n}", f"c{n}", f"theorem c{n} " + FORMS[n % len(FORMS)].format(n=n + 3), origin)
        for n in range(count)
    ]


async def timed(place: Place, asked: list[Problem], folder: Path) -> tuple[float, int, int]:
    """Wall seconds, how many were proved, bytes that were written."""
    with EvaluationFolder.open(folder, RunSpec(), Evaluation("cluster", len(asked), 1), asked) as kept:
        began = time.monotonic()
        tour = await Runner(kept, place).run(kept.todo())
        seconds = time.monotonic() - began
    assert not tour.left
    return seconds, tour.proved, size_of(folder)


def size_of(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


@dataclass(frozen=True)
class EmptyOutfit:
    """Attempts that take no time and have a log of `size` bytes: what is left is the way there and back."""

    size: int
    jobs: int = 64

    def sized(self, jobs: int) -> EmptyOutfit:
        return EmptyOutfit(self.size, jobs)

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[EmptyPlace]:
        yield EmptyPlace(self.size)


@dataclass(frozen=True)
class EmptyPlace:
    size: int

    async def attempt(self, problem: Problem, number: int) -> Tried:
        return Tried(AttemptEnded(problem.id, number, "not_proved", False, Spending()), "", b"x" * self.size)


async def way(items: int, size: int) -> dict[str, float]:
    """Attempts a second that the head has made and keeps, and the CPU time of its process for each."""
    with tempfile.TemporaryDirectory() as scratch:
        async with open_cluster("local", EmptyOutfit(size)) as machines:
            asked = problems(items)
            with EvaluationFolder.open(Path(scratch) / "run", RunSpec(), Evaluation("way", items, 1), asked) as kept:
                await machines.attempt(asked[0], 1)
                began, before = time.monotonic(), time.process_time()
                await Runner(kept, machines, jobs=MOST_JOBS).run(kept.todo())
                seconds, cpu = time.monotonic() - began, time.process_time() - before
    return {
        "log_kib": size >> 10,
        "attempts_a_second": round(items / seconds, 1),
        "head_cpu_ms_an_attempt": round(1000 * cpu / items, 2),
    }


def resident(name: str) -> dict[str, float]:
    """MiB of this machine's processes of the cluster, added up by what they are."""
    found: dict[str, float] = {}
    for process in psutil.Process().children(recursive=True):
        try:
            line, size = process.cmdline(), process.memory_info().rss / 2**20
        except psutil.Error:
            continue
        kind = "Lean" if "--run" in line else line[0].split("/")[-1] if line else name
        found[kind] = round(max(found.get(kind, 0.0), size))
    return found


def _figures(found: dict[str, Any], ratios: list[float]) -> list[figures.Figure]:
    least = found["empty_attempts"][0]
    return [
        figures.measured("an attempt on the cluster", "its time", "x", ratios, to="without a cluster"),
        figures.single("the head", "CPU for an attempt", "ms", least["head_cpu_ms_an_attempt"], 1000),
    ]


async def main(items: int, rounds: int, out: Path | None) -> None:
    engine = EmbeddedEngine.open(bundled("lean_project"))
    outfit = StationOutfit.of(ENTRANT, engine, None, jobs=1, memory_mb=2500)
    each = items // rounds
    asked = problems(items + WARM)
    times: list[tuple[float, float]] = []
    proved = [0, 0]
    async with AsyncExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        began = time.monotonic()
        station = await stack.enter_async_context(open_station(ENTRANT, engine, PoolLimits(size=3, memory_mb=2500)))
        await timed(station, asked[-WARM : -WARM + 1], scratch / "first here")
        here = time.monotonic() - began
        began = time.monotonic()
        await stack.enter_async_context(connected("local"))
        started = time.monotonic() - began
        machines: Cluster = await stack.enter_async_context(open_stations("local", outfit))
        await timed(machines, asked[-WARM : -WARM + 1], scratch / "first there")
        there = time.monotonic() - began
        for name, place in (("here", station), ("there", machines)):
            await timed(place, asked[-WARM + 1 :], scratch / f"warm {name}")
        written = 0
        for number in range(rounds):
            part = asked[number * each : (number + 1) * each]
            seconds = [0.0, 0.0]
            for side in (0, 1) if number % 2 == 0 else (1, 0):
                place = (station, machines)[side]
                seconds[side], good, size = await timed(place, part, scratch / f"{number} {side}")
                proved[side] += good
                written += size if side == 0 else 0
            times.append((seconds[0], seconds[1]))
            print(f"round {number + 1}: here {seconds[0]:.1f} s, on the cluster {seconds[1]:.1f} s", flush=True)
        memory = resident("?")
    ways = [await way(1000, size) for size in (10 << 10, 100 << 10, 1 << 20)]
    ratios = [there_ / here_ for here_, there_ in times]
    found = {
        "items": each * rounds,
        "proved_here": proved[0],
        "proved_on_cluster": proved[1],
        "ratio_median": round(statistics.median(ratios), 3),
        "ratio_total": round(sum(t for _, t in times) / sum(h for h, _ in times), 3),
        "ratios": [round(ratio, 3) for ratio in ratios],
        "seconds_an_attempt_here": round(sum(h for h, _ in times) / each / rounds, 3),
        "station_first_attempt_seconds": round(here, 1),
        "cluster_start_seconds": round(started, 1),
        "cluster_first_attempt_seconds": round(there, 1),
        "bytes_an_attempt": round(written / each / rounds),
        "largest_process_mib": memory,
        "empty_attempts": ways,
    }
    print(json.dumps(found, indent=1))
    figures.write(out, _figures(found, ratios))
    assert proved[0] == proved[1], "the same prover proves other statements on a cluster"


if __name__ == "__main__" and importlib.util.find_spec("ray") is None:
    print("not installed: ray (`make cluster`)")
elif __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=10)
    figures.add_option(parser)
    options = parser.parse_args()
    asyncio.run(main(options.items, options.rounds, options.json))
