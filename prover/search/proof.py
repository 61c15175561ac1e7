"""The proof in a solved graph, as a tree of tactics."""

from __future__ import annotations

from dataclasses import dataclass

from prover.search.node import Edge, Node
from prover.search.runner import Handle


@dataclass(frozen=True, slots=True)
class Step:
    """A tactic, and the proofs of what it leaves.

    `parts[i]`: indices, among the goals left, of those that `rest[i]` proves.
    """

    tactic: str
    rest: tuple[Step, ...] = ()
    parts: tuple[tuple[int, ...], ...] = ()

    @property
    def size(self) -> int:
        """The number of tactics."""
        return 1 + sum(step.size for step in self.rest)


def extract(node: Node[Handle]) -> Step:
    """The best proof of a solved node."""
    edge = node.best
    if edge is None:
        raise ValueError("the node has no proof")
    return _step(edge)


def _step(edge: Edge[Handle]) -> Step:
    return Step(edge.tactic, tuple(extract(child) for child in edge.children), edge.parts)
