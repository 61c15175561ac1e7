"""Proof graph and frontiers as they grow: CPU microseconds of select and observe, MiB, at 10^3, 10^4 and 10^5 nodes.

A made-up search without Lean: each expansion takes eight candidates from an agenda of thirty, and leaves two or three
goals of ordinary size (six hypotheses), a fifth of them known already from a tactic tried on a neighbour (as where two
tactics commute). One process a frontier, so that memory is
its own; one JSON document on standard output.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import random
import resource
import statistics
import time
from typing import Any

import figures

from prover.core.candidate import Candidate
from prover.core.state import Goal, Hypothesis, TacticState
from prover.search import FRONTIERS, Expansion, Guide, Node, ProofGraph
from prover.search.agenda import Agenda
from prover.search.graph import Child

SIZES = (1_000, 10_000, 100_000)
WINDOW = 300


def state(number: int) -> TacticState:
    hypotheses = tuple(
        Hypothesis(f"h{i}", f"x{i} + {number} < y{i} * (x{i + 1} + {number})", is_prop=True) for i in range(6)
    )
    return TacticState((Goal(f"x0 + y0 * {number} = z{number} + x1", hypotheses),), f"{number:032x}")


def agenda(chance: random.Random) -> Agenda:
    made = Agenda()
    made.add(Candidate(f"simp [lemma_{chance.random()}]", -chance.random() * 5, "portfolio/simp") for _ in range(30))
    return made


def neighbours(node: Node[int]) -> list[Node[int]]:
    """What the last tactics on the node's siblings left."""
    above = node.needed_by[-1].parent if node.needed_by else node
    siblings = [child for edge in above.edges[-3:] for child in edge.children if child is not node]
    return [child for sibling in siblings for edge in sibling.edges[-3:] for child in edge.children]


def grow(name: str, sizes: tuple[int, ...]) -> list[dict[str, Any]]:
    chance = random.Random(1)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    graph: ProofGraph[int] = ProofGraph(state(0), 0)
    agendas: dict[int, Agenda] = {}

    def ahead(node: Node[int]) -> float:
        found = agendas.get(node.number)
        return 0.0 if found is None or found.best is None else found.best

    frontier = FRONTIERS[name](graph, Guide(ahead))
    frontier.observe(Expansion(graph.root, again=True))
    times: dict[str, list[float]] = {"select": [], "observe": [], "extend": []}
    found: list[dict[str, Any]] = []
    made = 0
    for size in sizes:
        for kept in times.values():
            kept.clear()
        while len(graph.nodes) < size:
            began = time.thread_time()
            (node,) = frontier.select(1)
            selected = time.thread_time()
            if node.number not in agendas:
                agendas[node.number] = agenda(chance)
            own = agendas[node.number]
            own.take(8, 1.0)
            near = neighbours(node)
            prepared = time.thread_time()
            opened: list[Node[int]] = []
            for _ in range(chance.choice((2, 3))):
                if near and chance.random() < 0.2:
                    number = int(chance.choice(near).state.fingerprint, 16)
                else:
                    made += 1
                    number = made
                change = graph.extend(node, f"t{number}", -chance.random() * 3, [Child(state(number), number, (0,))])
                opened += change.opened
            extended = time.thread_time()
            again = own.best is not None
            frontier.observe(Expansion(node, again=again, opened=tuple(opened)))
            if not again:
                graph.exhaust(node)
            done = time.thread_time()
            if size - len(graph.nodes) < 3 * WINDOW:
                times["select"].append(selected - began)
                times["extend"].append(extended - prepared)
                times["observe"].append(done - extended)
        used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        found.append(
            {
                "nodes": len(graph.nodes),
                "expanded": len(agendas),
                "timed": len(times["select"]),
                "mib": round((used - before) / 1024, 1),
                **{f"{part}_us": round(statistics.median(kept) * 1e6, 1) for part, kept in times.items()},
                **{f"{part}_mean_us": round(statistics.fmean(kept) * 1e6, 1) for part, kept in times.items()},
            }
        )
    return found


def _figures(found: dict[str, list[dict[str, Any]]]) -> list[figures.Figure]:
    made: list[figures.Figure] = []
    for name, sizes in found.items():
        small, large = ([sizes[at]["select_us"] + sizes[at]["observe_us"]] for at in (0, -1))
        what, to = f"a step of the search, {sizes[-1]['nodes']:,} nodes", f"{sizes[0]['nodes']:,} nodes"
        made.append(figures.single(name, what, "us", large[0], sizes[-1]["timed"], large[0] / max(small[0], 0.1), to))
    return made


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frontiers", nargs="*", default=list(FRONTIERS), choices=list(FRONTIERS))
    parser.add_argument("--sizes", nargs="*", type=int, default=SIZES)
    figures.add_option(parser)
    options = parser.parse_args()
    found: dict[str, Any] = {}
    context = multiprocessing.get_context("spawn")
    for name in options.frontiers:
        with context.Pool(1) as pool:
            found[name] = pool.apply(grow, (name, tuple(options.sizes)))
    print(json.dumps(found, indent=1))
    figures.write(options.json, _figures(found))


if __name__ == "__main__":
    main()
