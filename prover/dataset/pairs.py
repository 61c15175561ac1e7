"""Which records are steps of proofs, for supervised training."""

from __future__ import annotations

from prover.dataset.record import DOJO, TacticRecord


def is_step(record: TacticRecord) -> bool:
    """A step of a proof that the verification ladder accepted, or that a traced repository contains."""
    return record.on_proof and (record.verified or record.origin == DOJO)


def is_found_step(record: TacticRecord) -> bool:
    """A step of any proof a search ended with, verified or not."""
    return record.on_proof
