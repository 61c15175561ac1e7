"""What a person reads of a run, made from its events alone: no Lean, no model, no source file."""

from prover.report.page import page
from prover.report.plan import plan_page

__all__ = ["page", "plan_page"]
