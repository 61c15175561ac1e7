"""The AND-OR graph of a search.

An OR node is a state whose goals stand or fall together (one goal, or goals that share metavariables): any one of its
edges may prove it. An edge is a tactic; with several children it is the AND node: all of them are needed, and `parts`
says which goals of the tactic's result each child took over. States with equal fingerprints are one node. An edge
that would close a cycle (a child equal to an ancestor) is refused, so the graph is acyclic and extraction ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Generic

from prover.core.state import TacticState
from prover.search.node import Edge, Node, Path, Status
from prover.search.runner import Handle


@dataclass(slots=True)
class Change(Generic[Handle]):
    """What a step did to nodes other than the one it looked at."""

    #: New nodes, nodes with a better path, nodes needed again: to be (re)considered by the frontier.
    opened: list[Node[Handle]] = field(default_factory=list["Node[Handle]"])
    #: Nodes that no open goal needs any more, or that are decided.
    closed: list[Node[Handle]] = field(default_factory=list["Node[Handle]"])
    #: False: the edge was refused (a cycle) or repeats a known one.
    added: bool = True


@dataclass(frozen=True, slots=True)
class Child(Generic[Handle]):
    """A goal group that a tactic left: its live state and its place among the goals left."""

    state: TacticState
    handle: Handle
    part: tuple[int, ...]


class ProofGraph(Generic[Handle]):
    """Nodes by fingerprint, edges, and what follows from them: status, proof distance, demand, paths.

    A tactic that leaves several goals adds `sibling_penalty` (a log-probability, ≤ 0) for each goal beyond the first:
    all of them must be proved. Every sibling is reached by the same path. `merge=False` keeps equal states apart: a
    tree, to compare with; states equal to an ancestor are refused there too.
    """

    def __init__(
        self, state: TacticState, handle: Handle, *, sibling_penalty: float = -0.3, merge: bool = True
    ) -> None:
        self.sibling_penalty = sibling_penalty
        self.merge = merge
        self.root: Node[Handle] = Node(0, state, handle, Path())
        self.nodes: list[Node[Handle]] = [self.root]
        self.by_fingerprint: dict[str, Node[Handle]] = {state.fingerprint: self.root}
        self.edge_count = 0
        self.merged = 0
        self.refused = 0

    def find(self, fingerprint: str) -> Node[Handle] | None:
        """The node of a state, where equal states are one node."""
        return self.by_fingerprint.get(fingerprint) if self.merge else None

    def wanted(self, node: Node[Handle]) -> bool:
        """Whether proving this node can still help to prove the root."""
        return node.status is Status.OPEN and (node is self.root or node.demand > 0)

    # --- growing

    def solve(self, node: Node[Handle], tactic: str, log_probability: float, source: str = "") -> Change[Handle]:
        """Records a tactic that leaves no goals."""
        return self._attach(Edge(node, tactic, log_probability, source=source), [])

    def extend(
        self,
        node: Node[Handle],
        tactic: str,
        log_probability: float,
        children: Sequence[Child[Handle]],
        source: str = "",
    ) -> Change[Handle]:
        """Records a tactic that leaves goals. `added` is false when it says nothing new."""
        known = [self.find(child.state.fingerprint) for child in children]
        if self._repeats_a_way(node, children) or any(found and self._is_ancestor(found, node) for found in known):
            self.refused += 1
            return Change(added=False)
        if any(found is not None and found.status is Status.DEAD for found in known):
            return Change(added=False)
        if None not in known and any(set(edge.children) == set(known) for edge in node.edges if edge.children):
            return Change(added=False)
        path = node.path.then(log_probability + self.sibling_penalty * (len(children) - 1))
        opened: list[Node[Handle]] = []
        nodes: list[Node[Handle]] = []
        for child in children:
            found = self.find(child.state.fingerprint)
            if found is None:
                found = Node(len(self.nodes), child.state, child.handle, path)
                self.nodes.append(found)
                self.by_fingerprint[child.state.fingerprint] = found
                opened.append(found)
            else:
                self.merged += 1
            nodes.append(found)
        parts = tuple(child.part for child in children)
        edge = Edge(node, tactic, path.total - node.path.total, tuple(nodes), parts, source)
        return self._attach(edge, opened)

    def exhaust(self, node: Node[Handle]) -> Change[Handle]:
        """Nothing more will be proposed for this node: it dies when all its edges are dead."""
        change: Change[Handle] = Change()
        node.exhausted = True
        self._settle(node, change)
        return change

    def _attach(self, edge: Edge[Handle], opened: list[Node[Handle]]) -> Change[Handle]:
        node = edge.parent
        change: Change[Handle] = Change(opened=opened)
        self.edge_count += 1
        was_wanted = self.wanted(node)
        node.edges.append(edge)
        for child in set(edge.children):
            child.needed_by.append(edge)
            if was_wanted:
                self._demand(child, 1, change)
            self._improve(child, node.path.then(edge.log_probability), change)
        if edge.size is not None:
            edge.status = Status.SOLVED
            if was_wanted:
                for child in set(edge.children):
                    self._demand(child, -1, change)
            self._prove(node, edge, change)
        return change

    def _repeats_a_way(self, node: Node[Handle], children: Sequence[Child[Handle]]) -> bool:
        """In a tree: whether a child's state is `node`'s, or that of a node above it."""
        if self.merge:
            return False
        new = {child.state.fingerprint for child in children}
        while node.state.fingerprint not in new:
            if not node.needed_by:
                return False
            node = node.needed_by[0].parent
        return True

    def _is_ancestor(self, candidate: Node[Handle], node: Node[Handle]) -> bool:
        """Whether `candidate` is `node` or lies on some way from the root to it.

        Looks upward from one and downward from the other in turn, and is done when either side is: a new node has few
        descendants, a shallow one few ancestors.
        """
        if candidate is node:
            return True
        up, down = [node], [candidate]
        above, below = {node.number}, {candidate.number}
        while up and down:
            for edge in up.pop().needed_by:
                if edge.parent is candidate:
                    return True
                if edge.parent.number not in above:
                    above.add(edge.parent.number)
                    up.append(edge.parent)
            for edge in down.pop().edges:
                for child in edge.children:
                    if child is node:
                        return True
                    if child.number not in below:
                        below.add(child.number)
                        down.append(child)
        return False

    # --- consequences

    def _improve(self, node: Node[Handle], path: Path, change: Change[Handle]) -> None:
        """Gives `node`, and what is below it, a better path if this is one."""
        stack = [(node, path)]
        while stack:
            current, better = stack.pop()
            if better.total <= current.path.total:
                continue
            current.path = better
            if self.wanted(current):
                change.opened.append(current)
            for edge in current.edges:
                stack.extend((child, better.then(edge.log_probability)) for child in edge.children)

    def _prove(self, node: Node[Handle], edge: Edge[Handle], change: Change[Handle]) -> None:
        """`edge` proves `node`; carries proof and shorter distances upward."""
        stack = [(node, edge)]
        while stack:
            current, proof = stack.pop()
            size = proof.size
            if size is None or (current.size is not None and current.size <= size):
                continue
            current.size, current.best = size, proof
            if current.status is not Status.SOLVED:
                self._decide(current, Status.SOLVED, change)
            for above in current.needed_by:
                if above.size is None:
                    continue
                if above.status is Status.OPEN:
                    self._close_edge(above, Status.SOLVED, change)
                stack.append((above.parent, above))

    def _settle(self, node: Node[Handle], change: Change[Handle]) -> None:
        """Kills `node` when nothing is left to try on it, and what depended on it."""
        stack = [node]
        while stack:
            current = stack.pop()
            if current.status is not Status.OPEN or not current.exhausted:
                continue
            if any(edge.status is not Status.DEAD for edge in current.edges):
                continue
            self._decide(current, Status.DEAD, change)
            for above in current.needed_by:
                if above.status is Status.OPEN:
                    self._close_edge(above, Status.DEAD, change)
                    stack.append(above.parent)

    def _decide(self, node: Node[Handle], status: Status, change: Change[Handle]) -> None:
        was_wanted = self.wanted(node)
        node.status = status
        change.closed.append(node)
        if was_wanted:
            self._drop(node, change)

    def _close_edge(self, edge: Edge[Handle], status: Status, change: Change[Handle]) -> None:
        edge.status = status
        if self.wanted(edge.parent):
            for child in set(edge.children):
                self._demand(child, -1, change)

    def _drop(self, node: Node[Handle], change: Change[Handle]) -> None:
        """`node` is not wanted any more: neither is, through it, what its open edges need."""
        for edge in node.edges:
            if edge.status is Status.OPEN:
                for child in set(edge.children):
                    self._demand(child, -1, change)

    def _demand(self, node: Node[Handle], amount: int, change: Change[Handle]) -> None:
        """Counts live edges that need `node`, and carries a change of being wanted downward."""
        stack = [(node, amount)]
        while stack:
            current, by = stack.pop()
            before = self.wanted(current)
            current.demand += by
            after = self.wanted(current)
            if before == after:
                continue
            (change.opened if after else change.closed).append(current)
            for edge in current.edges:
                if edge.status is Status.OPEN:
                    stack.extend((child, 1 if after else -1) for child in set(edge.children))

    # --- looking

    def proof_nodes(self) -> Iterator[Node[Handle]]:
        """The nodes of the root's best proof, from the root down, each once."""
        seen: set[int] = set()
        stack = [self.root] if self.root.best is not None else []
        while stack:
            node = stack.pop()
            if node.number in seen or node.best is None:
                continue
            seen.add(node.number)
            yield node
            stack.extend(reversed(node.best.children))

    def counts(self) -> dict[str, int]:
        """Numbers of nodes by status, of edges, merged transpositions and refused cycles."""
        found = {str(status): 0 for status in Status}
        for node in self.nodes:
            found[str(node.status)] += 1
        return {
            "nodes": len(self.nodes),
            **found,
            "edges": self.edge_count,
            "merged": self.merged,
            "refused": self.refused,
        }

    def check_invariants(self) -> None:
        """Recomputes what is kept up to date and compares. For tests and debugging; `AssertionError` names the
        fault."""
        order = self._order()
        assert len(order) == len(self.nodes), "every node is reached from the root, and there is no cycle"
        for node in reversed(order):
            proved = [e for e in node.edges if all(c.status is Status.SOLVED for c in e.children)]
            dead = [e for e in node.edges if any(c.status is Status.DEAD for c in e.children)]
            for edge in node.edges:
                expected = Status.SOLVED if edge in proved else Status.DEAD if edge in dead else Status.OPEN
                assert edge.status is expected, f"status of an edge of node {node.number}"
            if proved:
                assert node.status is Status.SOLVED, f"node {node.number} has a proof"
                assert node.size == min(e.size or 0 for e in proved), f"proof distance of node {node.number}"
                assert node.best in proved and node.best is not None and node.best.size == node.size
            elif node.exhausted and len(dead) == len(node.edges):
                assert node.status is Status.DEAD, f"node {node.number} has nothing left"
            else:
                assert node.status is Status.OPEN, f"node {node.number} is open"
        demand = {node.number: 0 for node in self.nodes}
        total = {node.number: float("-inf") for node in self.nodes}
        total[0] = 0.0
        for node in order:
            alive = node.status is Status.OPEN and (node is self.root or demand[node.number] > 0)
            assert node.demand == demand[node.number], f"demand of node {node.number}"
            assert abs(node.path.total - total[node.number]) < 1e-9, f"path of node {node.number}"
            for edge in node.edges:
                for child in set(edge.children):
                    total[child.number] = max(total[child.number], total[node.number] + edge.log_probability)
                    demand[child.number] += alive and edge.status is Status.OPEN

    def _order(self) -> list[Node[Handle]]:
        """Nodes in topological order, as far as they are reached without a cycle."""
        waiting = {node.number: len(node.needed_by) for node in self.nodes}
        ready = [self.root] if not self.root.needed_by else []
        order: list[Node[Handle]] = []
        while ready:
            node = ready.pop()
            order.append(node)
            for edge in node.edges:
                for child in set(edge.children):
                    waiting[child.number] -= 1
                    if waiting[child.number] == 0:
                        ready.append(child)
        return order


def distinct(nodes: Iterable[Node[Handle]]) -> list[Node[Handle]]:
    """Without repetition, in order."""
    return list({node.number: node for node in nodes}.values())
