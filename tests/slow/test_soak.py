"""The soak of `benchmarks/perf/soak.py`, shorter and with recycling forced."""

from __future__ import annotations

import json
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
