"""What the runner of evaluations takes beside Lean, and whether two jobs are worth two.

    python benchmarks/perf/runner.py --first 60 --rounds 3

Each round tries the portfolio on problems of `benchmarks/training` (limits in heartbeats and expansions, so that every
way does the same work): in one run with two jobs, and in two runs of one job each, side by side, one for each half
(`--shard`). Told are the ratio of attempts a second, from the first attempt on (so that starts, which two runs have
twice, do not count), and the share of CPU that the runner's own process takes: its CPU over its own and that of its
Lean processes.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from prover.bench.record import ATTEMPTS
from prover.events import read_events

_COMMAND = "import sys; from prover.cli.app import run; sys.exit(run())"
_TICK = os.sysconf("SC_CLK_TCK")


def main() -> None:
    options = _options()
    rounds = [_round(options, number) for number in range(options.rounds)]
    report = {
        "problems": options.first,
        "rounds": rounds,
        "two_jobs_over_two_runs": round(statistics.median(r["ratio"] for r in rounds), 3),
        "runner_cpu_share": round(statistics.median(r["cpu_share"] for r in rounds), 4),
    }
    print(json.dumps(report, indent=1))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--first", type=int, default=60, help="so many problems")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--heartbeats", type=int, default=1500)
    return parser.parse_args()


def _round(options: argparse.Namespace, number: int) -> dict[str, float]:
    """One measurement each way; which comes first changes from round to round."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        ways = [lambda: _together(options, folder), lambda: _apart(options, folder)]
        found = [way() for way in (ways if number % 2 == 0 else ways[::-1])]
        together, apart = found if number % 2 == 0 else found[::-1]
        return {
            "two_jobs": round(together[0], 3),
            "two_runs": round(apart[0], 3),
            "ratio": round(together[0] / apart[0], 3),
            "cpu_share": round(together[1], 4),
        }


def _together(options: argparse.Namespace, folder: Path) -> tuple[float, float]:
    (share,) = _run([_begin(options, folder / "both", jobs=2)])
    return _rate([folder / "both"]), share


def _apart(options: argparse.Namespace, folder: Path) -> tuple[float, float]:
    halves = [folder / "one", folder / "two"]
    started = [_begin(options, half, jobs=1, shard=f"{i}/2") for i, half in enumerate(halves, start=1)]
    shares = _run(started)
    return sum(_rate([half]) for half in halves), statistics.mean(shares)


def _begin(options: argparse.Namespace, out: Path, *, jobs: int, shard: str = "1/1") -> subprocess.Popen[bytes]:
    words = ["bench", "core", "--variant", "tuning", "--first", str(options.first), "--jobs", str(jobs)]
    words += ["--heartbeats", str(options.heartbeats), "--expansions", "6", "--shard", shard, "--out", str(out), "-q"]
    return subprocess.Popen([sys.executable, "-c", _COMMAND, *words], stdout=subprocess.DEVNULL)


def _run(processes: list[subprocess.Popen[bytes]]) -> list[float]:
    """Waits for all; of each the share of CPU that was its own. Its Lean processes are watched while they live."""
    lean: list[dict[int, float]] = [{} for _ in processes]
    own = [0.0 for _ in processes]
    while any(process.poll() is None for process in processes):
        for number, process in enumerate(processes):
            own[number] = max(own[number], _cpu(process.pid))
            for child in _children(process.pid):
                lean[number][child] = max(lean[number].get(child, 0.0), _cpu(child))
        time.sleep(0.2)
    if any(process.returncode != 0 for process in processes):
        raise SystemExit("a run did not end well")
    return [mine / (mine + sum(others.values())) for mine, others in zip(own, lean, strict=True)]


def _children(pid: int) -> list[int]:
    try:
        tasks = Path(f"/proc/{pid}/task").iterdir()
        return [int(word) for task in tasks for word in (task / "children").read_text().split()]
    except OSError:
        return []


def _cpu(pid: int) -> float:
    """Seconds of CPU that a process has had."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / _TICK


def _rate(folders: list[Path]) -> float:
    """Attempts a second between the first end and the last."""
    ends = sorted(event.time for folder in folders for event in read_events(folder / ATTEMPTS))
    return (len(ends) - 1) / (ends[-1] - ends[0])


if __name__ == "__main__":
    main()
