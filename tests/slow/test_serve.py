"""`benchmarks/perf/serve.py`, smaller: many clients at once, some of them hostile, each with an answer of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

SERVE = Path(__file__).parents[2] / "benchmarks" / "perf" / "serve.py"

pytestmark = [pytest.mark.slow, pytest.mark.lean]


@pytest.mark.timeout(1600)
def test_many_clients_are_answered_right_beside_hostile_ones() -> None:
    options = ["--rounds", "1", "--items", "50"]
    done = subprocess.run([sys.executable, str(SERVE), *options], capture_output=True, text=True, timeout=1500)
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(done.stdout)
    assert found["sound"] and not found["problems"]
    assert 22 <= found["full"]["answered"] < 50 and found["full"]["told_to_come_again"] > 0
