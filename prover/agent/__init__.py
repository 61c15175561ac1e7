"""Agents: what turns an open file into one with proofs and verdicts."""

from prover.agent.fill import Attempt, FillOptions, Judge, Observer, Solution, fill
from prover.agent.result import FileResult, TargetResult
from prover.agent.target import Target

__all__ = ["Attempt", "FileResult", "FillOptions", "Judge", "Observer", "Solution", "Target", "TargetResult", "fill"]
