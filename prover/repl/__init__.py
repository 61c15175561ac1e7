"""leanprover-community/repl: its protocol over a Bridge (`prove repl`); an existing repl as a fallback engine."""

from prover.repl.engine import ReplEngine, ReplPool
from prover.repl.folder import install
from prover.repl.modules import Modules
from prover.repl.protocol import Command, requests
from prover.repl.session import Refused, Session, TookTooLong

__all__ = [
    "Command",
    "Modules",
    "Refused",
    "ReplEngine",
    "ReplPool",
    "Session",
    "TookTooLong",
    "install",
    "requests",
]
