"""Which node comes next: best-first, breadth-first, depth-first behind one seam."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol

from prover.search.graph import ProofGraph
from prover.search.guide import Guide
from prover.search.node import Node
from prover.search.runner import Handle


@dataclass(frozen=True, slots=True)
class Expansion(Generic[Handle]):
    """What became of a selected node.

    `again`: there is more to try on it. `opened`: nodes that are new, better reached than before, or needed again.
    """

    node: Node[Handle]
    again: bool = False
    opened: tuple[Node[Handle], ...] = ()


class Frontier(Protocol[Handle]):
    """The nodes that may be worked on. A selected node is the caller's until it is observed or retracted."""

    def select(self, k: int) -> list[Node[Handle]]:
        """Up to `k` nodes, best first; they leave the frontier."""
        ...

    def observe(self, expansion: Expansion[Handle]) -> None:
        """Takes in what working on a node brought about."""
        ...

    def retract(self, nodes: Sequence[Node[Handle]]) -> None:
        """Selected nodes that were not worked on come back."""
        ...

    def prune(self, nodes: Iterable[Node[Handle]]) -> None:
        """These nodes are decided or not needed any more."""
        ...

    def __len__(self) -> int: ...


class BestFirst(Generic[Handle]):
    """The largest score first (`Guide.score`): log-probabilities of path and next candidate, length-normalised.

    The score of a path is kept by the graph (siblings share their parent's path and a penalty for their number).
    """

    def __init__(self, graph: ProofGraph[Handle], guide: Guide[Handle]) -> None:
        self.graph = graph
        self.guide = guide
        self._heap: list[tuple[float, int, Node[Handle]]] = []
        self._key: dict[int, float] = {}
        self._ticks = 0

    def _push(self, node: Node[Handle]) -> None:
        key = -self.guide.score(node)
        if self._key.get(node.number) == key:
            return
        self._key[node.number] = key
        self._ticks += 1
        heapq.heappush(self._heap, (key, self._ticks, node))

    def select(self, k: int) -> list[Node[Handle]]:
        found: list[Node[Handle]] = []
        while self._heap and len(found) < k:
            key, _, node = heapq.heappop(self._heap)
            # An entry is stale when the node was pruned, selected, or pushed again with another score.
            if self._key.get(node.number) == key:
                del self._key[node.number]
                if self.graph.wanted(node):
                    found.append(node)
        return found

    def observe(self, expansion: Expansion[Handle]) -> None:
        for node in expansion.opened:
            if self.graph.wanted(node) and node is not expansion.node:
                self._push(node)
        if expansion.again and self.graph.wanted(expansion.node):
            self._push(expansion.node)

    def retract(self, nodes: Sequence[Node[Handle]]) -> None:
        for node in nodes:
            if self.graph.wanted(node):
                self._push(node)

    def prune(self, nodes: Iterable[Node[Handle]]) -> None:
        for node in nodes:
            self._key.pop(node.number, None)

    def __len__(self) -> int:
        return len(self._key)


@dataclass(slots=True)
class _InOrder(Generic[Handle]):
    """Common to breadth and depth: nodes wait in a line; `_next` says from which end they leave."""

    graph: ProofGraph[Handle]
    line: deque[Node[Handle]] = field(default_factory=deque["Node[Handle]"])
    waiting: set[int] = field(default_factory=set[int])

    def _take(self) -> Node[Handle]:
        return self.line.popleft()

    def _give_back(self, nodes: Sequence[Node[Handle]]) -> None:
        for node in reversed(nodes):
            self.waiting.add(node.number)
            self.line.appendleft(node)

    def select(self, k: int) -> list[Node[Handle]]:
        found: list[Node[Handle]] = []
        while self.line and len(found) < k:
            node = self._take()
            if node.number in self.waiting:
                self.waiting.discard(node.number)
                if self.graph.wanted(node):
                    found.append(node)
        return found

    def _enter(self, nodes: Iterable[Node[Handle]]) -> None:
        for node in nodes:
            if node.number not in self.waiting and self.graph.wanted(node):
                self.waiting.add(node.number)
                self.line.append(node)

    def observe(self, expansion: Expansion[Handle]) -> None:
        if expansion.again:
            self._give_back([expansion.node])
        self._enter(n for n in expansion.opened if n is not expansion.node)

    def retract(self, nodes: Sequence[Node[Handle]]) -> None:
        self._give_back(nodes)

    def prune(self, nodes: Iterable[Node[Handle]]) -> None:
        self.waiting.difference_update(n.number for n in nodes)

    def __len__(self) -> int:
        return len(self.waiting)


class BreadthFirst(_InOrder[Handle]):
    """First come, first served; a node is worked on until nothing is left to try on it."""


class DepthFirst(_InOrder[Handle]):
    """The newest node first; back to its parent when nothing is left to try on it."""

    def _take(self) -> Node[Handle]:
        return self.line.pop()

    def _give_back(self, nodes: Sequence[Node[Handle]]) -> None:
        for node in reversed(nodes):
            self.waiting.add(node.number)
            self.line.append(node)

    def observe(self, expansion: Expansion[Handle]) -> None:
        if expansion.again:
            self._give_back([expansion.node])
        self._enter(reversed([n for n in expansion.opened if n is not expansion.node]))
