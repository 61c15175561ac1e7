"""A story as the data a page carries: rows of plain values, every text once, in a table."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from prover.report.search import DEAD, OPEN, SOLVED, Edge, Search, State, Try
from prover.report.story import Story
from prover.report.words import outcome_words, reason_words, stop_words

#: Tries a page shows of one search; of the rest it says how many there were.
MOST_TRIES = 100_000

_STATUS = {OPEN: 0, SOLVED: 1, DEAD: 2}


class Table:
    """Texts by number."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._numbers: dict[str, int] = {}

    def __getitem__(self, text: str) -> int:
        found = self._numbers.get(text)
        if found is None:
            found = self._numbers[text] = len(self.texts)
            self.texts.append(text)
        return found


def page_data(story: Story) -> dict[str, Any]:
    """`texts`: the table; every text elsewhere is a number in it. The lists are in the order their readers name them
    in `assets/model.js`."""
    table = Table()
    targets: list[Any] = []
    for target in story.targets:
        searches = [_search(search, table, MOST_TRIES) for search in target.searches]
        targets.append({"name": table[target.name], "searches": searches})
    return {"targets": targets, "texts": table.texts}


def searches_data(story: Story, table: Table, most_tries: int = MOST_TRIES) -> list[dict[str, Any]]:
    """All searches of a story, as those of one target; texts as numbers in `table`."""
    return [_search(search, table, most_tries) for target in story.targets for search in target.searches]


def _search(search: Search, table: Table, most_tries: int) -> dict[str, Any]:
    if 0 not in search.states:
        # Cut off before its root was told: nothing hangs together.
        search = replace(search, states={}, edges=[])
    numbers = {number: at for at, number in enumerate(sorted(search.states))}
    total = sum(len(state.tries) for state in search.states.values())
    most = most_tries if total <= most_tries else max(3, most_tries // max(1, len(numbers)))
    return {
        "refuting": search.refuting,
        "stop": table[stop_words(search.stop)],
        "detail": table[search.detail],
        "solved": search.stop == "proved",
        "seconds": round(search.seconds, 3),
        "limit": round(search.limit, 1),
        "heartbeats": search.heartbeats,
        "tallies": {outcome: search.tallies[outcome] for outcome in sorted(search.tallies)},
        "states": [_state(search.states[number], numbers, most, table) for number in numbers],
        "edges": [_edge(edge, numbers, table) for edge in search.edges],
    }


def _state(state: State, numbers: dict[int, int], most: int, table: Table) -> list[Any]:
    return [
        state.number,
        [table[line] for line in state.goal.split("\n")],
        _STATUS[state.status],
        state.home,
        state.depth,
        int(state.in_proof),
        round(state.at, 3),
        state.expansions,
        round(state.log_probability, 4),
        None if math.isnan(state.priority) else round(state.priority, 4),
        [_try(tried, table) for tried in state.tries[:most]],
        max(0, len(state.tries) - most),
    ]


def _edge(edge: Edge, numbers: dict[int, int], table: Table) -> list[Any]:
    ran = edge.ran
    return [
        numbers[edge.parent],
        table[edge.tactic],
        table[edge.source],
        round(edge.log_probability, 4),
        [numbers[child] for child in edge.children],
        _STATUS[edge.status],
        int(edge.in_proof),
        round(edge.at, 3),
        None if ran is None else round(ran.seconds, 4),
        None if ran is None else ran.heartbeats,
        None if ran is None else ran.level,
    ]


def _try(tried: Try, table: Table) -> list[Any]:
    return [
        table[tried.tactic],
        table[outcome_words(tried.outcome)],
        table[reason_words(tried.reason)],
        table[tried.text],
        table[tried.source],
        round(tried.log_probability, 4),
        tried.level,
        round(tried.seconds, 4),
        tried.heartbeats,
    ]
