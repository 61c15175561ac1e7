"""Tactic generators: who proposes what to try."""

from prover.generate.mathlib import imports_mathlib
from prover.generate.mixture import Member, Mixture
from prover.generate.model import ModelGenerator
from prover.generate.portfolio import IDEAS, Portfolio
from prover.generate.request import Request, TacticGenerator
from prover.generate.scripted import Scripted

__all__ = [
    "IDEAS",
    "Member",
    "Mixture",
    "ModelGenerator",
    "Portfolio",
    "Request",
    "Scripted",
    "TacticGenerator",
    "imports_mathlib",
]
