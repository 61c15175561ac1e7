"""The searches of attempts, as far as a page has room for them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from prover.bench.attempt import unit
from prover.bench.record import Record
from prover.core.errors import UserError
from prover.events import read_events
from prover.events.run import file_name
from prover.report.data import Table, searches_data
from prover.report.embedding import embedded_json
from prover.report.evaluation import Trees
from prover.report.story import Story

FOLDER = "searches"
#: Characters of a page that searches may take together, and tactics without success listed of one search.
ROOM, TRIES = 16_000_000, 1_000
#: Events take at most about so much more than what a page shows of them; a larger file is not even read.
DENSITY = 40


def search_file(folder: Path, problem: str, attempt: int) -> Path:
    """Where a run keeps the events of an attempt's searches."""
    return folder / FOLDER / f"{file_name(unit(problem, attempt))}.jsonl"


def trees(records: Sequence[Record], room: int = ROOM) -> Trees:
    """The searches of the attempts that ended: the first of every problem, then the second, while there is room.
    What is larger than the room that is left is passed over."""
    table = Table()
    searches: dict[tuple[int, str], list[Any]] = {}
    unreadable: list[str] = []
    left_out = used = 0
    for place, name, file in _files(records):
        if used >= room or file.stat().st_size > DENSITY * (room - used):
            left_out += 1
            continue
        try:
            story = Story.of(read_events(file))
        except UserError:
            unreadable.append(name)
            continue
        # Measured on its own: its texts may stand in the table already, so this is the most it takes.
        own = Table()
        data = searches_data(story, own, TRIES)
        size = len(embedded_json([data, own.texts]))
        if used + size > room:
            left_out += 1
            continue
        used += size
        searches[place, name] = searches_data(story, table, TRIES)
    return Trees(searches, table.texts, left_out, tuple(unreadable))


def _files(records: Sequence[Record]) -> Iterator[tuple[int, str, Path]]:
    most = max((record.evaluation.attempts for record in records), default=0)
    for attempt in range(1, most + 1):
        for place, record in enumerate(records):
            for problem in record.problems:
                if attempt in record.ended.get(problem.id, {}):
                    file = search_file(record.path, problem.id, attempt)
                    if file.is_file():
                        yield place, unit(problem.id, attempt), file
