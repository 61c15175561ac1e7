"""The verifier: elaborate a submission, export it, judge it elsewhere. `Ladder` is the way in."""

from prover.verify.footing import NATIVE_AXIOMS, STANDARD_AXIOMS
from prover.verify.ladder import Ladder
from prover.verify.policy import Policy
from prover.verify.record import Audit, Record
from prover.verify.run import Limits

__all__ = ["NATIVE_AXIOMS", "STANDARD_AXIOMS", "Audit", "Ladder", "Limits", "Policy", "Record"]
