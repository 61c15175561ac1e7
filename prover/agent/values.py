"""Holes that are data: a value for each is tried, and the proofs it leaves are looked for."""

from __future__ import annotations

import itertools
import time
from collections.abc import Sequence

from prover.agent.goal_search import TRY_SECONDS, GoalSearch, only_here
from prover.agent.witness import witnesses
from prover.core.position import Span
from prover.lean.source import Edit

#: Choices of values tried for one target; what share of the time left each may take.
_CHOICES = 120
_SHARE = 8


async def scripts_with_values(search: GoalSearch, deadline: float) -> list[str] | None:
    """A script for each hole of a target some of whose holes are data, the likeliest values first.

    The proofs' goals mention the values, so they are opened anew for each choice. None, with the reason in
    `task.stopped`, where no choice leaves goals that can be proved by the deadline (monotonic seconds).
    """
    bench, task = search.bench, search.task
    data = [gap for gap in task.gaps if gap.is_data]
    statement = bench.source.slice(task.obligation.command)
    choices = [witnesses(gap.visits[0].goals.goals[0], statement) for gap in data if gap.visits[0].goals]
    tried = 0
    for values in itertools.islice(itertools.product(*choices), _CHOICES):
        left = deadline - time.monotonic()
        if left <= 0 or search.stop.is_set():
            task.stopped = "interrupted" if search.stop.is_set() else "budget"
            return None
        tried += 1
        chosen = dict(zip([gap.span for gap in data], values, strict=True))
        scripts = await _scripts_for(search, chosen, min(left, max(1.0, left / _SHARE)))
        if scripts is not None:
            return scripts
    task.stopped = "exhausted"
    task.statistics = {"values_tried": tried}
    return None


async def _scripts_for(search: GoalSearch, chosen: dict[Span, str], seconds: float) -> list[str] | None:
    """The scripts of all holes, those that are data filled with the values chosen."""
    bench, task = search.bench, search.task
    await bench.restore()
    edits = [
        Edit(span, f"exact {value}" if gap.tactic else f"({value})")
        for gap in task.gaps
        for span, value in chosen.items()
        if gap.span == span
    ]
    opened = await bench.try_command(task.obligation.command, edits, seconds=TRY_SECONDS, holes=True)
    worker = bench.worker
    scripts: dict[Span, str] = {span: f"exact {value}" for span, value in chosen.items()}
    deadline = time.monotonic() + seconds
    for gap in task.gaps if opened.clean else ():
        if gap.span in chosen:
            continue
        here = _moved(gap.span, edits)
        states = [h.state for h in opened.holes if h.span == here and h.state is not None]
        script = await search.script([only_here(bench, worker, s) for s in states], deadline)
        if script is None:
            break
        scripts[gap.span] = script
    if worker.alive and bench.worker is worker:
        await worker.release([hole.state for hole in opened.holes if hole.state is not None])
    return [scripts[gap.span] for gap in task.gaps] if len(scripts) == len(task.gaps) else None


def _moved(span: Span, edits: Sequence[Edit]) -> Span:
    """Where the text at `span` stands once `edits`, all elsewhere, are made."""
    before = [e for e in edits if e.span.end <= span.start]
    grown = sum(len(e.text.encode()) - (e.span.end - e.span.start) for e in before)
    return Span(span.start + grown, span.end + grown)
