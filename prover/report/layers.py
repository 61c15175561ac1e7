"""Places for the lemmas of a plan: targets on top, each lemma below all that need it."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence

_SWEEPS = 3


def layers(count: int, roots: Sequence[int], edges: Sequence[tuple[int, Sequence[int], bool]]) -> list[list[int]]:
    """Numbers below `count` in rows, each row from left to right.

    `edges`: from a lemma to those it is to follow from, and whether that still stands. Lemmas that `roots` reach on
    standing edges come below each that needs them; others below one that once needed them, or in the last row.
    """
    standing: list[list[int]] = [[] for _ in range(count)]
    every: list[list[int]] = [[] for _ in range(count)]
    for parent, below, stands in edges:
        every[parent] += below
        if stands:
            standing[parent] += below
    depth = _longest_ways(count, roots, standing)
    waiting = deque(sorted(depth, key=lambda number: depth[number]))
    while waiting:
        at = waiting.popleft()
        for below in every[at]:
            if below not in depth:
                depth[below] = depth[at] + 1
                waiting.append(below)
    last = max(depth.values(), default=-1) + 1
    rows: list[list[int]] = [[] for _ in range(last + 1)]
    for number in range(count):
        rows[depth.get(number, last)].append(number)
    return _untangled([row for row in rows if row], every)


def _longest_ways(count: int, roots: Sequence[int], standing: Sequence[Sequence[int]]) -> dict[int, int]:
    """How far each lemma is from the roots, along the longest way. What lies on a cycle (a foreign log) is left out."""
    reached = set(roots)
    stack = list(roots)
    while stack:
        new = [below for below in standing[stack.pop()] if below not in reached]
        reached.update(new)
        stack += new
    waiting = [0] * count
    for number in reached:
        for below in standing[number]:
            waiting[below] += 1
    depth: dict[int, int] = {}
    ready = deque(sorted(number for number in reached if waiting[number] == 0))
    depth.update(dict.fromkeys(ready, 0))
    while ready:
        at = ready.popleft()
        for below in standing[at]:
            waiting[below] -= 1
            depth[below] = max(depth.get(below, 0), depth[at] + 1)
            if waiting[below] == 0:
                ready.append(below)
    return {number: far for number, far in depth.items() if waiting[number] == 0}


def _untangled(rows: list[list[int]], below: Sequence[Sequence[int]]) -> list[list[int]]:
    """Each row in the order of the middle of those above (Sugiyama's barycenters), a few times up and down."""
    above: dict[int, list[int]] = {}
    for parent, children in enumerate(below):
        for child in children:
            above.setdefault(child, []).append(parent)
    neighbours: tuple[Mapping[int, Sequence[int]], ...] = (above, dict(enumerate(below)))
    for sweep in range(2 * _SWEEPS - 1):
        place = {number: at / max(1, len(row) - 1) for row in rows for at, number in enumerate(row)}
        seen = neighbours[sweep % 2]
        for row in rows if sweep % 2 == 0 else reversed(rows):
            middles = {
                number: sum(place[other] for other in seen.get(number, ())) / len(seen[number])
                if seen.get(number)
                else place[number]
                for number in row
            }
            row.sort(key=lambda number: (middles[number], number))
            place.update({number: at / max(1, len(row) - 1) for at, number in enumerate(row)})
    return rows
