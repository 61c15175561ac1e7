"""What is done to a proof once it is found: suggestions substituted, detours dropped, the script tried in one piece."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

from prover.core.outcome import Solved
from prover.search.graph import ProofGraph
from prover.search.node import Node
from prover.search.proof import Step, extract
from prover.search.runner import Handle, Runner

_HEARTBEATS = 1_000_000
_SUGGESTION_SECONDS = 10.0
_MAX_CLOSING = 6


async def settle_suggestion(runner: Runner[Handle], node: Node[Handle], text: str, outcome: Solved) -> str:
    """A tactic that only suggests (`exact?`) is replaced by its suggestion where that closes the goal too."""
    if not re.search(r"\w\?(?!\w)", text):
        return text
    for message in outcome.messages:
        for suggestion in suggestions(message.text):
            if await _closes(runner, node.handle, suggestion, _SUGGESTION_SECONDS):
                return suggestion
    return text


def suggestions(text: str) -> list[str]:
    """The tactics that a "Try this" message offers, the first one first."""
    announced = re.search(r"Try (?:this|these):?", text)
    if announced is None:
        return []
    offered: list[str] = []
    for line in text[announced.end() :].split("\n"):
        marked = re.match(r"\s*\[\w+\]\s(.*)", line)
        if marked:
            offered.append(marked.group(1))
        elif line.strip() and offered:
            offered[-1] += "\n" + line
        elif line.strip():
            offered.append(line.strip())
    return [o.strip() for o in offered]


async def shorten(runner: Runner[Handle], graph: ProofGraph[Handle], seconds: float) -> None:
    """Tries, from the root down, whether one of the tactics that close something below a node closes it at once."""
    deadline = time.monotonic() + seconds
    for node in list(graph.proof_nodes()):
        left = deadline - time.monotonic()
        if left <= 0:
            return
        if node.size is None or node.size <= 1:
            continue
        known = {edge.tactic for edge in node.edges}
        closing = [t for t in dict.fromkeys(_closing(extract(node))) if t not in known][:_MAX_CLOSING]
        if not closing:
            continue
        async for index, outcome in runner.apply(
            node.handle, closing, heartbeats=_HEARTBEATS, wall_seconds=left, total_seconds=left
        ):
            if isinstance(outcome, Solved):
                graph.solve(node, closing[index], 0.0, "shorten")


def _closing(step: Step) -> Iterator[str]:
    """The tactics that end the branches of a proof."""
    if not step.rest:
        yield step.tactic
    for rest in step.rest:
        yield from _closing(rest)


async def holds(runner: Runner[Handle], root: Handle, proof: Step, seconds: float) -> bool:
    """Whether the assembled script closes the root, in one piece; False too when there is no time to see."""
    if proof.size == 1:
        return True
    return seconds > 0 and await _closes(runner, root, str(proof), seconds)


async def _closes(runner: Runner[Handle], handle: Handle, tactic: str, seconds: float) -> bool:
    closed = False
    # To the end of the answers: a call that is left in the middle costs the worker.
    async for _, outcome in runner.apply(handle, [tactic], heartbeats=_HEARTBEATS, wall_seconds=seconds):
        closed = isinstance(outcome, Solved)
    return closed
