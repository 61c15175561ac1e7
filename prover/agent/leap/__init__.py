"""The LEAP-style agent: lemmas planned, stated, reviewed, proved, and put together."""

from prover.agent.leap.decomposition import Decomposition, Sketch
from prover.agent.leap.graph import LemmaGraph, Refusal
from prover.agent.leap.lemma import Lemma, Proof, Standing, Statement

__all__ = ["Decomposition", "Lemma", "LemmaGraph", "Proof", "Refusal", "Sketch", "Standing", "Statement"]
