"""The verifier: elaborate a submission, export it, judge it elsewhere. `Ladder` is the way in."""

from prover.verify.footing import NATIVE_AXIOMS, STANDARD_AXIOMS
from prover.verify.ladder import Ladder, Limits, check
from prover.verify.policy import Policy

__all__ = ["NATIVE_AXIOMS", "STANDARD_AXIOMS", "Ladder", "Limits", "Policy", "check"]
