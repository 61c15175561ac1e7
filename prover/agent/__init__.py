"""Agents: what turns an open file into one with proofs and verdicts."""

from prover.agent.attempt import Attempt, Solution, Solve
from prover.agent.counterexample import find_counterexample
from prover.agent.fill import FillOptions, fill
from prover.agent.hunt import Counterexample
from prover.agent.judging import Judge, Observer
from prover.agent.result import FileResult, TargetResult
from prover.agent.target import Target

__all__ = [
    "Attempt",
    "Counterexample",
    "FileResult",
    "FillOptions",
    "Judge",
    "Observer",
    "Solution",
    "Solve",
    "Target",
    "TargetResult",
    "fill",
    "find_counterexample",
]
