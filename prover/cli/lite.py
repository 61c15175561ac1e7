"""What `--lite` says of itself."""

from __future__ import annotations

from prover.lean.foundation import CORE_MATH

LITE_HELP = "Run a file that imports Mathlib over CoreMath, where every name in it exists there. Not Mathlib."
LITE_NOTICE = f"run {CORE_MATH.label}: nothing here was checked with {CORE_MATH.instead_of}"
