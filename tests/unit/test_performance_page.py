"""`docs/performance.md` is what the collector makes of the committed results, and names every program of the folder."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PERF = ROOT / "benchmarks" / "perf"


@pytest.fixture(scope="module")
def perf() -> Iterator[Any]:
    """The modules `page`, `plan` and `figures` of the folder."""
    names = ("plan", "page", "figures")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(PERF)
        yield {name: __import__(name) for name in names}
        for name in names:
            sys.modules.pop(name, None)


def test_the_page_is_made_of_the_results(perf: Any) -> None:
    made = perf["page"].page()
    assert made == (ROOT / "docs" / "performance.md").read_text(encoding="utf-8"), "python benchmarks/perf/page.py"


def test_every_program_is_listed_and_takes_json(perf: Any) -> None:
    scripts = {benchmark.script for benchmark in perf["plan"].BENCHMARKS}
    there = {str(path.relative_to(PERF)) for path in PERF.rglob("*.py")}
    assert there == scripts | perf["plan"].TOOLS.keys()
    assert all("figures.add_option(" in (PERF / script).read_text(encoding="utf-8") for script in scripts)


def test_every_result_belongs_to_a_benchmark(perf: Any) -> None:
    names = {benchmark.name for benchmark in perf["plan"].BENCHMARKS}
    results = {path.stem: path for path in (PERF / "results").glob("*.json")}
    machine = results.pop("machine")
    assert json.loads(machine.read_text(encoding="utf-8")).keys() >= {"CPU", "cores", "memory", "Python", "Lean"}
    assert results.keys() <= names
    for name, path in results.items():
        found = json.loads(path.read_text(encoding="utf-8"))
        figures = [perf["figures"].Figure(**figure) for figure in found.get("figures", [])]
        assert ("not_run" in found) != bool(figures), name
        for figure in figures:
            assert figure.least is None or figure.least <= figure.median <= figure.most
            assert (figure.ratio is None) or figure.to, "a ratio says to what"


def test_what_is_measured_is_told(perf: Any, tmp_path: Path) -> None:
    figures, out = perf["figures"], tmp_path / "out.json"
    one = figures.measured("a", "b", "s", [3.0, 1.0, 2.0], against=[4.0], to="c")
    assert (one.median, one.least, one.most, one.repeats, one.ratio) == (2.0, 1.0, 3.0, 3, 0.5)
    alone = figures.measured("a", "b", "s", [1.0], against=None, to="c")
    assert alone.ratio is None and alone.to == ""
    figures.write(out, [one], other="not run: needs x")
    document = json.loads(out.read_text(encoding="utf-8"))
    assert document["left_out"] == {"other": "not run: needs x"} and document["figures"][0]["name"] == "a"
