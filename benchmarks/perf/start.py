"""What it costs to start the command: CPU time of `prove --help` and its like, over what Python itself takes.

    python benchmarks/perf/start.py [--runs 10] [--against CHECKOUT]

Every round runs each command line once, so that all see the same machine; medians of user and system time together.
`--against`: the same of another checkout, in the same rounds, and the ratio of the two. No Lean is started.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
from pathlib import Path
from statistics import median

import figures

CHECKOUT = Path(__file__).parents[2]
_RUN = "import sys; from prover.cli.app import run; sys.exit(run({words}))"
_LINES = (["--help"], ["--version"], ["setup", "--help"], ["run", "--help"], ["check", "--help"], ["refute", "--help"],
          ["bench", "ls"], ["session", "--help"])  # fmt: skip


def cpu_seconds(script: str, checkout: Path) -> float:
    """User and system time of a process that runs a script over a checkout."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    environment = {**os.environ, "PYTHONPATH": str(checkout)}
    subprocess.run([sys.executable, "-c", script], env=environment, cwd=checkout, stdout=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("--against", type=Path)
    figures.add_option(parser)
    asked = parser.parse_args()
    checkouts = [CHECKOUT, *([] if asked.against is None else [asked.against])]
    scripts = {"python alone": "pass", "import typer": "import typer"}
    scripts |= {f"prove {' '.join(words)}": _RUN.format(words=words) for words in _LINES}
    times: dict[tuple[str, Path], list[float]] = {(name, where): [] for name in scripts for where in checkouts}
    for number in range(asked.runs + 1):
        for (name, where), found in times.items():
            seconds = cpu_seconds(scripts[name], where)
            if number:  # the first round compiles
                found.append(seconds)
    print(f"CPU seconds, medians of {asked.runs}" + (f"; against {asked.against}" if asked.against else ""))
    for name in scripts:
        here, *there = (median(times[name, where]) for where in checkouts)
        ratio = f", {there[0]:.3f} there: {here / there[0]:.2f}x" if there else ""
        print(f"  {name:<20} {here:.3f}{ratio}")
    figures.write(asked.json, _figures({name: times[name, CHECKOUT] for name in scripts}))


def _figures(times: dict[str, list[float]]) -> list[figures.Figure]:
    alone = [1000 * seconds for seconds in times["python alone"]]
    return [
        figures.measured(
            name,
            "CPU time",
            "ms",
            [1000 * s for s in found],
            against=None if name == "python alone" else alone,
            to="Python alone",
        )
        for name, found in times.items()
    ]


if __name__ == "__main__":
    main()
