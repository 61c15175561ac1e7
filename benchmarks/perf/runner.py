"""What the runner of evaluations takes beside Lean, and whether two jobs are worth two.

    python benchmarks/perf/runner.py --first 60 --rounds 3

Each round tries the portfolio on problems of `benchmarks/training` (limits in heartbeats and expansions, so that every
way does the same work): in one run with two jobs, and in two runs of one job each, side by side, one for each half
(`--shard`). Told are the ratio of attempts a second, from the first attempt on (so that starts, which two runs have
twice, do not count), and the share of CPU that the runner's own process takes from then on: its CPU over its own
and that of its Lean processes; `with_start` counts imports of Python, reading the data and the start of Lean too.
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

import figures

from prover.bench.record import ATTEMPTS
from prover.events import read_events

_COMMAND = "import sys; from prover.cli.app import run; sys.exit(run())"
_TICK = os.sysconf("SC_CLK_TCK")


def _figures(rounds: list[dict[str, float]]) -> list[figures.Figure]:
    two, share = [r["two_jobs"] for r in rounds], [100 * r["cpu_share"] for r in rounds]
    apart = [r["two_runs"] for r in rounds]
    return [
        figures.measured("attempts", "two jobs", "a second", two, against=apart, to="two runs side by side"),
        figures.measured("the command's own process", "of all CPU", "%", share),
    ]


def main() -> None:
    options = _options()
    rounds = [_round(options, number) for number in range(options.rounds)]
    report = {
        "problems": options.first,
        "rounds": rounds,
        "two_jobs_over_two_runs": round(statistics.median(r["ratio"] for r in rounds), 3),
        "runner_cpu_share": round(statistics.median(r["cpu_share"] for r in rounds), 4),
        "runner_cpu_share_with_start": round(statistics.median(r["cpu_share_with_start"] for r in rounds), 4),
    }
    print(json.dumps(report, indent=1))
    figures.write(options.json, _figures(rounds))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--first", type=int, default=60, help="so many problems")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--heartbeats", type=int, default=1500)
    figures.add_option(parser)
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
            "cpu_share_with_start": round(together[2], 4),
        }


def _together(options: argparse.Namespace, folder: Path) -> tuple[float, float, float]:
    (shares,) = _run([(folder / "both", _begin(options, folder / "both", jobs=2))])
    return _rate([folder / "both"]), *shares


def _apart(options: argparse.Namespace, folder: Path) -> tuple[float, float, float]:
    halves = [folder / "one", folder / "two"]
    started = [(half, _begin(options, half, jobs=1, shard=f"{i}/2")) for i, half in enumerate(halves, start=1)]
    shares = _run(started)
    rate = sum(_rate([half]) for half in halves)
    return rate, statistics.mean(later for later, _ in shares), statistics.mean(whole for _, whole in shares)


def _begin(options: argparse.Namespace, out: Path, *, jobs: int, shard: str = "1/1") -> subprocess.Popen[bytes]:
    words = ["bench", "core", "--variant", "tuning", "--first", str(options.first), "--jobs", str(jobs)]
    words += ["--heartbeats", str(options.heartbeats), "--expansions", "6", "--shard", shard, "--out", str(out), "-q"]
    return subprocess.Popen([sys.executable, "-c", _COMMAND, *words], stdout=subprocess.DEVNULL)


class _Watched:
    """A run and the CPU it has had, its Lean processes watched while they live."""

    def __init__(self, out: Path, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        self._log = out / ATTEMPTS
        self._lean: dict[int, float] = {}
        self._own = 0.0
        self._before: tuple[float, float] | None = None

    def look(self) -> None:
        self._own = max(self._own, _cpu(self.process.pid))
        for child in _children(self.process.pid):
            self._lean[child] = max(self._lean.get(child, 0.0), _cpu(child))
        if self._before is None and self._log.exists() and self._log.stat().st_size:
            self._before = self._own, sum(self._lean.values())

    @property
    def shares(self) -> tuple[float, float]:
        """Its own part from the first attempt on, and of all."""
        own, lean = self._own, sum(self._lean.values())
        own_before, lean_before = self._before or (0.0, 0.0)
        later = own - own_before
        return later / (later + lean - lean_before), own / (own + lean)


def _run(started: list[tuple[Path, subprocess.Popen[bytes]]]) -> list[tuple[float, float]]:
    """Waits for all; of each the shares of CPU that were its own."""
    watched = [_Watched(out, process) for out, process in started]
    while any(run.process.poll() is None for run in watched):
        for run in watched:
            run.look()
        time.sleep(0.1)
    if any(run.process.returncode != 0 for run in watched):
        raise SystemExit("a run did not end well")
    return [run.shares for run in watched]


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
