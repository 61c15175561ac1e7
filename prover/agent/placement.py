"""Putting found scripts into a declaration, in a layout and a form that Lean accepts there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from prover.agent.obligation import Gap
from prover.agent.suggestion import accepted, written
from prover.agent.workbench import Workbench
from prover.core.position import Span
from prover.lean import Elaboration
from prover.lean.source import Edit, SourceFile
from prover.lean.splice import layouts

_TERM = "exact "
_ROUNDS = 4


@dataclass(frozen=True, slots=True)
class Placed:
    """Edits that Lean accepts, and the scripts they write: suggestions (`exact?`) taken up."""

    scripts: list[str]
    edits: list[Edit]


async def place(
    bench: Workbench, command: Span, gaps: Sequence[Gap], scripts: Sequence[str], *, still_open: int, seconds: float
) -> Placed | None:
    """The first layout of the scripts that Lean accepts in the declaration itself, or None.

    `still_open`: how many declarations of the command may be open afterwards. `seconds`: wall limit of
    each try. Raises `CallTimeout` when the process had to be killed.
    """
    scripts = list(scripts)
    for _ in range(_ROUNDS):
        fitting = await _fit(bench, command, gaps, scripts, still_open=still_open, seconds=seconds)
        if fitting is None:
            return None
        edits, tried = fitting
        text = bench.source.with_edits(edits)
        better = [accepted(item, text, tried.suggestions) for item in written(scripts, edits)]
        if better == scripts:
            return Placed(scripts, edits)
        scripts = better
    return None


async def _fit(
    bench: Workbench, command: Span, gaps: Sequence[Gap], scripts: Sequence[str], *, still_open: int, seconds: float
) -> tuple[list[Edit], Elaboration] | None:
    choices = [_choices(bench.source, gap, script) for gap, script in zip(gaps, scripts, strict=True)]
    for attempt in range(max(map(len, choices))):
        edits = [choice[min(attempt, len(choice) - 1)] for choice in choices]
        tried = await bench.try_command(command, edits, seconds=seconds, holes=True)
        await bench.worker.release(states=[hole.state for hole in tried.holes if hole.state is not None])
        if tried.clean and sum(m.kind == "hasSorry" for m in tried.messages) <= still_open:
            return edits, tried
    return None


def as_written(source: SourceFile, gaps: Sequence[Gap], scripts: Sequence[str]) -> list[Edit]:
    """The scripts in the most readable layout, without asking Lean."""
    return [_choices(source, gap, script)[0] for gap, script in zip(gaps, scripts, strict=True)]


def _choices(source: SourceFile, gap: Gap, script: str) -> list[Edit]:
    found = layouts(source, gap.span, script, tactic=gap.tactic)
    if gap.is_data and not gap.tactic and script.startswith(_TERM) and "\n" not in script:
        term = script.removeprefix(_TERM)
        return [Edit(gap.span, term if term.isalnum() else f"({term})"), *found]
    return found
