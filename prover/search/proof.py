"""From a solved graph to Lean text."""

from __future__ import annotations

from dataclasses import dataclass

from prover.search.node import Edge, Node
from prover.search.runner import Handle

_INDENT = "  "


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

    def lines(self) -> list[str]:
        """Lean tactic lines, unindented; `·` blocks where goals are proved apart from each other."""
        found: list[str] = []
        step = self
        while True:
            found += step.tactic.strip().split("\n") if step.tactic else []
            if len(step.rest) != 1:
                return found + _blocks(step)
            (step,) = step.rest

    def __str__(self) -> str:
        return "\n".join(self.lines())


def _goal_count(step: Step) -> int:
    return sum(len(part) for part in step.parts)


def _blocks(step: Step) -> list[str]:
    """Lines for several proofs after one tactic: goals that stand alone get a block, a group stays for last."""
    order = list(range(_goal_count(step)))
    found: list[str] = []
    proofs = sorted(zip(step.parts, step.rest, strict=True), key=lambda item: (len(item[0]) > 1, item[0]))
    for part, rest in proofs:
        at = order.index(part[0])
        if at:
            found.append(f"rotate_left {at}" if at > 1 else "rotate_left")
        if len(part) > 1:
            found += rest.lines()
            continue
        order = order[at + 1 :] + order[:at]
        first, *others = rest.lines()
        found.append(f"· {first}")
        found += [_INDENT + line if line else line for line in others]
    return found


def extract(node: Node[Handle]) -> Step:
    """The best proof of a solved node."""
    edge = node.best
    if edge is None:
        raise ValueError("the node has no proof")
    return _step(edge)


def _step(edge: Edge[Handle]) -> Step:
    return Step(edge.tactic, tuple(extract(child) for child in edge.children), edge.parts)
