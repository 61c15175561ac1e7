"""From words to Lean: statements drafted, examined, compared, accepted and frozen.

from prover.formalize import formalize, freeze
"""

from prover.formalize.draft import Draft
from prover.formalize.examined import Examined
from prover.formalize.face import formalize, freeze
from prover.formalize.formalization import Candidate, Formalization
from prover.formalize.formalizing import Limits

__all__ = ["Candidate", "Draft", "Examined", "Formalization", "Limits", "formalize", "freeze"]
