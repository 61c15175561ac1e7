"""A proof on its way, as a value: what was done to each group of goals, and which are still open."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TypeAlias

from prover.core.state import Goal, TacticState
from prover.search import script
from prover.search.proof import Step

#: Which child of a node, then which of that one ...: the way to a node from the root.
Location: TypeAlias = tuple[int, ...]
#: What makes a state from the one before: a tactic, or a choice among its goals (counted from 0).
Move: TypeAlias = str | tuple[int, ...]

_HOLE = "sorry"
#: Goals that share a metavariable are left together.
_HOLES = "all_goals sorry"


@dataclass(frozen=True, slots=True)
class Node:
    """One group of goals, which is open while `tactic` is None.

    Else `tactic` was run on it; `parts[i]` are the indices, among the goals it left, of those that are the group
    `rest[i]`. No parts: it left nothing.
    """

    state: TacticState
    tactic: str | None = None
    parts: tuple[tuple[int, ...], ...] = ()
    rest: tuple[Node, ...] = ()

    @property
    def open(self) -> bool:
        return self.tactic is None

    @property
    def goal(self) -> Goal:
        """The goal that a tactic acts on."""
        return self.state.goals[0]


def begun(state: TacticState) -> Node:
    """A proof of which nothing is done."""
    return Node(state)


def node_at(root: Node, location: Location) -> Node:
    """The node at a location. `IndexError` where there is none."""
    for child in location:
        root = root.rest[child]
    return root


def open_at(root: Node) -> list[Location]:
    """Where the open nodes are, in the order of the text."""
    return list(_open(root, ()))


def _open(node: Node, at: Location) -> Iterator[Location]:
    if node.open:
        yield at
    for number, child in enumerate(node.rest):
        yield from _open(child, (*at, number))


def moves_to(root: Node, location: Location) -> tuple[Move, ...]:
    """How the state of a node is made from that of the root."""
    moves: list[Move] = []
    for child in location:
        assert root.tactic is not None
        moves.append(root.tactic)
        if len(root.rest) > 1:
            moves.append(root.parts[child])
        root = root.rest[child]
    return tuple(moves)


def stepped(root: Node, location: Location, tactic: str, left: TacticState | None) -> Node:
    """The proof after `tactic` on the open node at `location`. `left`: what it left, None for nothing."""
    if location:
        child = stepped(root.rest[location[0]], location[1:], tactic, left)
        return replace(root, rest=(*root.rest[: location[0]], child, *root.rest[location[0] + 1 :]))
    if not root.open:
        raise ValueError("only an open goal takes a tactic")
    if left is None:
        return Node(root.state, tactic)
    groups = left.groups()
    if len(groups) == 1:
        return Node(root.state, tactic, (tuple(range(len(left.goals))),), (Node(left),))
    rest = tuple(Node(TacticState(tuple(left.goals[i] for i in group), _of_part(left, group))) for group in groups)
    return Node(root.state, tactic, tuple(tuple(group) for group in groups), rest)


def _of_part(left: TacticState, group: list[int]) -> str:
    """A fingerprint for some goals of a state, as long as Lean has not been asked for theirs."""
    return f"{left.fingerprint}/{','.join(map(str, group))}"


def as_step(node: Node) -> Step:
    """The tree as the search writes its proofs; `sorry` for what is open."""
    if node.tactic is None:
        return Step(_HOLE if len(node.state.goals) == 1 else _HOLES)
    return Step(node.tactic, tuple(as_step(child) for child in node.rest), node.parts)


def text(node: Node, *, structured: bool = True) -> str:
    """Tactic lines, unindented, to stand after `by`: a tactic a line, cases in blocks, `sorry` for what is open.

    `structured` False: every tactic as it was typed, which Lean is surer to accept.
    """
    step = as_step(node)
    return script.text(script.structured(step) if structured else script.plain(step))
