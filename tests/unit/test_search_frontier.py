"""Frontiers: order, stale entries, what is pruned and retracted."""

from __future__ import annotations

import pytest

from prover.core.state import Goal, TacticState
from prover.search import BestFirst, BreadthFirst, DepthFirst, Expansion, Frontier, Node, ProofGraph
from prover.search.graph import Child


def state_of(numbers: tuple[int, ...]) -> TacticState:
    return TacticState(tuple(Goal(str(n), group=i) for i, n in enumerate(numbers)), str(numbers))


def star(beliefs: list[float]) -> ProofGraph[int]:
    graph: ProofGraph[int] = ProofGraph(state_of((0,)), 0)
    for number, belief in enumerate(beliefs, 1):
        graph.extend(graph.root, f"t{number}", belief, [Child(state_of((number,)), number, (0,))])
    return graph


def frontiers(graph: ProofGraph[int]) -> dict[str, Frontier[int]]:
    def ahead(node: Node[int]) -> float:
        return 0.0

    return {"best": BestFirst(graph, ahead), "breadth": BreadthFirst(graph), "depth": DepthFirst(graph)}


@pytest.mark.parametrize(("kind", "order"), [("best", [2, 3, 1]), ("breadth", [1, 2, 3]), ("depth", [1, 2, 3])])
def test_order(kind: str, order: list[int]) -> None:
    graph = star([-3.0, -1.0, -2.0])
    frontier = frontiers(graph)[kind]
    frontier.observe(Expansion(graph.root, opened=tuple(graph.nodes[1:])))
    assert [n.number for n in frontier.select(9)] == order
    assert len(frontier) == 0 and frontier.select(1) == []


@pytest.mark.parametrize("kind", ["best", "breadth", "depth"])
def test_pruned_nodes_do_not_come_and_retracted_ones_do(kind: str) -> None:
    graph = star([-1.0, -2.0, -3.0])
    frontier = frontiers(graph)[kind]
    frontier.observe(Expansion(graph.root, opened=tuple(graph.nodes[1:])))
    frontier.prune([graph.nodes[2]])
    first = frontier.select(1)
    frontier.retract(first)
    assert len(frontier) == 2
    assert {n.number for n in frontier.select(9)} == {1, 3}


@pytest.mark.parametrize("kind", ["best", "breadth", "depth"])
def test_a_node_observed_twice_comes_once(kind: str) -> None:
    graph = star([-1.0])
    frontier = frontiers(graph)[kind]
    for _ in range(3):
        frontier.observe(Expansion(graph.root, opened=(graph.nodes[1],)))
    assert len(frontier.select(9)) == 1


def test_decided_nodes_are_skipped() -> None:
    graph = star([-1.0, -2.0])
    frontier = frontiers(graph)["best"]
    frontier.observe(Expansion(graph.root, opened=tuple(graph.nodes[1:])))
    graph.exhaust(graph.nodes[1])
    assert [n.number for n in frontier.select(9)] == [2]


def test_long_paths_are_not_starved() -> None:
    graph: ProofGraph[int] = ProofGraph(state_of((0,)), 0)
    node = graph.root
    for number in range(1, 5):
        graph.extend(node, f"t{number}", -0.5, [Child(state_of((number,)), number, (0,))])
        node = graph.nodes[number]
    graph.extend(graph.root, "other", -1.5, [Child(state_of((9,)), 9, (0,))])
    frontier = frontiers(graph)["best"]
    frontier.observe(Expansion(graph.root, opened=(graph.nodes[4], graph.nodes[5])))
    assert frontier.select(1) == [graph.nodes[4]], "four steps of -0.5 beat one of -1.5"


def test_a_better_path_moves_a_node_forward() -> None:
    graph = star([-4.0, -1.0])
    frontier = frontiers(graph)["best"]
    frontier.observe(Expansion(graph.root, opened=tuple(graph.nodes[1:])))
    change = graph.extend(graph.root, "better", -0.5, [Child(state_of((1,)), 1, (0,)), Child(state_of((3,)), 3, (1,))])
    frontier.observe(Expansion(graph.root, opened=tuple(change.opened)))
    assert {n.number for n in frontier.select(2)} == {1, 3}
