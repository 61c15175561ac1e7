"""What a benchmark of this folder measured, in the form that the performance page is made of (`--json OUT`)."""

from __future__ import annotations

import argparse
import json
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Figure:
    """One quantity. `least`, `most`: of the `repeats` values that `median` is of, where they are known one by one.
    `ratio`: to what `to` names, in the same run; None for a quantity that stands alone. `unit`: `s`, `ms`, `us`, `MiB`,
    `KiB`, `%`, `a second`, "" for a count, `x` where the quantity itself is a ratio to what `to` names."""

    name: str
    what: str
    median: float
    least: float | None
    most: float | None
    unit: str
    repeats: int
    ratio: float | None = None
    to: str = ""


def measured(
    name: str,
    what: str,
    unit: str,
    values: Iterable[float],
    *,
    against: Sequence[float] | float | None = None,
    to: str = "",
) -> Figure:
    """The figure of some values. `against`: the values of what it is compared with, of which the median counts."""
    found = list(values)
    middle, least, most = (round(of(found), 4) for of in (statistics.median, min, max))
    other = statistics.median(against) if isinstance(against, Sequence) else against
    ratio = round(statistics.median(found) / other, 4) if other else None
    return Figure(name, what, middle, least, most, unit, len(found), ratio, to if ratio or unit == "x" else "")


def single(
    name: str, what: str, unit: str, value: float, repeats: int, ratio: float | None = None, to: str = ""
) -> Figure:
    """The figure of a benchmark that has counted, or taken the median, itself."""
    rounded = None if ratio is None else round(ratio, 4)
    return Figure(name, what, round(value, 4), None, None, unit, repeats, rounded, to)


def add_option(parser: argparse.ArgumentParser) -> None:
    """`--json OUT`, for `write`."""
    parser.add_argument("--json", type=Path, metavar="OUT", help="write the figures of the performance page here")


def write(path: Path | None, figures: Iterable[Figure], **left_out: str) -> None:
    """Writes figures, and what could not be measured with the reason; nothing without a path."""
    if path is not None:
        document = {"figures": [asdict(figure) for figure in figures], "left_out": left_out}
        path.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
