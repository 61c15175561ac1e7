"""`prove lemmas RUN`: the plan of a recorded run, without Lean and without a model."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from plan_logs import small

from prover.events import Event, RunFolder, RunSpec

Prove = Callable[..., Any]


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    return folder(tmp_path / "run", small())


def folder(path: Path, events: list[Event]) -> Path:
    made = RunFolder.create(path, RunSpec(inputs={"F.lean": "0"}))
    with made.log() as log:
        for event in events:
            log.append(event)
    return path


def test_the_plan_as_a_table(prove: Prove, recorded: Path) -> None:
    ran = prove("lemmas", recorded)
    rows = [line.rstrip() for line in ran.out.splitlines()]
    assert ran.code == 0
    assert [row.split("  ")[0] or row.lstrip().split("  ")[0] for row in rows[1:8]] == [
        "gauss", "left", "shared", "deep", "deep", "shared", "in all"
    ]  # fmt: skip
    assert rows[3].startswith("    shared") and rows[4].startswith("      deep") and "as above" in rows[5]
    assert "proved (prove, proved)" in rows[4] and "240" in rows[4] and "$0.0250" in rows[4]
    assert "bold is false: intro h omega" in ran.out and "gauss from bold: given up (refuted)" in ran.out
    assert "gauss: TOO_HARD go by induction" in ran.out and "shared from old: given up (stuck)" in ran.out
    assert "budget seconds" in ran.out and "later" not in ran.out and "\x1b" not in ran.out


def test_all_lemmas(prove: Prove, recorded: Path) -> None:
    out = prove("lemmas", recorded, "--all").out
    assert "open, not needed yet" in out and "replaced by another" in out and "refuted (negate)" in out


def test_the_document(prove: Prove, recorded: Path) -> None:
    document = prove("lemmas", recorded, "--json").document
    assert document["totals"]["targets_proved"] == 1 and document["inputs"] == {"F.lean": "0"}


def test_a_run_that_proved_nothing(prove: Prove, tmp_path: Path) -> None:
    path = folder(tmp_path / "run", small()[:4])
    ran = prove("lemmas", path, "--json")
    assert ran.code == 1 and ran.document["stop"] is None
    assert "not finished" in prove("lemmas", path).out


def test_a_page(prove: Prove, recorded: Path, tmp_path: Path) -> None:
    ran = prove("lemmas", recorded, "--page", tmp_path / "plan.html")
    assert ran.code == 0 and "1 of 1 proved" in (tmp_path / "plan.html").read_text("utf-8")
    assert prove("lemmas", recorded, "--page", tmp_path / "F.lean", "--json").error == "not_a_page"


def test_a_run_without_a_plan(prove: Prove, tmp_path: Path) -> None:
    assert prove("lemmas", folder(tmp_path / "run", []), "--json").error == "no_plan"
    assert prove("lemmas", tmp_path / "none", "--json").error == "no_run"
