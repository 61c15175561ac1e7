"""Data sets of the hub, through a stand-in for its client."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from prover.bench.loading import load
from prover.core.errors import SetupError

ROW = {
    "name": "a",
    "formal_statement": "import Mathlib\n\ntheorem a : 1 = 1 := by sorry",
    "informal_prefix": "/-- One. -/",
}


def install(monkeypatch: pytest.MonkeyPatch, folder: Path, asked: list[dict[str, Any]]) -> None:
    def snapshot_download(repo: str, **options: Any) -> str:
        asked.append({"repo": repo, **options})
        if not folder.exists():
            raise OSError("no network")
        return str(folder)

    class HfApi:
        def dataset_info(self, repo: str) -> SimpleNamespace:
            return SimpleNamespace(sha="c0ffee")

    client = SimpleNamespace(snapshot_download=snapshot_download, HfApi=HfApi)
    monkeypatch.setitem(sys.modules, "huggingface_hub", client)  # type: ignore[arg-type]


def test_only_what_the_manifest_names_is_fetched_at_one_commit(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    parquet, arrow = pytest.importorskip("pyarrow.parquet"), pytest.importorskip("pyarrow")
    blob, folder = tmp_path / "blobs" / "1", tmp_path / "snapshots"
    blob.parent.mkdir()
    (folder / "data").mkdir(parents=True)
    parquet.write_table(arrow.Table.from_pylist([ROW]), blob)
    (folder / "data" / "test-0.parquet").symlink_to(blob)  # as the client keeps them
    (folder / "README.md").write_text("no data")
    asked: list[dict[str, Any]] = []
    install(monkeypatch, folder, asked)
    loaded = load("minif2f", variant="numina")
    (problem,) = loaded.problems
    assert (problem.id, problem.informal, problem.split) == ("a", "One.", "test")
    assert set(loaded.sources) == {"data/test-0.parquet", "hub:AI-MO/minif2f_test"}
    assert loaded.sources["hub:AI-MO/minif2f_test"] == "c0ffee"
    assert asked == [
        {
            "repo": "AI-MO/minif2f_test",
            "repo_type": "dataset",
            "revision": "c0ffee",
            "allow_patterns": ["**/*.parquet", "*.parquet"],
        }
    ]


def test_offline_the_way_to_the_data_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    install(monkeypatch, tmp_path / "none", [])
    with pytest.raises(SetupError) as refused:
        load("formalmath")
    assert refused.value.code == "hub" and "no network" in refused.value.message
    assert "--data PATH" in refused.value.hint and "FormalMATH-Lite" in refused.value.hint


def test_without_the_client_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)  # type: ignore[arg-type]
    with pytest.raises(SetupError) as refused:
        load("mobench")
    assert refused.value.code == "no_hub" and "leap-prover[bench]" in refused.value.hint


def test_data_at_hand_need_no_client(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)  # type: ignore[arg-type]
    (tmp_path / "a.jsonl").write_text(json.dumps(ROW))
    assert len(load("mobench", data=tmp_path / "a.jsonl").problems) == 1
