"""The soaks of `benchmarks/perf`, shorter: many tactics, with recycling forced; every command beside every server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SOAK = Path(__file__).parents[2] / "benchmarks" / "perf" / "soak.py"

pytestmark = [pytest.mark.slow, pytest.mark.lean]


def test_thousands_of_tactics_lose_nothing_and_leave_nothing() -> None:
    options = ["--applications", "2000", "--batches-per-lease", "9", "--max-calls", "30"]
    done = subprocess.run([sys.executable, str(SOAK), *options], capture_output=True, text=True, timeout=280)
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads(done.stdout)
    assert report["sound"] and report["lost_results"] == 0 and report["different_results"] == []
    assert report["applications"] >= 2000
    assert report["recycled"] >= 1 and report["processes_lost"] == 0
    assert report["states_left"] == report["environments_left"] == 0
    assert {"Solved", "Progress", "Failed"} <= set(report["outcomes"])
    assert report["worker_peak_mb"] < 3000 and report["host_mb_last"] < report["host_mb_first"] + 50


@pytest.mark.timeout(7200)
def test_every_command_leaves_nothing() -> None:
    """A round of commands beside each server; `SOAK_SECONDS` for longer."""
    seconds = os.environ.get("SOAK_SECONDS", "240")
    command = [sys.executable, str(SOAK.with_name("soak_commands.py")), "--seconds", seconds]
    done = subprocess.run(command, capture_output=True, text=True, timeout=float(seconds) + 1800)
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads(done.stdout)
    assert report["sound"] and not (report["left"] or report["wrong"] or report["grown"] or report["temporary_left"])
    assert len(report["commands"]) == 18 and all(report[name]["uses"] >= 4 for name in ("serve", "mcp", "repl"))
