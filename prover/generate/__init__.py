"""Tactic generators: who proposes what to try."""

from prover.generate.mathlib import imports_mathlib
from prover.generate.portfolio import IDEAS, Portfolio
from prover.generate.request import Request, TacticGenerator, reads_premises
from prover.generate.scripted import Scripted

__all__ = ["IDEAS", "Portfolio", "Request", "Scripted", "TacticGenerator", "imports_mathlib", "reads_premises"]
