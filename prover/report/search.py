"""One search, put together again from its events."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field

from prover.report.fields import Fields

_TEXT = 600

OPEN, SOLVED, DEAD = "open", "solved", "dead"


@dataclass(slots=True)
class Try:
    """A tactic that was run on a state. `outcome`: the outcome's class; `Refused`: the graph knew what it led to."""

    tactic: str
    outcome: str
    reason: str = ""
    text: str = ""
    source: str = ""
    log_probability: float = 0.0
    level: int = 0
    seconds: float = 0.0
    heartbeats: int = 0


@dataclass(slots=True)
class Edge:
    """A tactic that led somewhere; no children: it closed the state. `ran`: the try it came from, if known."""

    parent: int
    tactic: str
    source: str
    log_probability: float
    children: tuple[int, ...]
    at: float
    ran: Try | None = None
    status: str = OPEN
    in_proof: bool = False


@dataclass(slots=True)
class State:
    """An OR node. `home`: the edge under which a tree shows it; -1: none (the root, or out of its reach)."""

    number: int
    goal: str = ""
    at: float = 0.0
    status: str = OPEN
    exhausted: bool = False
    expansions: int = 0
    log_probability: float = 0.0
    priority: float = math.nan
    home: int = -1
    depth: int = 0
    in_proof: bool = False
    edges: list[int] = field(default_factory=list[int])
    needed_by: list[int] = field(default_factory=list[int])
    tries: list[Try] = field(default_factory=list[Try])


@dataclass(slots=True)
class Search:
    """One search for one goal. `take` its events in order, then `settle`. `stop` is empty while it has not ended."""

    target: str
    began: float
    refuting: bool = False
    limit: float = 0.0
    stop: str = ""
    detail: str = ""
    seconds: float = 0.0
    checked: bool = False
    states: dict[int, State] = field(default_factory=dict[int, State])
    edges: list[Edge] = field(default_factory=list[Edge])
    proof: list[tuple[int, str, tuple[int, ...]]] = field(default_factory=list[tuple[int, str, tuple[int, ...]]])
    tallies: dict[str, int] = field(default_factory=dict[str, int])
    heartbeats: int = 0
    _ran: dict[tuple[int, str], Try] = field(default_factory=dict[tuple[int, str], Try])

    def take(self, kind: str, fields: Fields, time: float) -> None:
        """Takes in one event; kinds it does not know are passed over."""
        at = max(0.0, time - self.began)
        node = fields.whole("node")
        if kind == "SearchEnded":
            self._ended(fields)
        elif node < 0:
            return
        elif kind == "NodeOpened":
            state = self._state(node)
            state.goal, state.at = fields.text("goal"), at
        elif kind == "NodeExpanded":
            state = self._state(node)
            state.expansions += 1
            state.log_probability = fields.number("log_probability")
            state.priority = fields.number("priority", math.nan)
        elif kind == "NodeExhausted":
            self._state(node).exhausted = True
        elif kind == "TacticTried":
            self._tried(self._state(node), fields)
        elif kind == "EdgeRefused":
            ran = self._ran.pop((node, fields.text("tactic")), None)
            if ran is not None:
                ran.outcome, ran.reason = "Refused", "known"
        elif kind == "EdgeAdded":
            self._edge(node, fields, fields.wholes("children"), fields.text("tactic"), at)
        elif kind == "Solved":
            self._edge(node, fields, (), fields.text("proposed") or fields.text("tactic"), at)

    def settle(self) -> None:
        """Works out what follows from the events: the proof's edges, who is solved or dead, places in the tree."""
        self._mark_proof()
        self._spread_solved()
        self._spread_dead()
        self._place()
        for state in self.states.values():
            led = {id(self.edges[e].ran) for e in state.edges}
            state.tries = [t for t in state.tries if id(t) not in led]
        self._ran.clear()

    # -- taking in

    def _state(self, number: int) -> State:
        found = self.states.get(number)
        if found is None:
            found = self.states[number] = State(number)
        return found

    def _tried(self, state: State, fields: Fields) -> None:
        outcome = fields.text("outcome")
        tried = Try(
            tactic=fields.text("tactic"),
            outcome=outcome,
            reason=fields.text("reason"),
            text=fields.text("text", _TEXT),
            source=fields.text("source"),
            log_probability=fields.number("log_probability"),
            level=fields.whole("level", 0),
            seconds=fields.number("seconds"),
            heartbeats=fields.whole("heartbeats", 0),
        )
        state.tries.append(tried)
        self.tallies[outcome] = self.tallies.get(outcome, 0) + 1
        self.heartbeats += tried.heartbeats
        if outcome in ("Progress", "Solved"):
            self._ran[state.number, tried.tactic] = tried

    def _edge(self, node: int, fields: Fields, children: tuple[int, ...], proposed: str, at: float) -> None:
        edge = Edge(node, fields.text("tactic"), fields.text("source"), fields.number("log_probability"), children, at)
        edge.ran = self._ran.pop((node, proposed), None)
        self._add(edge)

    def _add(self, edge: Edge) -> None:
        self._state(edge.parent).edges.append(len(self.edges))
        for child in dict.fromkeys(edge.children):
            self._state(child).needed_by.append(len(self.edges))
        self.edges.append(edge)

    def _ended(self, fields: Fields) -> None:
        self.stop, self.detail = fields.text("stop"), fields.text("detail")
        self.seconds, self.checked = fields.number("seconds"), fields.flag("checked")
        self.proof = [
            (step.whole("node"), step.text("tactic"), step.wholes("children")) for step in fields.inners("proof")
        ]

    # -- working out

    def _mark_proof(self) -> None:
        for node, tactic, children in self.proof:
            if node not in self.states:
                continue
            state = self.states[node]
            state.in_proof = True
            known = [self.edges[e] for e in state.edges]
            found = next((e for e in known if (e.tactic, e.children) == (tactic, children)), None)
            if found is None:
                # Found afterwards, when the proof was shortened.
                found = Edge(node, tactic, "shorten", 0.0, children, self.seconds)
                self._add(found)
            found.in_proof = True

    def _spread_solved(self) -> None:
        waiting = [len(set(edge.children)) for edge in self.edges]
        ready = deque(i for i, count in enumerate(waiting) if count == 0)
        while ready:
            edge = self.edges[ready.popleft()]
            edge.status = SOLVED
            state = self.states[edge.parent]
            if state.status == SOLVED:
                continue
            state.status = SOLVED
            for above in state.needed_by:
                waiting[above] -= 1
                if waiting[above] == 0:
                    ready.append(above)

    def _spread_dead(self) -> None:
        ready = deque(self.states.values())
        while ready:
            state = ready.popleft()
            if state.status != OPEN or not state.exhausted or any(self.edges[e].status != DEAD for e in state.edges):
                continue
            state.status = DEAD
            for above in state.needed_by:
                self.edges[above].status = DEAD
                ready.append(self.states[self.edges[above].parent])

    def _place(self) -> None:
        """A spanning tree, by breadth; where several ways lead to a state, a proof's comes first."""
        if 0 not in self.states:
            return
        placed = {0}
        for proof_only in (True, False):
            waiting = deque(sorted(placed))
            while waiting:
                number = waiting.popleft()
                for index in self.states[number].edges:
                    edge = self.edges[index]
                    if proof_only and not edge.in_proof:
                        continue
                    for child in edge.children:
                        if child not in placed:
                            placed.add(child)
                            self.states[child].home = index
                            self.states[child].depth = self.states[number].depth + 1
                            waiting.append(child)
