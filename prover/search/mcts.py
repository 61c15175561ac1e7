"""Monte Carlo tree search on the AND-OR graph: PUCT, progressive widening, virtual losses."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import exp, sqrt
from typing import Generic

from prover.search.frontier import Expansion
from prover.search.graph import ProofGraph
from prover.search.guide import UNKNOWN, Guide
from prover.search.node import Edge, Node, Status
from prover.search.runner import Handle


@dataclass(slots=True)
class _Visits:
    """Of a node or an edge: descents through it and the rewards they brought. `lost`: descents still under way, which
    count as failures until they are back."""

    number: int = 0
    total: float = 0.0
    lost: int = 0
    #: Of a node: portions of its candidates that were worked on, and the edges seen then.
    portions: int = 0
    edges: int = 0

    def mean(self, otherwise: float) -> float:
        count = self.number + self.lost
        return self.total / count if count else otherwise


@dataclass(slots=True)
class _Choices(Generic[Handle]):
    """The open tactics of a node and what a descent asks of each; `known`: tactics the node had when this was made."""

    known: int
    edges: list[Edge[Handle]]
    seen: list[_Visits]
    #: Probabilities normalised over the open tactics, times the weight of exploration.
    weights: list[float]


@dataclass(slots=True)
class _Descent(Generic[Handle]):
    nodes: list[Node[Handle]]
    edges: list[Edge[Handle]] = field(default_factory=list["Edge[Handle]"])


class MonteCarlo(Generic[Handle]):
    """PUCT as in AlphaZero, on the AND-OR graph as in HyperTree Proof Search (Lample et al. 2022, arXiv 2205.11491).

    A descent starts at the root. It ends at a goal that may be widened: one with no open tactics, or worked on for
    fewer than `widen * visits ** exponent` portions (progressive widening; constants of the AlphaProof paper's family).
    Otherwise it follows the open tactic with the largest Q + c * P * sqrt(N) / (1 + n), P the tactics' probabilities
    normalised over the goal, and from there the unproved child with the smallest chance: if that one fails, the
    others need not be tried. A portion's reward is the best `Guide.hope` among the tactics it found (1: closed; 0:
    nothing found); on its way up it is multiplied, at an AND node, by the chances of the unproved siblings.
    """

    def __init__(
        self,
        graph: ProofGraph[Handle],
        guide: Guide[Handle],
        *,
        exploration: float = 1.0,
        widen: float = 1.0,
        exponent: float = 0.6,
    ) -> None:
        self.graph = graph
        self.guide = guide
        self.exploration = exploration
        self.widen = widen
        self.exponent = exponent
        self._node: dict[int, _Visits] = {}
        self._edge: dict[int, _Visits] = {}
        self._choices: dict[int, _Choices[Handle]] = {}
        self._out: dict[int, _Descent[Handle]] = {}
        self._begun = False

    def select(self, k: int) -> list[Node[Handle]]:
        found: list[Node[Handle]] = []
        tries = 2 * k + len(self._out)
        while self._begun and len(found) < k and tries > 0 and self.graph.wanted(self.graph.root):
            tries -= 1
            descent = self._descend()
            node = descent.nodes[-1]
            if node.number in self._out:
                # Somebody is at work there. The loss stays until he is back, and turns the next descent elsewhere.
                held = self._out[node.number]
                self._count(descent, 1)
                held.nodes += descent.nodes
                held.edges += descent.edges
                continue
            self._count(descent, 1)
            self._out[node.number] = descent
            found.append(node)
        return found

    def _count(self, descent: _Descent[Handle], amount: int) -> None:
        for node in descent.nodes:
            self._of_node(node).lost += amount
        for edge in descent.edges:
            self._of_edge(edge).lost += amount

    def _of_node(self, node: Node[Handle]) -> _Visits:
        found = self._node.get(node.number)
        if found is None:
            found = self._node[node.number] = _Visits()
        return found

    def _of_edge(self, edge: Edge[Handle]) -> _Visits:
        found = self._edge.get(id(edge))
        if found is None:
            found = self._edge[id(edge)] = _Visits()
        return found

    def _descend(self) -> _Descent[Handle]:
        node = self.graph.root
        descent = _Descent([node])
        while True:
            choices = self._open(node)
            if not choices.edges or (not node.exhausted and self._may_widen(node)):
                return descent
            edge = self._best(node, choices)
            children = edge.children
            if len(children) > 1:
                children = [c for c in children if c.status is Status.OPEN]
            node = children[0] if len(children) == 1 else min(children, key=lambda c: (self._chance(c), c.number))
            descent.edges.append(edge)
            descent.nodes.append(node)

    def _open(self, node: Node[Handle]) -> _Choices[Handle]:
        """The node's open tactics, kept until it gets a new one or `prune` tells that one is open no more."""
        found = self._choices.get(node.number)
        if found is None or found.known != len(node.edges):
            edges = [e for e in node.edges if e.status is Status.OPEN]
            mass = sum(exp(e.log_probability) for e in edges) or 1.0
            weights = [self.exploration * (exp(e.log_probability) / mass) for e in edges]
            found = _Choices(len(node.edges), edges, [self._of_edge(e) for e in edges], weights)
            self._choices[node.number] = found
        return found

    def _may_widen(self, node: Node[Handle]) -> bool:
        visits = self._of_node(node)
        busy = node.number in self._out
        return visits.portions + busy < max(1.0, self.widen * (visits.number + visits.lost) ** self.exponent)

    def _best(self, node: Node[Handle], choices: _Choices[Handle]) -> Edge[Handle]:
        visits = self._of_node(node)
        root = sqrt(max(1, visits.number + visits.lost))
        otherwise = visits.mean(UNKNOWN)
        best, chosen = -1.0, choices.edges[0]
        for edge, seen, weight in zip(choices.edges, choices.seen, choices.weights, strict=True):
            count = seen.number + seen.lost
            bound = (seen.total / count if count else otherwise) + weight * root / (1 + count)
            if bound > best:
                best, chosen = bound, edge
        return chosen

    def _chance(self, node: Node[Handle]) -> float:
        """What is believed of a node: by its visits where there are any."""
        if node.status is not Status.OPEN or node.number not in self._node:
            return self.guide.chance(node)
        return self._node[node.number].mean(self.guide.chance(node))

    def observe(self, expansion: Expansion[Handle]) -> None:
        self._begun = True
        node = expansion.node
        descent = self._out.pop(node.number, None)
        if descent is None:
            return
        self._count(descent, -1)
        seen = self._of_node(node)
        seen.portions += 1
        new, seen.edges = node.edges[seen.edges :], len(node.edges)
        reward = 1.0 if node.status is Status.SOLVED else max((self.guide.hope(e) for e in new), default=0.0)
        self._back_up(descent, reward)

    def _back_up(self, descent: _Descent[Handle], reward: float) -> None:
        # Descents that only waited for this one were appended to it; the first way from the root is its own.
        own = len(descent.edges)
        for at in range(1, len(descent.nodes)):
            if descent.nodes[at] is self.graph.root:
                own = at - 1
                break
        for at in range(own, -1, -1):
            visits = self._of_node(descent.nodes[at])
            visits.number += 1
            visits.total += reward
            if at == 0:
                return
            edge = descent.edges[at - 1]
            for sibling in edge.children:
                if sibling is not descent.nodes[at] and sibling.status is not Status.SOLVED:
                    reward *= self._chance(sibling)
            through = self._of_edge(edge)
            through.number += 1
            through.total += reward

    def retract(self, nodes: Sequence[Node[Handle]]) -> None:
        for node in nodes:
            descent = self._out.pop(node.number, None)
            if descent is not None:
                self._count(descent, -1)

    def prune(self, nodes: Iterable[Node[Handle]]) -> None:
        for node in nodes:
            for edge in node.needed_by:
                self._choices.pop(edge.parent.number, None)

    def __len__(self) -> int:
        return int(self._begun and self.graph.wanted(self.graph.root))
