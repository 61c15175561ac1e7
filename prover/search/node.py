"""Nodes and edges of the AND-OR graph, and how a node was reached."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Generic

from prover.core.state import TacticState
from prover.search.runner import Handle


class Status(StrEnum):
    """Of a node or an edge. `DEAD`: everything that was proposed has failed; no statement about truth."""

    OPEN = "open"
    SOLVED = "solved"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Path:
    """How a node was reached: the sum of log-probabilities of the tactics, and their number."""

    total: float = 0.0
    length: int = 0

    def then(self, log_probability: float) -> Path:
        return Path(self.total + log_probability, self.length + 1)

    def score(self, alpha: float, ahead: float = 0.0) -> float:
        """Length-normalised: (total + ahead) / steps ** alpha; the larger the better."""
        return (self.total + ahead) / max(1, self.length + (ahead < 0.0)) ** alpha


@dataclass(slots=True, eq=False)
class Edge(Generic[Handle]):
    """A tactic that ran on `parent`. No children: it closed the node.

    `parts[i]`: indices, in the state the tactic left, of the goals of `children[i]`.
    """

    parent: Node[Handle]
    tactic: str
    log_probability: float
    children: tuple[Node[Handle], ...] = ()
    parts: tuple[tuple[int, ...], ...] = ()
    source: str = ""
    status: Status = Status.OPEN

    @property
    def size(self) -> int | None:
        """Tactics in the proof this edge gives; None while a child is unproved."""
        total = 1
        for child in self.children:
            if child.size is None:
                return None
            total += child.size
        return total


@dataclass(slots=True, eq=False)
class Node(Generic[Handle]):
    """An OR node. `size` is the proof distance: tactics in the shortest known proof. `demand`: live edges that need
    it."""

    number: int
    state: TacticState
    handle: Handle
    path: Path
    status: Status = Status.OPEN
    edges: list[Edge[Handle]] = field(default_factory=list["Edge[Handle]"])
    needed_by: list[Edge[Handle]] = field(default_factory=list["Edge[Handle]"])
    best: Edge[Handle] | None = None
    size: int | None = None
    demand: int = 0
    exhausted: bool = False

    @property
    def history(self) -> tuple[str, ...]:
        """The tactics of one best path from the root, oldest first."""
        steps: list[str] = []
        node: Node[Handle] = self
        while node.needed_by:
            edge = max(node.needed_by, key=lambda e: e.parent.path.total + e.log_probability)
            steps.append(edge.tactic)
            node = edge.parent
        return tuple(reversed(steps))
