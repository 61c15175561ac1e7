"""Agents: what turns an open file into one with proofs and verdicts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prover.core.on_demand import on_demand

if TYPE_CHECKING:
    from prover.agent.attempt import Attempt, Solution, Solve
    from prover.agent.counterexample import find_counterexample
    from prover.agent.fill import FillOptions
    from prover.agent.hunt import Counterexample
    from prover.agent.judge import Judge
    from prover.agent.judging import Observer
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
    "find_counterexample",
]

__getattr__, __dir__ = on_demand(
    __name__,
    {
        "attempt": ["Attempt", "Solution", "Solve"],
        "counterexample": ["find_counterexample"],
        "fill": ["FillOptions"],
        "hunt": ["Counterexample"],
        "judge": ["Judge"],
        "judging": ["Observer"],
        "result": ["FileResult", "TargetResult"],
        "target": ["Target"],
    },
)
