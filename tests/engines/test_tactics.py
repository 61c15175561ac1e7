"""The tiny model really proposes tactics: Lean accepts some on statements it never saw, and a search with it alone
proves some of them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

MEASURE = Path(__file__).parents[2] / "benchmarks" / "perf" / "tiny" / "measure.py"


@pytest.mark.lean
def test_lean_accepts_what_it_proposes(tiny: Path) -> None:
    command = [sys.executable, str(MEASURE), str(tiny), "--every", "4"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=800, env=os.environ)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["statements"] >= 20
    assert found["all"]["tried"] > 100
    assert found["all"]["accepted"] >= 0.05
    assert found["proved"] >= 1
