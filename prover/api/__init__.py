"""The library's face: what the command, the servers and other programs prove and check with."""

from __future__ import annotations

from typing import TYPE_CHECKING

# At once: its module has its name, and would stand here instead of it when somebody else loads that first.
from prover.api.workplace import Workplace, workplace
from prover.core.on_demand import on_demand

if TYPE_CHECKING:
    from prover.api.async_prover import AsyncProver, Lean
    from prover.api.check_options import CheckOptions
    from prover.api.checking import Checked
    from prover.api.options import ProveOptions
    from prover.api.premises import FoundPremises
    from prover.api.proof import OpenProof, OpenState
    from prover.api.prover import Prover
    from prover.api.proving import Proving, RunEvent, RunStatus
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

__getattr__, __dir__ = on_demand(
    __name__,
    {
        "async_prover": ["AsyncProver", "Lean"],
        "check_options": ["CheckOptions"],
        "checking": ["Checked"],
        "options": ["ProveOptions"],
        "premises": ["FoundPremises"],
        "proof": ["OpenProof", "OpenState"],
        "prover": ["Prover"],
        "proving": ["Proving", "RunEvent", "RunStatus"],
        "workplaces": ["Workplaces"],
    },
)
