"""What a person reads of a run, made from its events alone: no Lean, no model, no source file."""

from prover.report.page import page

__all__ = ["page"]
