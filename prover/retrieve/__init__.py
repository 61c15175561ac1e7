"""Retrieval: which theorems may help with a goal."""

from prover.retrieve.index import Found, Index, Weights, rank_own
from prover.retrieve.library import library
from prover.retrieve.query import Query

__all__ = ["Found", "Index", "Query", "Weights", "library", "rank_own"]
