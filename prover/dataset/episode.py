"""One search as its events tell it, without its texts: its graph, what was proved in it, how it ended."""

from __future__ import annotations

import heapq
from collections import defaultdict, deque
from dataclasses import dataclass, field

from prover.dataset.line import Line
from prover.dataset.record import DEAD, KNOWN, OPEN, PROVED, UNEXPLORED


@dataclass(slots=True, eq=False)
class Edge:
    """A tactic that led from `node` to `children`; no children: it closed the node. `told`: a `TacticTried` event
    has it too. `remaining`: tactics of the shortest known proof that begins with it."""

    node: int
    tactic: str
    children: tuple[int, ...]
    told: bool = True
    on_proof: bool = False
    remaining: int | None = None
    dead: bool = False

    @property
    def length(self) -> int:
        """A root of several goals is taken apart by a step that is no tactic."""
        return 1 if self.tactic else 0


@dataclass(slots=True, eq=False)
class Episode:
    """A search from its start to its end, or to where it was begun anew. `take` its events in order, then `settle`.

    `opened`: where in the log a node's goal is told; `states`: its fingerprint. `script`: the proof, blanks left out.
    """

    search: str
    name: str
    refuting: bool
    opened: dict[int, int] = field(default_factory=dict[int, int])
    states: dict[int, str] = field(default_factory=dict[int, str])
    offered: dict[int, tuple[str, ...]] = field(default_factory=dict[int, tuple[str, ...]])
    depths: dict[int, int] = field(default_factory=dict[int, int])
    edges: dict[tuple[int, str], Edge] = field(default_factory=dict[tuple[int, str], Edge])
    scripts: tuple[str, ...] = ()
    _ran: set[tuple[int, str]] = field(default_factory=set[tuple[int, str]])
    _refused: set[tuple[int, str]] = field(default_factory=set[tuple[int, str]])
    _exhausted: set[int] = field(default_factory=set[int])
    _expanded: set[int] = field(default_factory=set[int])
    _proof: list[tuple[int, str, tuple[int, ...]]] = field(default_factory=list[tuple[int, str, tuple[int, ...]]])
    _sizes: dict[int, int] = field(default_factory=dict[int, int])

    def take(self, line: Line) -> None:
        """Takes in one event; kinds it does not know are passed over."""
        fields = line.fields
        node, tactic = fields.whole("node"), fields.text("tactic")
        match line.kind:
            case "NodeOpened":
                self.opened[node] = line.offset
                self.states[node] = fields.text("state")
            case "TacticTried" if fields.text("outcome") in ("Progress", "Solved"):
                self._ran.add((node, tactic))
            case "EdgeAdded" | "Solved":
                self._add(Edge(node, tactic, fields.wholes("children"), told=(node, tactic) in self._ran))
            case "EdgeRefused":
                self._refused.add((node, tactic))
            case "NodeExpanded":
                self._expanded.add(node)
                if fields.texts("premises"):
                    self.offered[node] = fields.texts("premises")
            case "NodeExhausted":
                self._exhausted.add(node)
            case "SearchEnded":
                steps = fields.inners("proof")
                self._proof = [(s.whole("node"), s.text("tactic"), s.wholes("children")) for s in steps]
            case "SearchResult":
                found = (fields.text("script"), fields.text("first_script"))
                self.scripts = tuple(squeezed(script) for script in found if script)
            case _:
                pass

    def _add(self, edge: Edge) -> None:
        self.edges.setdefault((edge.node, edge.tactic), edge)

    def settle(self) -> None:
        """Works out what follows from the events: the proof, distances to its end, what is dead, depths."""
        for node, tactic, children in self._proof:
            if node not in self.opened:
                continue
            # Some steps are found afterwards, when the proof is shortened, and told of here only.
            self._add(Edge(node, tactic, children, told=False))
            self.edges[node, tactic].on_proof = True
        self._ran.clear()
        self._measure()
        self._bury()
        self._sound()

    def led_to(self, node: int, tactic: str) -> str:
        """What became of where a tactic led that left goals."""
        edge = self.edges.get((node, tactic))
        if edge is None:
            return KNOWN if (node, tactic) in self._refused else UNEXPLORED
        if edge.remaining is not None:
            return PROVED
        if edge.dead:
            return DEAD
        unproved = (child for child in edge.children if child not in self._sizes)
        return OPEN if all(child in self._expanded for child in unproved) else UNEXPLORED

    # -- working out

    def _measure(self) -> None:
        """The size of the smallest proof of each proved node (Knuth's generalization of Dijkstra's algorithm, 1977)."""
        needed_by: defaultdict[int, list[Edge]] = defaultdict(list)
        waiting: dict[int, int] = {}
        ready: list[tuple[int, int]] = []
        for edge in self.edges.values():
            waiting[id(edge)] = len(set(edge.children))
            for child in set(edge.children):
                needed_by[child].append(edge)
            if not edge.children:
                edge.remaining = edge.length
                heapq.heappush(ready, (edge.length, edge.node))
        while ready:
            size, node = heapq.heappop(ready)
            if node in self._sizes:
                continue
            self._sizes[node] = size
            for edge in needed_by[node]:
                waiting[id(edge)] -= 1
                if waiting[id(edge)] == 0:
                    edge.remaining = edge.length + sum(self._sizes[child] for child in edge.children)
                    heapq.heappush(ready, (edge.remaining, edge.node))

    def _bury(self) -> None:
        """A node of which nothing is left to try is dead when all its edges are; an edge, when a child is."""
        above: defaultdict[int, list[Edge]] = defaultdict(list)
        alive: defaultdict[int, int] = defaultdict(int)
        for edge in self.edges.values():
            alive[edge.node] += 1
            for child in set(edge.children):
                above[child].append(edge)
        ready = deque(node for node in self._exhausted if alive[node] == 0)
        while ready:
            for edge in above[ready.popleft()]:
                if not edge.dead:
                    edge.dead = True
                    alive[edge.node] -= 1
                    if alive[edge.node] == 0 and edge.node in self._exhausted:
                        ready.append(edge.node)

    def _sound(self) -> None:
        """The least number of tactics from the root to each node."""
        below: defaultdict[int, list[Edge]] = defaultdict(list)
        for edge in self.edges.values():
            below[edge.node].append(edge)
        ready = deque([0])
        self.depths[0] = 0
        while ready:
            node = ready.popleft()
            for edge in below[node]:
                depth = self.depths[node] + edge.length
                for child in edge.children:
                    if depth < self.depths.get(child, depth + 1):
                        self.depths[child] = depth
                        ready.append(child)


def squeezed(script: str) -> str:
    """A script without its blanks: however it is indented, it is the same."""
    return "".join(script.split())
