"""Value types, errors and budgets. Standard library only, no input or output."""

from prover.core.budget import Budget, Spent
from prover.core.candidate import Candidate
from prover.core.message import Message, Severity
from prover.core.position import Position, Span
from prover.core.state import Goal, Hypothesis, TacticState

__all__ = [
    "Budget",
    "Candidate",
    "Goal",
    "Hypothesis",
    "Message",
    "Position",
    "Severity",
    "Span",
    "Spent",
    "TacticState",
]
