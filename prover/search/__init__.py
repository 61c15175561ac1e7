"""Proof search: the AND-OR graph, frontiers, the one loop, runners of tactics, and scripts from solved graphs."""

from prover.search.agenda import LEVELS, Limit
from prover.search.drawing import to_json, to_networkx, write_graphml
from prover.search.frontier import BestFirst, BreadthFirst, DepthFirst, Expansion, Frontier
from prover.search.graph import ProofGraph
from prover.search.loop import search
from prover.search.node import Edge, Node, Status
from prover.search.proof import Step
from prover.search.result import SearchResult, Statistics
from prover.search.runner import Runner
from prover.search.settings import Critic, Observer, Settings
from prover.search.worker_runner import WorkerRunner

__all__ = [
    "LEVELS",
    "BestFirst",
    "BreadthFirst",
    "Critic",
    "DepthFirst",
    "Edge",
    "Expansion",
    "Frontier",
    "Limit",
    "Node",
    "Observer",
    "ProofGraph",
    "Runner",
    "SearchResult",
    "Settings",
    "Statistics",
    "Status",
    "Step",
    "WorkerRunner",
    "search",
    "to_json",
    "to_networkx",
    "write_graphml",
]
