"""The library's face: what the command, the servers and other programs prove and check with."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

# At once: its module has its name, and would stand here instead of it when somebody else loads that first.
from prover.api.workplace import Workplace, workplace

if TYPE_CHECKING:
    from prover.api.async_prover import AsyncProver, Lean
    from prover.api.checking import Checked
    from prover.api.options import CheckOptions, ProveOptions
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

#: Where each is written.
_MODULES = {
    "AsyncProver": "prover.api.async_prover",
    "Lean": "prover.api.async_prover",
    "Checked": "prover.api.checking",
    "CheckOptions": "prover.api.options",
    "ProveOptions": "prover.api.options",
    "FoundPremises": "prover.api.premises",
    "OpenProof": "prover.api.proof",
    "OpenState": "prover.api.proof",
    "Prover": "prover.api.prover",
    "Proving": "prover.api.proving",
    "RunEvent": "prover.api.proving",
    "RunStatus": "prover.api.proving",
    "Workplaces": "prover.api.workplaces",
}


def __getattr__(name: str) -> Any:
    # Loaded when it is asked for: a command imports what it runs.
    if name in _MODULES:
        return getattr(import_module(_MODULES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
