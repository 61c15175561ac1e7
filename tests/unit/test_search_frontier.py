"""Frontiers: order, stale entries, what is pruned and retracted."""

from __future__ import annotations

from math import exp, sqrt
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from number_game import Game, always

from prover.core.budget import Budget
from prover.core.state import Goal, TacticState
from prover.search import (
    FRONTIERS,
    Beam,
    BestFirst,
    BreadthFirst,
    DepthFirst,
    Edge,
    Expansion,
    Frontier,
    Guide,
    MonteCarlo,
    Node,
    Particles,
    ProofGraph,
    Settings,
    Status,
    search,
)
from prover.search.graph import Child
from prover.search.guide import UNKNOWN
from prover.search.particles import annealed, effective_size, normalised, resampled


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

    return {"best": BestFirst(graph, Guide(ahead)), "breadth": BreadthFirst(graph), "depth": DepthFirst(graph)}


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


def deepen(graph: ProofGraph[int], node: Node[int], *beliefs: float) -> list[Node[int]]:
    """New children of a node, each by a tactic of its own."""
    before = len(graph.nodes)
    for belief in beliefs:
        number = len(graph.nodes)
        graph.extend(node, f"t{number}", belief, [Child(state_of((number,)), number, (0,))])
    return graph.nodes[before:]


def guide(**values: float) -> Guide[int]:
    """A critic that knows the nodes named `n<number>`."""
    return Guide(lambda node: -1.0, lambda node: values.get(f"n{node.number}"))


@pytest.mark.parametrize("kind", FRONTIERS)
def test_a_frontier_ends_when_the_root_is_decided(kind: str) -> None:
    graph = star([-1.0, -2.0])
    frontier = FRONTIERS[kind](graph, guide())
    frontier.observe(Expansion(graph.root, again=True, opened=tuple(graph.nodes[1:])))
    assert len(frontier) > 0 and len(frontier.select(1)) == 1
    frontier.prune(graph.solve(graph.root, "omega", -1.0).closed)
    assert frontier.select(5) == []


@pytest.mark.parametrize("kind", FRONTIERS)
def test_every_open_goal_is_reached_in_the_end(kind: str) -> None:
    """No frontier gives an open goal up: when all others are exhausted, the worst one comes too."""
    graph = star([-0.1] * 12 + [-9.0])
    frontier = FRONTIERS[kind](graph, guide())
    frontier.observe(Expansion(graph.root, again=True, opened=tuple(graph.nodes[1:])))
    worked: list[int] = []
    while selected := frontier.select(1):
        (node,) = selected
        worked.append(node.number)
        change = graph.exhaust(node)
        frontier.prune(change.closed)
        frontier.observe(Expansion(node, opened=tuple(change.opened)))
        assert len(worked) < 1000
    assert set(worked) == set(range(14))


@pytest.mark.parametrize("kind", FRONTIERS)
def test_nothing_is_selected_twice_while_it_is_worked_on(kind: str) -> None:
    graph = star([-1.0] * 6)
    frontier = FRONTIERS[kind](graph, guide())
    frontier.observe(Expansion(graph.root, again=True, opened=tuple(graph.nodes[1:])))
    out: list[Node[int]] = []
    for _ in range(10):
        out += frontier.select(1)
    assert out and len({n.number for n in out}) == len(out)
    frontier.retract(out)
    assert frontier.select(1)


def test_a_beam_keeps_the_best_of_a_layer_and_comes_back_to_the_rest() -> None:
    graph = star([-3.0, -1.0, -2.0])
    beam = Beam(graph, guide(), width=2, turns=1)
    beam.observe(Expansion(graph.root, opened=tuple(graph.nodes[1:])))
    layer = beam.select(5)
    assert [n.number for n in layer] == [2, 3]
    below = deepen(graph, layer[0], -0.5)
    beam.observe(Expansion(layer[0], again=True, opened=tuple(below)))
    assert beam.select(1) == [], "the layer is not finished"
    beam.observe(Expansion(layer[1], again=True))
    assert beam.select(5) == below, "the next layer, before what is left of this one"
    graph.exhaust(below[0])
    beam.observe(Expansion(below[0]))
    assert {n.number for n in beam.select(2)} < {1, 2, 3}, "a beam that ran dry is filled from the reserve"


def worked_once(tree: MonteCarlo[int], graph: ProofGraph[int]) -> None:
    tree.observe(Expansion(graph.root, again=True))
    assert tree.select(1) == [graph.root]
    tree.observe(Expansion(graph.root, again=True))


def test_puct_follows_prior_then_reward() -> None:
    graph = star([-0.5, -3.0])
    tree = MonteCarlo(graph, guide(n1=-4.0, n2=-0.01), widen=0.0)
    worked_once(tree, graph)
    assert [n.number for n in tree.select(1)] == [1], "the prior's choice while nothing is known"
    tree.observe(Expansion(graph.nodes[1], again=True))
    for _ in range(12):
        (node,) = tree.select(1)
        if node.number == 2:
            break
        tree.observe(Expansion(node, again=True))
    else:
        pytest.fail("nothing came of the first tactic, and the second was never visited")


