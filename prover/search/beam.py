"""Beam search: layer by layer, the best few goals of each."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from typing import Generic

from prover.search.frontier import BestFirst, Expansion
from prover.search.graph import ProofGraph
from prover.search.guide import Guide
from prover.search.node import Node
from prover.search.runner import Handle


class Beam(Generic[Handle]):
    """Works on at most `width` goals of a layer, each for up to `turns` portions; what they open is the next layer.

    What is left of a layer waits in reserve, best score first, until a layer has nothing to go on to: a beam that ran
    dry is filled again, so nothing is given up for good. All siblings of an AND node belong to the same layer.
    """

    def __init__(self, graph: ProofGraph[Handle], guide: Guide[Handle], *, width: int = 8, turns: int = 4) -> None:
        self.graph = graph
        self.width = width
        self.turns = turns
        self._layer: deque[Node[Handle]] = deque()
        self._next: BestFirst[Handle] = BestFirst(graph, guide)
        self._reserve: BestFirst[Handle] = BestFirst(graph, guide)
        self._turn: dict[int, int] = {}
        self._out: set[int] = set()

    def select(self, k: int) -> list[Node[Handle]]:
        found: list[Node[Handle]] = []
        while len(found) < k:
            if not self._layer and (self._out or not self._fill()):
                break
            node = self._layer.popleft()
            if self.graph.wanted(node):
                found.append(node)
                self._out.add(node.number)
        return found

    def _fill(self) -> bool:
        """The next layer; the rest of what was to be in it goes to the reserve."""
        best = self._next.select(self.width) or self._reserve.select(self.width)
        self._layer.extend(best)
        for node in best:
            self._turn[node.number] = 0
        self._put(self._reserve, self._next.select(len(self._next)))
        return bool(self._layer)

    def _put(self, where: BestFirst[Handle], nodes: Iterable[Node[Handle]]) -> None:
        where.retract([n for n in nodes if n.number not in self._out and n not in self._layer])

    def observe(self, expansion: Expansion[Handle]) -> None:
        node = expansion.node
        self._out.discard(node.number)
        if expansion.again:
            turn = self._turn[node.number] = self._turn.get(node.number, 0) + 1
            if turn < self.turns:
                self._layer.append(node)
            else:
                self._put(self._reserve, [node])
        self._put(self._next, [n for n in expansion.opened if n is not node])

    def retract(self, nodes: Sequence[Node[Handle]]) -> None:
        for node in reversed(nodes):
            self._out.discard(node.number)
            self._layer.appendleft(node)

    def prune(self, nodes: Iterable[Node[Handle]]) -> None:
        nodes = list(nodes)
        self._next.prune(nodes)
        self._reserve.prune(nodes)

    def __len__(self) -> int:
        return len(self._layer) + len(self._next) + len(self._reserve)
