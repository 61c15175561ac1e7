"""Lean: engines, the Bridge's wire protocol, processes, the pool of workers, source files."""

from prover.lean.elaboration import Declaration, Elaboration, Hole, Suggestion
from prover.lean.engine import Command, LeanEngine
from prover.lean.header import HeaderInfo
from prover.lean.pool import Pool
from prover.lean.pool_limits import PoolLimits
from prover.lean.replay import Replay
from prover.lean.worker import Worker

__all__ = [
    "Command",
    "Declaration",
    "Elaboration",
    "HeaderInfo",
    "Hole",
    "LeanEngine",
    "Pool",
    "PoolLimits",
    "Replay",
    "Suggestion",
    "Worker",
]
