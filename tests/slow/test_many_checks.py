"""`benchmarks/perf/verify.py`, smaller: many mixed submissions judged right, in any order, leaving nothing behind."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

VERIFY = Path(__file__).parents[2] / "benchmarks" / "perf" / "verify.py"

pytestmark = [pytest.mark.slow, pytest.mark.lean]


def report(*options: str) -> dict[str, Any]:
    done = subprocess.run([sys.executable, str(VERIFY), *options], capture_output=True, text=True, timeout=1500)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


@pytest.mark.timeout(1600)
def test_mixed_submissions_are_judged_right_in_any_order() -> None:
    found = report("mixed", "--items", "130", "--bombs", "4", "--reshuffled", "12")
    assert found["sound"] and not found["wrong"] and not found["moved"] and not found["processes_left"]
    assert {"proved", "mismatch", "forbidden_axiom", "elaboration_error", "incomplete"} <= set(found["verdicts"])
    assert min(found["canaries_held"]) >= 5


@pytest.mark.timeout(1600)
def test_the_other_measurements_run() -> None:
    assert report("ratios", "--rounds", "1")["check"]["median"] > 1
    assert report("jobs", "--items", "12", "--rounds", "1")["workers_discarded"] == 0
