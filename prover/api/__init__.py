"""The library's face: what the command, the servers and other programs prove and check with."""

from prover.api.async_prover import AsyncProver, Lean
from prover.api.checking import Checked
from prover.api.options import CheckOptions, ProveOptions
from prover.api.premises import FoundPremises
from prover.api.proof import OpenProof, OpenState
from prover.api.prover import Prover
from prover.api.proving import Proving, RunEvent, RunStatus
from prover.api.workplace import Workplace, workplace
from prover.api.workplaces import Workplaces

__all__ = [
    "AsyncProver",
    "CheckOptions",
    "Checked",
    "FoundPremises",
    "Lean",
    "OpenProof",
    "OpenState",
    "ProveOptions",
    "Prover",
    "Proving",
    "RunEvent",
    "RunStatus",
    "Workplace",
    "Workplaces",
    "workplace",
]
