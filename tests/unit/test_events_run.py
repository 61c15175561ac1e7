from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from prover.core.errors import UserError
from prover.events import Recorder, RunFolder, RunSpec, installed_versions, payload, write_atomically

SPEC = RunSpec(
    arguments=("prove", "F.lean"),
    engine="embedded",
    lean_version="4.28.0",
    versions={"leap-prover": "0.1.0"},
    seed=7,
    sampling={"temperature": 0.7, "stop": ["\n"]},
    limits={"seconds": 60.0},
)


@payload("test_found")
@dataclass(frozen=True)
class Found:
    theorem: str


def test_a_run_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "run"
    made = RunFolder.create(path, SPEC)
    assert list(made.events()) == []
    with made.log() as log:
        event = Recorder(log, "F.lean:t").record(Found("t"))
    made.summarize({"proved": 1})
    read = RunFolder.open(path)
    assert (read.spec, read.summary, list(read.events())) == (SPEC, {"proved": 1}, [event])
    assert {file.name for file in path.iterdir()} == {"run.json", "events.jsonl"}


def test_a_run_is_not_overwritten(tmp_path: Path) -> None:
    RunFolder.create(tmp_path, SPEC)
    with pytest.raises(UserError) as caught:
        RunFolder.create(tmp_path, RunSpec())
    assert caught.value.code == "run_exists"
    assert RunFolder.open(tmp_path).spec == SPEC


def test_a_file_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "run").touch()
    with pytest.raises(UserError) as caught:
        RunFolder.create(tmp_path / "run", SPEC)
    assert caught.value.code == "run_folder"


def test_no_run(tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        RunFolder.open(tmp_path)
    assert caught.value.code == "no_run"


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"format": 1}', '{"format": 1, "spec": {"seed": "x"}}'])
def test_a_damaged_description(tmp_path: Path, content: str) -> None:
    (tmp_path / "run.json").write_text(content)
    with pytest.raises(UserError) as caught:
        RunFolder.open(tmp_path)
    assert caught.value.code == "corrupt_run"


def test_a_run_of_another_format(tmp_path: Path) -> None:
    RunFolder.create(tmp_path, SPEC)
    file = tmp_path / "run.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "format": 2}))
    with pytest.raises(UserError, match="format"):
        RunFolder.open(tmp_path)


def test_proofs_of_distinct_theorems_are_distinct_files(tmp_path: Path) -> None:
    run = RunFolder.create(tmp_path, SPEC)
    names = ["foo", "Foo", "FOO", "a/b", "a_b", "..", "", "«x y»", "«x\ny»", "n" * 500, "n" * 501, "été", ".hidden"]
    files = [run.save_proof(name, f"-- {name}") for name in names]
    assert len({str(file).lower() for file in files}) == len(names)
    assert {file.parent for file in files} == {tmp_path / "proofs"}
    assert all(file.suffix == ".lean" and not file.name.startswith(".") for file in files)
    assert [file.read_text() for file in files] == [f"-- {name}" for name in names]
    assert files[0].name == "foo.lean"


def test_a_write_that_fails_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "f"
    write_atomically(file, "old")

    def refuse(descriptor: int) -> None:
        raise OSError("disk gone")

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(OSError, match="disk gone"):
        write_atomically(file, "new")
    assert file.read_text() == "old"
    assert os.listdir(tmp_path) == ["f"]


def test_versions_of_what_is_installed() -> None:
    found = installed_versions("pytest", "no-such-distribution")
    assert found == {"pytest": pytest.__version__}
