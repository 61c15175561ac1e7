"""What a frontier may ask about a node."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import exp
from typing import Generic

from prover.search.node import Edge, Node, Status
from prover.search.runner import Handle

#: What a goal counts that nobody has judged.
UNKNOWN = 0.5


@dataclass(frozen=True, slots=True)
class Guide(Generic[Handle]):
    """Beliefs about nodes, as log-probabilities.

    `ahead`: in what would be tried next on a node. `value`: a critic's belief that the node is provable; None where it
    was not asked. `alpha`: exponent of the length normalisation. `seed`: for frontiers that draw.
    """

    ahead: Callable[[Node[Handle]], float]
    value: Callable[[Node[Handle]], float | None] = lambda node: None
    alpha: float = 0.5
    seed: int = 0

    def score(self, node: Node[Handle]) -> float:
        """(path + next candidate) / length ** alpha, plus the critic's value; the larger the better.

        The length normalisation of BFS-Prover (arXiv 2502.03438). The next candidate counts because a node is worked
        on in portions.
        """
        return node.path.score(self.alpha, min(self.ahead(node), -1e-6)) + (self.value(node) or 0.0)

    def chance(self, node: Node[Handle]) -> float:
        """Belief, in [0, 1], that the node is provable."""
        if node.status is Status.SOLVED:
            return 1.0
        if node.status is Status.DEAD:
            return 0.0
        value = self.value(node)
        return UNKNOWN if value is None else min(1.0, exp(min(0.0, value)))

    def hope(self, edge: Edge[Handle]) -> float:
        """Belief, in [0, 1], that all goals a tactic left are provable: the product over them."""
        product = 1.0
        for child in edge.children:
            product *= self.chance(child)
        return product
