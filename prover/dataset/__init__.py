"""Data for training: what recorded runs tried, and LeanDojo's data, as records of one form; no Lean, no model."""

from prover.dataset.distinct import Distinct, Records
from prover.dataset.dojo import DojoData
from prover.dataset.jsonl import write_jsonl
from prover.dataset.pairs import is_found_step, is_step
from prover.dataset.parquet import write_parquet
from prover.dataset.preferences import preferences
from prover.dataset.reading import open_dojo, read_preferences, read_tactics
from prover.dataset.record import SCHEMAS, Preference, TacticRecord
from prover.dataset.run import RunLog
from prover.dataset.traced import TracedRepository

__all__ = [
    "SCHEMAS",
    "Distinct",
    "DojoData",
    "Preference",
    "Records",
    "RunLog",
    "TacticRecord",
    "TracedRepository",
    "is_found_step",
    "is_step",
    "open_dojo",
    "preferences",
    "read_preferences",
    "read_tactics",
    "write_jsonl",
    "write_parquet",
]
