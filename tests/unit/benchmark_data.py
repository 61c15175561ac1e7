"""Public benchmark data for tests that run beside them: none of it is in this repository."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


def benchmark_data(name: str) -> Path:
    """A file of `$LEAP_PROVER_DATA`, or of `../shared/data` beside the checkout; skips the test where there is none."""
    given = os.environ.get("LEAP_PROVER_DATA")
    folder = Path(given) if given else Path(__file__).resolve().parents[3] / "shared" / "data"
    path = folder / name
    if not path.exists():
        pytest.skip(f"no {name} in {folder}: LEAP_PROVER_DATA names a folder with benchmark data")
    return path
