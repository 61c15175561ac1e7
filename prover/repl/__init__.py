"""leanprover-community/repl: its protocol spoken over a Bridge (`prove repl`)."""

from prover.repl.protocol import requests
from prover.repl.session import Session

__all__ = ["Session", "requests"]
