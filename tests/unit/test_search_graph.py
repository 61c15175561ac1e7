"""The proof graph against recomputation from scratch, and against networkx."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import networkx
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from prover.core.state import Goal, TacticState
from prover.search import Status, to_json, to_networkx, write_graphml
from prover.search.graph import Child, ProofGraph

POOL = 14


def state_of(numbers: tuple[int, ...]) -> TacticState:
    return TacticState(tuple(Goal(str(n), group=i) for i, n in enumerate(numbers)), str(numbers))


def child(number: int) -> Child[int]:
    return Child(state_of((number,)), number, (0,))


class Growing(RuleBasedStateMachine):
    """Random growth: tactics that close, progress, split, merge and repeat; generators that run dry."""

    def __init__(self) -> None:
        super().__init__()
        self.graph: ProofGraph[int] = ProofGraph(state_of((0,)), 0)
        self.pruned: set[int] = set()
        self.count = 0

    def _take(self, pick: int) -> int:
        return pick % len(self.graph.nodes)

    def _tactic(self) -> str:
        self.count += 1
        return f"t{self.count}"

    @rule(pick=st.integers(0, 99), into=st.lists(st.integers(0, POOL), min_size=1, max_size=3), belief=st.floats(-5, 0))
    def extend(self, pick: int, into: list[int], belief: float) -> None:
        node = self.graph.nodes[self._take(pick)]
        if not node.exhausted and node.status is Status.OPEN:
            before = len(self.graph.nodes)
            change = self.graph.extend(node, self._tactic(), belief, [child(t) for t in into])
            assert change.added or len(self.graph.nodes) == before

    @rule(pick=st.integers(0, 99), belief=st.floats(-5, 0))
    def solve(self, pick: int, belief: float) -> None:
        node = self.graph.nodes[self._take(pick)]
        if node.status is not Status.DEAD:
            self.graph.solve(node, self._tactic(), belief)

    @rule(pick=st.integers(0, 99))
    def exhaust(self, pick: int) -> None:
        self.graph.exhaust(self.graph.nodes[self._take(pick)])

    @invariant()
    def holds(self) -> None:
        self.graph.check_invariants()

    @invariant()
    def agrees_with_networkx(self) -> None:
        drawn = to_networkx(self.graph)
        assert networkx.is_directed_acyclic_graph(drawn)
        assert set(drawn) == {"n0"} | networkx.descendants(drawn, "n0")
        oracle = Oracle(drawn)
        for node in self.graph.nodes:
            name = f"n{node.number}"
            assert (node.status is Status.SOLVED) == oracle.solved[name]
            assert (node.size or float("inf")) == oracle.distance[name]
            assert self.graph.wanted(node) == (name in oracle.wanted)
            assert node.path.total == pytest.approx(oracle.path[name])


class Oracle:
    """Status, proof distance, demand and best path, computed from the drawing by definition and not by updates."""

    def __init__(self, drawn: Any) -> None:
        self.solved: dict[str, bool] = {}
        self.distance: dict[str, float] = {}
        for name in reversed(list(networkx.topological_sort(drawn))):
            below = list(drawn.successors(name))
            if drawn.nodes[name]["kind"] == "and":
                self.solved[name] = all(self.solved[n] for n in below)
                self.distance[name] = 1 + sum(self.distance[n] * drawn.number_of_edges(name, n) for n in below)
            else:
                self.solved[name] = any(self.solved[n] for n in below)
                self.distance[name] = min((self.distance[n] for n in below), default=float("inf"))
        # What is wanted: what the root reaches through nothing but open goals and open tactics.
        still_open = [n for n, data in drawn.nodes(data=True) if data["status"] == "open"]
        part = drawn.subgraph(still_open)
        self.wanted = {"n0"} | networkx.descendants(part, "n0") if "n0" in part else set[str]()
        # Best path: shortest way by Bellman and Ford, the cost of a tactic being minus its log-probability.
        costs = {(u, v): -drawn.nodes[v].get("log_probability", 0.0) for u, v, _ in drawn.edges}
        away = networkx.single_source_bellman_ford_path_length(drawn, "n0", weight=lambda u, v, _: costs[u, v])
        self.path = {name: -cost for name, cost in away.items()}


TestGrowing = Growing.TestCase
TestGrowing.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)


def test_a_better_path_is_carried_down() -> None:
    graph: ProofGraph[int] = ProofGraph(state_of((0,)), 0)
    graph.extend(graph.root, "a", -5.0, [child(1)])
    one = graph.nodes[1]
    graph.extend(one, "b", -1.0, [child(2)])
    two = graph.nodes[2]
    assert two.path.total == -6.0 and two.path.length == 2
    graph.extend(graph.root, "c", -1.0, [child(3)])
    change = graph.extend(graph.nodes[3], "d", -1.0, [child(1)])
    assert one.path.total == -2.0 and two.path.total == -3.0 and two.path.length == 3
    assert {n.number for n in change.opened} >= {1, 2}
    assert two.history == ("c", "d", "b")


def test_a_state_equal_to_an_ancestor_is_refused() -> None:
    graph: ProofGraph[int] = ProofGraph(state_of((0,)), 0)
    graph.extend(graph.root, "a", -1.0, [child(1)])
    assert not graph.extend(graph.nodes[1], "back", -1.0, [child(0)]).added
    assert not graph.extend(graph.nodes[1], "stay", -1.0, [child(1)]).added
    assert graph.refused == 2


def test_siblings_share_the_path_and_the_penalty() -> None:
    graph: ProofGraph[int] = ProofGraph(state_of((0,)), 0, sibling_penalty=-0.5)
    graph.extend(graph.root, "a", -1.0, [child(1), child(2), child(3)])
    assert [n.path.total for n in graph.nodes[1:]] == [-2.0] * 3


def test_what_only_a_decided_goal_needs_is_not_wanted() -> None:
    graph: ProofGraph[int] = ProofGraph(state_of((0,)), 0)
    graph.extend(graph.root, "split", -1.0, [child(1), child(2)])
    graph.extend(graph.nodes[1], "deeper", -1.0, [child(3)])
    closed = graph.exhaust(graph.nodes[2]).closed
    assert {n.number for n in closed} == {1, 2, 3}
    assert graph.nodes[1].status is Status.OPEN and not graph.wanted(graph.nodes[1])
    graph.extend(graph.root, "other", -1.0, [child(3)])
    assert graph.wanted(graph.nodes[3])


def test_the_shorter_proof_wins_later() -> None:
    graph: ProofGraph[int] = ProofGraph(state_of((0,)), 0)
    graph.extend(graph.root, "a", -1.0, [child(1)])
    graph.extend(graph.nodes[1], "b", -1.0, [child(2)])
    graph.solve(graph.nodes[2], "c", -1.0)
    assert graph.root.size == 3
    graph.solve(graph.root, "omega", -1.0)
    assert graph.root.size == 1 and graph.root.best is not None and graph.root.best.tactic == "omega"
    graph.check_invariants()


def test_a_tree_keeps_equal_states_apart_and_refuses_ancestors() -> None:
    graph: ProofGraph[int] = ProofGraph(state_of((0,)), 0, merge=False)
    assert graph.extend(graph.root, "a", -1.0, [child(1)]).added
    assert graph.extend(graph.root, "b", -2.0, [child(1)]).added
    assert len(graph.nodes) == 3 and graph.merged == 0
    assert graph.extend(graph.nodes[1], "c", -1.0, [child(2), child(3)]).added
    assert not graph.extend(graph.nodes[3], "back", -1.0, [child(5), child(1)]).added
    assert not graph.extend(graph.nodes[3], "stay", -1.0, [child(2)]).added
    graph.check_invariants()


def drawn_example() -> ProofGraph[int]:
    graph: ProofGraph[int] = ProofGraph(state_of((0,)), 0)
    graph.extend(graph.root, "constructor", -1.0, [child(1), child(2)])
    graph.extend(graph.nodes[1], "odd \x01 character", -1.0, [child(3)])
    for number in (2, 3):
        graph.solve(graph.nodes[number], "omega", -0.5)
    return graph


def test_json_holds_the_graph_and_the_proof() -> None:
    graph = drawn_example()
    data = json.loads(json.dumps(to_json(graph)))
    assert [n["distance"] for n in data["nodes"]] == [4, 2, 1, 1]
    assert [(e["parent"], e["children"], e["status"]) for e in data["edges"]] == [
        (0, [1, 2], "solved"),
        (1, [3], "solved"),
        (2, [], "solved"),
        (3, [], "solved"),
    ]
    found = [data["edges"][e]["tactic"] for e in data["proof"]]
    assert found == [
        "constructor",
        "odd \x01 character",
        "omega",
        "omega",
    ]


def test_graphml_is_read_back(tmp_path: Path) -> None:
    graph = drawn_example()
    write_graphml(graph, tmp_path / "graph.xml")
    read = networkx.read_graphml(tmp_path / "graph.xml", force_multigraph=True)
    assert networkx.is_isomorphic(read, to_networkx(graph))
    assert read.nodes["n0"]["distance"] == 4 and read.nodes["e0"]["tactic"] == "constructor"
    assert read.nodes["e1"]["tactic"] == "odd \ufffd character"
