"""What containment adds to the start of a process: of a trivial program, and of a worker with a real Lean.

Prints one JSON document; medians in milliseconds over alternating runs, so that a busy machine is unfair to none.
Run from a checkout: `python benchmarks/perf/containment.py [--runs N]`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import figures

from prover.lean.bundled import bundled
from prover.lean.containment import Containment, Mechanisms, mechanisms
from prover.lean.containment.mechanisms import working_bubblewrap
from prover.lean.embedded import EmbeddedEngine
from prover.lean.engine import Command
from prover.lean.process import BridgeProcess


def trivial(means: Mechanisms) -> float:
    program = shutil.which("true")
    assert program is not None
    with tempfile.TemporaryDirectory() as scratch:
        wanted = Command((program,), {}, Path(scratch), writable=(Path(scratch),))
        command = Containment(mechanisms=means).wrap(wanted)
        began = time.perf_counter()
        subprocess.run(command.argv, env=command.env, cwd=command.cwd, check=True)
        return time.perf_counter() - began


def worker(engine: EmbeddedEngine, means: Mechanisms) -> float:
    async def start() -> float:
        began = time.perf_counter()
        process = await BridgeProcess.start(engine, containment=Containment(mechanisms=means))
        seconds = time.perf_counter() - began
        await process.close()
        return seconds

    return asyncio.run(start())


def medians(ways: dict[str, Mechanisms], measure: Callable[[Mechanisms], float], runs: int) -> dict[str, float]:
    seen: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(runs):
        for name, means in ways.items():
            seen[name].append(measure(means))
    return {name: round(1000 * statistics.median(values), 1) for name, values in seen.items()}


def _figures(report: dict[str, Any], runs: int) -> list[figures.Figure]:
    made: list[figures.Figure] = []
    for name, key, times in (("a trivial program", "trivial_program_ms", 5), ("a worker", "worker_ready_ms", 1)):
        here, without = report[key]["as here"], report[key]["nothing"]
        made.append(figures.single(name, "its start", "ms", here, runs * times, here / without, "without containment"))
    return made


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=7)
    figures.add_option(parser)
    options = parser.parse_args()
    began = time.perf_counter()
    here = mechanisms()
    probed = time.perf_counter() - began
    ways = {"nothing": Mechanisms(), "limits only": Mechanisms(launcher=True), "as here": here}
    bubblewrap = working_bubblewrap()
    if bubblewrap is not None:
        ways["bubblewrap"] = Mechanisms(True, 0, here.seccomp, bubblewrap)
    engine = EmbeddedEngine.open(bundled("lean_project"))
    report: dict[str, Any] = {
        "layers": here.layers,
        "probe_once_ms": round(1000 * probed, 1),
        "trivial_program_ms": medians(ways, trivial, options.runs * 5),
        "worker_ready_ms": medians(ways, lambda means: worker(engine, means), options.runs),
    }
    print(json.dumps(report, indent=2))
    figures.write(options.json, _figures(report, options.runs))


if __name__ == "__main__":
    main()
