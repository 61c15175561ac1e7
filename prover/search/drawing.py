"""A proof graph for other programs: JSON, GraphML, networkx."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from prover.search.graph import ProofGraph
from prover.search.node import Edge, Node
from prover.search.runner import Handle

if TYPE_CHECKING:
    import networkx

FORMAT = "leap-prover/graph/1"


def to_json(graph: ProofGraph[Handle]) -> dict[str, Any]:
    """The graph as JSON data: `nodes` and `edges`, each with its number, and the edges of the `proof` found.

    `log_probability` and `path` are natural logarithms, `distance` counts tactics of the shortest known proof.
    """
    edges = [edge for node in graph.nodes for edge in node.edges]
    number = {id(edge): i for i, edge in enumerate(edges)}
    return {
        "format": FORMAT,
        "nodes": [_node(graph, node) for node in graph.nodes],
        "edges": [_edge(i, edge) for i, edge in enumerate(edges)],
        "proof": [number[id(node.best)] for node in graph.proof_nodes()],
    }


def _node(graph: ProofGraph[Handle], node: Node[Handle]) -> dict[str, Any]:
    return {
        "node": node.number,
        "goals": [str(goal) for goal in node.state.goals],
        "fingerprint": node.state.fingerprint,
        "status": str(node.status),
        "distance": node.size,
        "wanted": graph.wanted(node),
        "path": node.path.total,
        "depth": node.path.length,
    }


def _edge(number: int, edge: Edge[Handle]) -> dict[str, Any]:
    return {
        "edge": number,
        "parent": edge.parent.number,
        "children": [child.number for child in edge.children],
        "tactic": edge.tactic,
        "log_probability": edge.log_probability,
        "source": edge.source,
        "status": str(edge.status),
    }


def to_networkx(graph: ProofGraph[Handle]) -> networkx.MultiDiGraph[str]:
    """Vertices `n<number>` (`kind="or"`) and, for each tactic, `e<number>` (`kind="and"`) between parent and children.

    The attributes are those of `to_json`; what is unknown is left out. The arc to a child bears its `place`.
    """
    import networkx

    drawn: networkx.MultiDiGraph[str] = networkx.MultiDiGraph()
    data = to_json(graph)
    proof = set(data["proof"])
    for node in data["nodes"]:
        goals = "\n\n".join(node.pop("goals"))
        drawn.add_node(f"n{node.pop('node')}", kind="or", goals=goals, **_known(node))
    for edge in data["edges"]:
        number, parent, children = edge.pop("edge"), edge.pop("parent"), edge.pop("children")
        drawn.add_node(f"e{number}", kind="and", in_proof=number in proof, **_known(edge))
        drawn.add_edge(f"n{parent}", f"e{number}")
        for place, child in enumerate(children):
            drawn.add_edge(f"e{number}", f"n{child}", place=place)
    return drawn


def _known(attributes: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in attributes.items() if value is not None}


def write_graphml(graph: ProofGraph[Handle], path: Path) -> None:
    """Writes the graph of `to_networkx` as GraphML. Characters XML cannot carry are replaced."""
    import networkx

    drawn = to_networkx(graph)
    for _, attributes in drawn.nodes(data=True):
        for name, value in attributes.items():
            if isinstance(value, str):
                attributes[name] = "".join(ch if ch in "\t\n" or ch >= " " else "\ufffd" for ch in value)
    networkx.write_graphml(drawn, path)  # pyright: ignore[reportUnknownMemberType]
