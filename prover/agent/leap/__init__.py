"""The LEAP-style agent: lemmas planned, stated, reviewed, proved, and put together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prover.core.on_demand import on_demand

if TYPE_CHECKING:
    from prover.agent.leap.decomposition import Decomposition, Sketch
    from prover.agent.leap.graph import LemmaGraph, Refusal
    from prover.agent.leap.lemma import Lemma, Proof, Standing, Statement

__all__ = [
    "Decomposition",
    "Lemma",
    "LemmaGraph",
    "Proof",
    "Refusal",
    "Sketch",
    "Standing",
    "Statement",
]

__getattr__, __dir__ = on_demand(
    __name__,
    {
        "decomposition": ["Decomposition", "Sketch"],
        "graph": ["LemmaGraph", "Refusal"],
        "lemma": ["Lemma", "Proof", "Standing", "Statement"],
    },
)
