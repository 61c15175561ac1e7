"""The commands of docs/evaluation.md are run as they stand there."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import typer
from bench_runs import failed, make, problem, proved

from prover.cli import bench_export, check_many
from prover.verify.batch import BatchOptions
from prover.verify.docket import Item

Prove = Callable[..., Any]
PAGE = Path(__file__).parents[2] / "docs" / "evaluation.md"
GOOD = "theorem p1 : 1 + 0 = 1 := by\n  rfl\n"


def commands() -> list[list[str]]:
    blocks = re.findall(r"^```sh\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    return [shlex.split(line)[1:] for block in blocks for line in block.splitlines()]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two runs over the same problems, and somebody's proofs."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "runs").mkdir()
    asked = [problem(1), problem(2)]
    proof = proved("p1", proof_file="proofs/p1.lean")
    make(tmp_path / "runs" / "base", asked, [proof, failed("p2")], proofs={"proofs/p1.lean": GOOD})
    make(tmp_path / "runs" / "other", asked, [failed("p1"), failed("p2")])
    (tmp_path / "theirs.jsonl").write_text(json.dumps({"problem_id": "p1", "proof": GOOD}) + "\n")
    canary = Item("canary", "theorem goal : 1 = 2 := by\n  sorry", "theorem goal : 1 = 2 := by\n  sorry")
    monkeypatch.setattr(check_many, "BatchOptions", lambda **given: BatchOptions(canaries=(canary,), **given))
    return tmp_path


def export(words: list[str]) -> int:
    app = typer.Typer()
    app.command()(bench_export.run)
    return typer.main.get_command(app).main(words, standalone_mode=False)


def test_reports_and_exports(prove: Prove, place: Path) -> None:
    ran = 0
    for words in commands():
        if words[0] == "report":
            assert prove(*words).code == 0
        elif words[:2] == ["bench", "export"]:
            needs = {"base.parquet": "pyarrow", "base.eval": "inspect_ai"}.get(words[-1])
            if needs is None or find_spec(needs) is not None:
                assert export(words[2:]) == 0 and (place / words[-1]).exists()
        else:
            assert words[0] == "check"
            continue
        ran += 1
    assert ran == 8


@pytest.mark.lean
def test_checks(prove: Prove, place: Path) -> None:
    assert export(["runs/base", "--format", "lean", "-o", "proofs"]) == 0
    outs = [prove(*words) for words in commands() if words[0] == "check"]
    assert [ran.code for ran in outs] == [0, 0, 0, 0]
    assert "no verdict differs" in outs[0].out and "consistent" in outs[1].out
    assert all("1 of 2 problems of toy-test proved" in ran.out for ran in outs[2:])
