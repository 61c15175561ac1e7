"""Particle filtering with entropic annealing over the proof graph."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Iterable, Sequence
from math import exp
from typing import Generic

from prover.search.frontier import Expansion
from prover.search.graph import ProofGraph
from prover.search.guide import Guide
from prover.search.node import Node, Status
from prover.search.runner import Handle


def effective_size(weights: Sequence[float]) -> float:
    """Effective sample size of normalised weights: 1 / sum of squares, between 1 and their number."""
    return 1.0 / sum(w * w for w in weights)


def normalised(logarithms: Sequence[float], temperature: float = 1.0) -> list[float]:
    """exp(x / temperature), scaled to sum 1."""
    top = max(logarithms)
    weights = [exp((x - top) / temperature) for x in logarithms]
    total = sum(weights)
    return [w / total for w in weights]


def annealed(logarithms: Sequence[float], progress: float, threshold: float = 0.5) -> list[float]:
    """Weights for resampling, flattened while few particles hold all the weight.

    Entropic annealing of Giannone et al. 2025 (arXiv 2510.05825): where the effective sample size of N particles is
    below `threshold` * N, the temperature is N / ESS * (1 - progress), never below 1; `progress` in [0, 1].
    """
    weights = normalised(logarithms)
    size, number = effective_size(weights), len(weights)
    if size >= threshold * number:
        return weights
    return normalised(logarithms, max(1.0, number / size * (1.0 - progress)))


def resampled(weights: Sequence[float], draw: float) -> list[int]:
    """Systematic resampling: as many indices as weights, index i about `len * weights[i]` times. `draw` in [0, 1)."""
    number = len(weights)
    found: list[int] = []
    at, total = 0, weights[0]
    for i in range(number):
        place = (i + draw) / number
        while place > total and at < number - 1:
            at += 1
            total += weights[at]
        found.append(at)
    return found


class Particles(Generic[Handle]):
    """`number` particles walk down the graph in step.

    A round: every goal a particle stands on is worked on for a portion; each particle stays (weighted by what would be
    tried next) or follows one of the goal's open tactics (weighted by probability) to the unproved child with the
    smallest chance; then the particles are resampled by `Guide.score` with entropic annealing over `horizon` rounds.
    A particle whose goal is decided or needed no more starts again from the root. Only goals with something left to
    try are stood on, so a round always works on something.
    """

    def __init__(
        self,
        graph: ProofGraph[Handle],
        guide: Guide[Handle],
        *,
        number: int = 16,
        horizon: int = 64,
        threshold: float = 0.5,
    ) -> None:
        self.graph = graph
        self.guide = guide
        self.horizon = horizon
        self.threshold = threshold
        self.particles: list[Node[Handle]] = [graph.root] * number
        self.round = 0
        self._random = random.Random(guide.seed)
        self._due: deque[Node[Handle]] = deque()
        self._out: set[int] = set()
        self._begun = False

    def select(self, k: int) -> list[Node[Handle]]:
        found: list[Node[Handle]] = []
        while self._begun and len(found) < k:
            if not self._due and (self._out or not self._next_round()):
                break
            node = self._due.popleft()
            if self.graph.wanted(node) and not node.exhausted:
                self._out.add(node.number)
                found.append(node)
        return found

    def _next_round(self) -> bool:
        if not self.graph.wanted(self.graph.root):
            return False
        if self.round:
            self.particles = [self._moved(node) for node in self.particles]
            scores = [self.guide.score(node) for node in self.particles]
            weights = annealed(scores, min(1.0, self.round / self.horizon), self.threshold)
            self.particles = [self.particles[i] for i in resampled(weights, self._random.random())]
        else:
            self.particles = [self._settled(self.graph.root) for _ in self.particles]
        self.round += 1
        self._due.extend({node.number: node for node in self.particles}.values())
        return True

    def _moved(self, node: Node[Handle]) -> Node[Handle]:
        return self._settled(self._step(node) if self.graph.wanted(node) else self.graph.root)

    def _settled(self, node: Node[Handle]) -> Node[Handle]:
        """Down to a goal with something left to try."""
        while node.exhausted:
            node = self._step(node)
        return node

    def _step(self, node: Node[Handle]) -> Node[Handle]:
        edges = [e for e in node.edges if e.status is Status.OPEN]
        beliefs = [e.log_probability for e in edges]
        if not node.exhausted:
            beliefs.append(self.guide.ahead(node))
        (choice,) = self._random.choices(range(len(beliefs)), normalised(beliefs))
        if choice == len(edges):
            return node
        edge = edges[choice]
        waiting = [child for child in edge.children if child.status is Status.OPEN]
        return min(waiting, key=lambda child: (self.guide.chance(child), child.number))

    def observe(self, expansion: Expansion[Handle]) -> None:
        self._begun = True
        self._out.discard(expansion.node.number)

    def retract(self, nodes: Sequence[Node[Handle]]) -> None:
        for node in reversed(nodes):
            self._out.discard(node.number)
            self._due.appendleft(node)

    def prune(self, nodes: Iterable[Node[Handle]]) -> None:
        """Nothing to do: a particle looks at its goal before it moves."""

    def __len__(self) -> int:
        return int(self._begun and self.graph.wanted(self.graph.root))
