"""What is done to a proof once it is found: suggestions substituted, detours dropped, the script written as a person
would, made smaller, and checked in one piece."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from prover.core.errors import LeanProcessError
from prover.core.outcome import Progress, Solved
from prover.search.agenda import Limit
from prover.search.graph import ProofGraph
from prover.search.minimise import Minimiser
from prover.search.proof import Step, extract
from prover.search.reductions import CLOSERS, is_plain
from prover.search.runner import Handle, Runner
from prover.search.script import Body, length, plain, split, structured, text
from prover.search.settings import Settings

_HEARTBEATS = 1_000_000
_SUGGESTION_SECONDS = 10.0
_MAX_CLOSING = 6


@dataclass(slots=True)
class Polished:
    """A proof and its script, `first` as found, `best` as it is to be shown. `checked`: Lean has accepted `best` in one
    piece. `tried`: smaller scripts that were tried."""

    proof: Step
    first: Body
    best: Body
    checked: bool = False
    tried: int = 0

    @property
    def sizes(self) -> dict[str, int]:
        """For events and statistics."""
        before, after = length(self.first), length(self.best)
        return {
            "tactics_found": before.tactics,
            "characters_found": before.characters,
            "tactics": after.tactics,
            "characters": after.characters,
            "tried": self.tried,
        }


async def polish(
    runner: Runner[Handle],
    graph: ProofGraph[Handle],
    settings: Settings,
    seconds_left: Callable[[], float],
    interrupted: Callable[[], bool],
) -> Polished | None:
    """The root's proof, made better while there is time; None where it has none.

    What was found is never lost: when the engine is, or when this is cancelled, it ends at once with the best it has.
    """
    if graph.root.best is None:
        return None
    found = extract(graph.root)
    polished = Polished(found, plain(found), plain(found))
    with suppress(LeanProcessError, asyncio.CancelledError):
        await _polish(polished, runner, graph, settings, seconds_left, interrupted)
    return polished


async def _polish(
    polished: Polished,
    runner: Runner[Handle],
    graph: ProofGraph[Handle],
    settings: Settings,
    seconds_left: Callable[[], float],
    interrupted: Callable[[], bool],
) -> None:
    deadline = time.monotonic() + min(settings.shorten_seconds, seconds_left() / 2)
    root = graph.root.handle
    if settings.shorten_heartbeats:
        await shorten(runner, graph, settings.levels[0], deadline - time.monotonic())
    polished.proof = extract(graph.root)
    cost: int | None = None
    ways = list(_ways_to_write(polished))
    if len(ways) == 1 and polished.proof.size == 1:
        # The script is the tactic that closed the root.
        polished.best, polished.checked, cost = ways[0], True, settings.levels[0].heartbeats
        ways = []
    for script in ways:
        if interrupted():
            return
        cost = await _cost(runner, root, script, min(settings.check_seconds, seconds_left()))
        if cost is not None:
            polished.best, polished.checked = script, True
            break
    if cost is None or not settings.shorten_heartbeats:
        return
    minimiser = Minimiser(
        runner,
        root,
        polished.best,
        cost=cost,
        heartbeats=settings.shorten_heartbeats,
        deadline=deadline,
        interrupted=interrupted,
        ends_tried=all(len(split(t)) == 1 and is_plain(t) for t in _tactics(polished.proof)),
    )
    try:
        await minimiser.run()
    finally:
        polished.best, polished.tried = minimiser.best, minimiser.tried


def _ways_to_write(polished: Polished) -> Iterator[Body]:
    """Scripts of a proof, the best first, none longer than the one it was found by."""
    limit = length(polished.first)
    ways = [structured(polished.proof), plain(polished.proof), polished.first]
    different = {text(way): way for way in reversed(ways)}
    yield from (way for way in reversed(different.values()) if length(way) <= limit)


async def settle_suggestion(runner: Runner[Handle], handle: Handle, text: str, outcome: Solved) -> str:
    """A tactic that only suggests (`exact?`) is replaced by its suggestion where that closes the goal too."""
    if not re.search(r"\w\?(?!\w)", text):
        return text
    for message in outcome.messages:
        for suggestion in suggestions(message.text):
            if await _closes(runner, handle, suggestion, _SUGGESTION_SECONDS):
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


async def shorten(runner: Runner[Handle], graph: ProofGraph[Handle], limit: Limit, seconds: float) -> None:
    """Tries, from the root down, whether one of the tactics that close something below a node closes it at once, or
    automation does. `limit`: of one tactic; the search's own, so that what it has tried need not be run again."""
    deadline = time.monotonic() + seconds
    for node in list(graph.proof_nodes()):
        left = deadline - time.monotonic()
        if left <= 0:
            return
        if node.size is None or node.size <= 1:
            continue
        known = {edge.tactic for edge in node.edges}
        closing = [t for t in dict.fromkeys(_closing(extract(node))) if t not in known][:_MAX_CLOSING]
        closing += [t for t in CLOSERS if t not in known and t not in closing]
        made: list[Handle] = []
        async for index, outcome in runner.apply(
            node.handle,
            closing,
            heartbeats=limit.heartbeats,
            wall_seconds=min(left, limit.seconds),
            total_seconds=left,
        ):
            if isinstance(outcome, Solved):
                graph.solve(node, closing[index], 0.0, "shorten")
            elif isinstance(outcome, Progress):
                made.append(outcome.handle)
        if made:
            await runner.release(made)


def _tactics(step: Step) -> Iterator[str]:
    yield step.tactic
    for rest in step.rest:
        yield from _tactics(rest)


def _closing(step: Step) -> Iterator[str]:
    """The tactics that end the branches of a proof."""
    if not step.rest:
        yield step.tactic
    for rest in step.rest:
        yield from _closing(rest)


async def _cost(runner: Runner[Handle], root: Handle, script: Body, seconds: float) -> int | None:
    """The heartbeats it takes to close the root by a script in one piece; None when it does not, or not in time."""
    if seconds <= 0:
        return None
    cost: int | None = None
    made: list[Handle] = []
    async for _, outcome in runner.apply(root, [text(script)], heartbeats=_HEARTBEATS, wall_seconds=seconds):
        if isinstance(outcome, Solved):
            cost = outcome.cost.heartbeats
        elif isinstance(outcome, Progress):
            made.append(outcome.handle)
    if made:
        await runner.release(made)
    return cost


async def _closes(runner: Runner[Handle], handle: Handle, tactic: str, seconds: float) -> bool:
    closed = False
    # To the end of the answers: a call that is left in the middle costs the worker.
    async for _, outcome in runner.apply(handle, [tactic], heartbeats=_HEARTBEATS, wall_seconds=seconds):
        closed = isinstance(outcome, Solved)
    return closed
