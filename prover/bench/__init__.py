"""Benchmarks: sets of statements, a prover tried on them, and what may be said of it afterwards."""

from prover.bench.attempt import AttemptEnded, AttemptSpoilt, Spending, unit
from prover.bench.evaluation import Evaluation, read_problems, save_problems
from prover.bench.problem import Origin, Problem

__all__ = [
    "AttemptEnded",
    "AttemptSpoilt",
    "Evaluation",
    "Origin",
    "Problem",
    "Spending",
    "read_problems",
    "save_problems",
    "unit",
]
