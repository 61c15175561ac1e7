"""Makes `docs/performance.md` of the results in `results/`: `python benchmarks/perf/page.py` writes it.

`results/machine.json` says where they were measured, `results/NAME.json` is what a benchmark of `plan.py` wrote with
`--json` (or why it was not run), `results/longer.md` are runs of hours, made by hand. Nothing is measured here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from plan import BENCHMARKS, TOOLS, Benchmark

RESULTS = Path(__file__).with_name("results")
PAGE = Path(__file__).resolve().parents[2] / "docs" / "performance.md"

_INTRODUCTION = """\
# Performance

Written by `make perf`, which runs the programs of `benchmarks/perf/` one after the other, keeps what they measured in
`benchmarks/perf/results/`, and makes this page of it (`make perf ARGS=--full`: the full setting; `ARGS="--only NAME"`:
one of them). A ratio is of two medians of one run, and says more than the seconds beside it: these are those of the
machine and of its other work. Where the load average is far above the number of cores, the machine was shared, its
seconds are several times what they would be alone, and a ratio of few values may lie.
"""

_WAYS = """\
What stands behind an answer differs, and with it what it is worth:

| | what it verifies |
|---|---|
| worker | nothing: whether the elaborator had an error, said by the process that ran the text |
| ladder (`prove check`) | the reference's statement, no hole, axioms; the kernel again, in a clean process |
| LeanInteract over `prove repl` | what a worker does |
| Kimina's client with `prove serve` (`/api/check`) | what a worker does, and whether there is a `sorry` |
| Kimina's server over `prove repl` | the same, from Lean's messages |
| lean FILE | what a worker does; nothing is kept from file to file |

All of them run the same embedded Lean. What runs in the measuring process (worker, ladder, LeanInteract) starts with
Python imported; servers start from nothing. `lean FILE` has no state to apply a tactic to, Kimina's API neither.
"""


def page(results: Path = RESULTS) -> str:
    """The page that these results make."""
    machine = json.loads((results / "machine.json").read_text(encoding="utf-8"))
    return "\n".join(_lines(machine, results)).rstrip() + "\n"


def _lines(machine: Mapping[str, Any], results: Path) -> Iterator[str]:
    yield _INTRODUCTION
    yield "| | |\n|---|---|"
    for name in ("CPU", "cores", "memory", "system", "Python", "Lean"):
        yield f"| {name} | {machine[name]} |"
    yield ""
    for benchmark in BENCHMARKS:
        yield from _section(benchmark, _found(results / f"{benchmark.name}.json"))
    yield "## Longer runs\n"
    yield (results / "longer.md").read_text(encoding="utf-8")
    yield "## Beside the benchmarks\n"
    yield "What else stands in `benchmarks/perf/`:\n"
    yield from (f"- `{name}`: {what}" for name, what in TOOLS.items())


def _found(path: Path) -> Mapping[str, Any]:
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {"not_run": "left out so far"}


def _section(benchmark: Benchmark, found: Mapping[str, Any]) -> Iterator[str]:
    yield f"## {benchmark.title}\n"
    if "not_run" in found:
        yield f"`{benchmark.script}`: not run: {found['not_run']}.\n"
        return
    words = " ".join(f"'{word}'" if " " in word else word for word in [benchmark.script, *found["arguments"]])
    yield f"`{words}`, {found['seconds']:.0f} s; load average {found['load']:.0f} when it began.\n"
    yield "| | | median | least to most | of | ratio |\n|---|---|---:|---|---:|---|"
    yield from map(_row, found["figures"])
    yield ""
    for what, reason in found["left_out"].items():
        yield f"{what}: {reason}.\n"
    if benchmark.name == "compare":
        yield _WAYS


def _row(figure: Mapping[str, Any]) -> str:
    unit, to = figure["unit"], figure["to"]
    several = figure["least"] is not None and figure["repeats"] > 1
    spread = f"{_number(figure['least'])} to {_number(figure['most'])}" if several else ""
    ratio = figure["median"] if unit == "x" else figure["ratio"]
    told = "" if ratio is None else f"{_number(ratio)}x of {to}" if to else f"{_number(ratio)}x"
    shown = "" if unit == "x" else f"{_number(figure['median'])} {unit}".rstrip()
    return f"| {figure['name']} | {figure['what']} | {shown} | {spread} | {figure['repeats']:,} | {told} |"


def _number(value: float) -> str:
    """Three digits that mean something."""
    if value == 0 or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(f"written: {PAGE}")
