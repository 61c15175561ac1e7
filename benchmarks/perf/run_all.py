"""Runs the benchmarks of this folder one after the other, keeps what they measured, and writes the performance page.

    python benchmarks/perf/run_all.py [--full] [--only NAME ...] [--kimina FOLDER]

The quick setting, which is the default, takes minutes; `--full` hours. What cannot run here is named with what it
needs. Nothing else should be running: seconds and memory are the machine's, other work included (the load average
when each began is kept beside its figures). Exit status 1 where a benchmark failed.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil
from page import PAGE, RESULTS, page
from plan import BENCHMARKS, Benchmark

from prover.lean.embedded import EmbeddedEngine

ROOT = Path(__file__).resolve().parents[2]


def machine() -> dict[str, str]:
    """What the figures were measured on."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    cpu = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
    return {
        "CPU": f"{cpu or platform.processor() or 'unknown'} ({platform.machine()})",
        "cores": str(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()),
        "memory": f"{psutil.virtual_memory().total / 2**30:.0f} GiB",
        "system": platform.system(),
        "Python": platform.python_version(),
        "Lean": EmbeddedEngine.open().description,
    }


def run(benchmark: Benchmark, words: list[str]) -> dict[str, Any]:
    """What a benchmark measured, or why it was not run."""
    if benchmark.missing:
        return {"not_run": benchmark.missing}
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    load, began = os.getloadavg()[0], time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "figures.json"
        command = [sys.executable, str(ROOT / "benchmarks/perf" / benchmark.script), *words, "--json", str(out)]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
        ended = subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=False)
        if ended.returncode or not out.exists():
            return {"not_run": f"it failed (exit status {ended.returncode})", "failed": True}
        found = json.loads(out.read_text(encoding="utf-8"))
    shown = [word for word in words if word != "--kimina" and not Path(word).is_dir()]
    return {"arguments": shown, "seconds": round(time.monotonic() - began), "load": round(load, 1), **found}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--full", action="store_true", help="the full setting: hours")
    parser.add_argument("--only", nargs="+", choices=[b.name for b in BENCHMARKS], help="these alone, the rest stays")
    parser.add_argument("--kimina", type=Path, help="a checkout of Kimina's server, for `compare`")
    options = parser.parse_args()
    RESULTS.mkdir(exist_ok=True)
    failed: list[str] = []
    for benchmark in BENCHMARKS:
        if options.only and benchmark.name not in options.only:
            continue
        words = list(benchmark.full if options.full else benchmark.quick)
        if benchmark.name == "compare" and options.kimina:
            words += ["--kimina", str(options.kimina.resolve())]
        print(f"== {benchmark.name}: {' '.join([benchmark.script, *words])}", flush=True)
        found = run(benchmark, words)
        if found.pop("failed", False):
            failed.append(benchmark.name)
        print(f"   {found.get('not_run') or str(found['seconds']) + ' s'}", flush=True)
        _write(RESULTS / f"{benchmark.name}.json", found)
    _write(RESULTS / "machine.json", machine())
    PAGE.write_text(page(), encoding="utf-8")
    print(f"written: {PAGE}" + (f"; failed: {', '.join(failed)}" if failed else ""))
    sys.exit(1 if failed else 0)


def _write(path: Path, document: dict[str, Any]) -> None:
    path.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
