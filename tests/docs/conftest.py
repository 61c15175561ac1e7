"""The scratch folder in which a page's commands are played."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from doc_blocks import ROOT
from doc_stage import PROGRAM, Stage, patient, writes
from model_server import ModelServer

from prover.agent import solver


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Iterator[Stage]:
    monkeypatch.setattr(solver, "PORTFOLIO", patient())
    shutil.copytree(ROOT / "lean_project" / "examples", tmp_path / "lean_project" / "examples")
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin" / "prove"
    program.write_text(PROGRAM)
    program.chmod(0o755)
    before = dict(os.environ)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.chdir(tmp_path)
    with ModelServer(writes) as model:
        model.names = (*model.names, "ByteDance-Seed/BFS-Prover-V2-7B")
        yield Stage(tmp_path, capfd, model)
    for name in set(os.environ) - set(before):
        del os.environ[name]