def test_virtual_losses_send_the_next_descent_elsewhere_and_are_taken_back() -> None:
    graph = star([-1.0, -1.0])
    tree = MonteCarlo(graph, guide(), widen=0.0)
    worked_once(tree, graph)
    assert {n.number for n in tree.select(2)} == {1, 2}
    tree.retract(graph.nodes[1:])
    assert all(v.lost == 0 for v in [*tree._node.values(), *tree._edge.values()])


def test_widening_is_progressive() -> None:
    graph = star([-1.0])
    tree = MonteCarlo(graph, guide(), widen=1.0, exponent=0.5)
    tree.observe(Expansion(graph.root, again=True))
    turns: list[int] = []
    for _ in range(100):
        (node,) = tree.select(1)
        turns.append(node.number)
        if node is not graph.root:
            deepen(graph, node, -1.0)
        tree.observe(Expansion(node, again=True))
    assert 5 <= turns.count(0) <= 15, "about the square root of the visits"


def test_a_descent_goes_to_the_sibling_in_doubt() -> None:
    graph: ProofGraph[int] = ProofGraph(state_of((0,)), 0)
    graph.extend(graph.root, "constructor", -0.1, [Child(state_of((n,)), n, (n - 1,)) for n in (1, 2)])
    for kind in (MonteCarlo(graph, guide(n1=-0.1, n2=-2.0), widen=0.0), Particles(graph, guide(n1=-0.1, n2=-2.0))):
        graph.root.exhausted = True
        kind.observe(Expansion(graph.root))
        assert [n.number for n in kind.select(1)] == [2]


def test_entropic_annealing() -> None:
    even = [0.0] * 4
    assert annealed(even, 0.0) == [0.25] * 4
    steep = [0.0, -20.0, -20.0, -20.0]
    plain = normalised(steep)
    assert effective_size(plain) == pytest.approx(1.0, abs=1e-6)
    early, late = annealed(steep, 0.0), annealed(steep, 1.0)
    assert effective_size(early) > effective_size(late) == pytest.approx(effective_size(plain))
    assert early == pytest.approx(normalised(steep, 4.0)), "temperature N / ESS at the beginning"
    assert annealed(steep, 0.5) == pytest.approx(normalised(steep, 2.0)), "half of it half way"


@given(weights=st.lists(st.floats(0.001, 1.0), min_size=1, max_size=20), draw=st.floats(0.0, 1.0, exclude_max=True))
def test_systematic_resampling_is_fair(weights: list[float], draw: float) -> None:
    total = sum(weights)
    shares = [w / total for w in weights]
    found = resampled(shares, draw)
    assert len(found) == len(weights) and found == sorted(found)
    for i, share in enumerate(shares):
        assert abs(found.count(i) - len(weights) * share) < 1 + 1e-6


def test_particles_are_drawn_alike_from_one_seed() -> None:
    def walk(seed: int) -> list[int]:
        graph = star([-1.0, -1.1, -0.9, -2.0])
        particles = Particles(graph, Guide(lambda node: -1.0, seed=seed), number=4)
        particles.observe(Expansion(graph.root, again=True))
        order: list[int] = []
        for _ in range(40):
            for node in particles.select(1):
                order.append(node.number)
                particles.observe(Expansion(node, again=True))
        return order

    assert walk(1) == walk(1) and len({tuple(walk(seed)) for seed in range(5)}) > 1


class Plain(MonteCarlo[int]):
    """Says of every choice whether it is the one that PUCT makes when nothing is kept from before."""

    choices = 0

    def _best(self, node: Node[int], choices: Any) -> Edge[int]:
        chosen = super()._best(node, choices)
        edges = [e for e in node.edges if e.status is Status.OPEN]
        mass = sum(exp(e.log_probability) for e in edges)
        visits = self._of_node(node)

        def bound(edge: Edge[int]) -> float:
            seen, share = self._of_edge(edge), exp(edge.log_probability) / mass
            root = sqrt(max(1, visits.number + visits.lost))
            return seen.mean(visits.mean(UNKNOWN)) + self.exploration * share * root / (1 + seen.number + seen.lost)

        assert chosen is max(edges, key=bound)
        Plain.choices += 1
        return chosen


@given(start=st.integers(4, 60), moves=st.permutations(("split", "half", "dec", "slow")), in_flight=st.integers(1, 3))
@settings(max_examples=40)
async def test_what_a_descent_keeps_does_not_change_where_it_goes(start: int, moves: list[str], in_flight: int) -> None:
    config = Settings(in_flight=in_flight, width=2, shorten_seconds=0)
    generator = always(*moves, "zero")
    await search(Game(start), generator, budget=Budget(expansions=80), settings=config, frontier=Plain)
    assert Plain.choices
