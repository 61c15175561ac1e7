"""The frontiers by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from prover.search.beam import Beam
from prover.search.frontier import BestFirst, BreadthFirst, DepthFirst, Frontier
from prover.search.graph import ProofGraph
from prover.search.guide import Guide
from prover.search.mcts import MonteCarlo
from prover.search.particles import Particles
from prover.search.runner import Handle

#: Makes the frontier of a search from its graph and the guide to it.
MakeFrontier: TypeAlias = Callable[[ProofGraph[Handle], Guide[Handle]], Frontier[Handle]]

#: What `--frontier` may name.
FRONTIERS: Mapping[str, MakeFrontier[Any]] = {
    "best": BestFirst,
    "breadth": lambda graph, guide: BreadthFirst(graph),
    "depth": lambda graph, guide: DepthFirst(graph),
    "beam": Beam,
    "mcts": MonteCarlo,
    "particles": Particles,
}
