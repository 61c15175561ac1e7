"""Retrieval: which theorems may help with a goal."""

from prover.retrieve.index import Found, Index, Weights
from prover.retrieve.library import library
from prover.retrieve.query import Query
from prover.retrieve.shelf import Shelf

__all__ = ["Found", "Index", "Query", "Shelf", "Weights", "library"]
