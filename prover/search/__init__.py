"""Proof search: the AND-OR graph, frontiers, the one loop, runners of tactics, and scripts from solved graphs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prover.core.on_demand import on_demand

if TYPE_CHECKING:
    from prover.search.agenda import LEVELS, Limit
    from prover.search.beam import Beam
    from prover.search.drawing import to_json, to_networkx, write_graphml
    from prover.search.frontier import BestFirst, BreadthFirst, DepthFirst, Expansion, Frontier
    from prover.search.frontiers import FRONTIERS, MakeFrontier
    from prover.search.graph import ProofGraph
    from prover.search.guide import Guide
    from prover.search.journal import Chapter, Journal, search_on_record
    from prover.search.loop import search
    from prover.search.mcts import MonteCarlo
    from prover.search.node import Edge, Node, Status
    from prover.search.particles import Particles
    from prover.search.proof import Step
    from prover.search.recorded import RecordedGenerator, RecordedRunner
    from prover.search.replies import Focused, LeanCall, ModelCall, Replies, SearchOutcome, SearchStarted, StateSeen
    from prover.search.result import SearchResult, Statistics
    from prover.search.runner import Runner
    from prover.search.settings import Critic, Observer, Settings
    from prover.search.team import Team
    from prover.search.worker_runner import WorkerRunner

__all__ = [
    "FRONTIERS",
    "LEVELS",
    "Beam",
    "BestFirst",
    "BreadthFirst",
    "Chapter",
    "Critic",
    "DepthFirst",
    "Edge",
    "Expansion",
    "Focused",
    "Frontier",
    "Guide",
    "Journal",
    "LeanCall",
    "Limit",
    "MakeFrontier",
    "ModelCall",
    "MonteCarlo",
    "Node",
    "Observer",
    "Particles",
    "ProofGraph",
    "RecordedGenerator",
    "RecordedRunner",
    "Replies",
    "Runner",
    "SearchOutcome",
    "SearchResult",
    "SearchStarted",
    "Settings",
    "StateSeen",
    "Statistics",
    "Status",
    "Step",
    "Team",
    "WorkerRunner",
    "search",
    "search_on_record",
    "to_json",
    "to_networkx",
    "write_graphml",
]

__getattr__, __dir__ = on_demand(
    __name__,
    {
        "agenda": ["LEVELS", "Limit"],
        "beam": ["Beam"],
        "drawing": ["to_json", "to_networkx", "write_graphml"],
        "frontier": ["BestFirst", "BreadthFirst", "DepthFirst", "Expansion", "Frontier"],
        "frontiers": ["FRONTIERS", "MakeFrontier"],
        "graph": ["ProofGraph"],
        "guide": ["Guide"],
        "journal": ["Chapter", "Journal", "search_on_record"],
        "loop": ["search"],
        "mcts": ["MonteCarlo"],
        "node": ["Edge", "Node", "Status"],
        "particles": ["Particles"],
        "proof": ["Step"],
        "recorded": ["RecordedGenerator", "RecordedRunner"],
        "replies": ["Focused", "LeanCall", "ModelCall", "Replies", "SearchOutcome", "SearchStarted", "StateSeen"],
        "result": ["SearchResult", "Statistics"],
        "runner": ["Runner"],
        "settings": ["Critic", "Observer", "Settings"],
        "team": ["Team"],
        "worker_runner": ["WorkerRunner"],
    },
)
