"""LeanDojo's data sets as records; its package is not asked for."""

from __future__ import annotations

import json
import logging
import os
import sys
from pathlib import Path
from typing import Any

import psutil
import pytest
from dojo_data import BOTH, COMM, COMMIT, OPEN, URL, write_dojo

from prover.core.errors import SetupError, UserError
from prover.dataset import DojoData, TracedRepository, is_step, open_dojo
from prover.dataset import traced as traced_module


def test_a_file_gives_the_tactics_of_its_theorems_in_order(tmp_path: Path) -> None:
    folder = write_dojo(tmp_path)
    records = list(DojoData(folder / "random" / "train.json"))
    assert [r.tactic for r in records] == ["rw [Nat.add_comm a b, Nat.add_comm b]", "exact Nat.add_comm a b"]
    rewrite, exact = records
    assert rewrite.state == COMM["traced_tactics"][0]["state_before"]
    assert (rewrite.outcome, rewrite.after) == ("progress", "a b : ℕ\n⊢ a + b = b + a")
    assert (exact.outcome, exact.after, exact.used) == ("solved", "", ("Nat.add_comm",))
    assert {(r.theorem, r.file, r.repository, r.split, r.origin) for r in records} == {
        ("Numbers.add_comm_twice", "Numbers/Basic.lean", f"{URL}@{COMMIT}", "train", "dojo")
    }
    assert {(r.verdict, r.verified, r.on_proof, r.remaining) for r in records} == {("traced", False, True, None)}
    assert all(map(is_step, records))


def test_a_folder_gives_all_its_files_and_their_splits(tmp_path: Path) -> None:
    data = open_dojo(write_dojo(tmp_path))
    records = list(data)
    assert len(records) == 2 * 6, "the strategies repeat the theorems; Distinct drops that"
    assert {(r.theorem, r.split) for r in records} == {
        ("Numbers.add_comm_twice", "train"),
        ("Numbers.both", "val"),
        ("Numbers.open", "test"),
    }
    assert list(data) == records


def test_a_proof_with_a_gap_is_none(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps([OPEN, BOTH]))
    steps = [r.theorem for r in DojoData(tmp_path / "a.json") if is_step(r)]
    assert steps == ["Numbers.both"] * 2


@pytest.mark.parametrize("word", ["sorry", "exact ⟨h, sorry⟩", "admit", "stop"])
def test_words_that_leave_a_gap(tmp_path: Path, word: str) -> None:
    steps = [{"tactic": word, "state_before": "⊢ p", "state_after": "no goals"}]
    (tmp_path / "a.json").write_text(json.dumps([{**BOTH, "traced_tactics": steps}]))
    assert not any(map(is_step, DojoData(tmp_path / "a.json")))


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("[1]", "bad_dojo_data"),
        ("{}", "bad_dojo_data"),
        ('[{"full_name": "t"}]', "bad_dojo_data"),
        (None, "no_dojo_data"),
    ],
)
def test_other_files_are_the_users_error(tmp_path: Path, content: str | None, code: str) -> None:
    if content is not None:
        (tmp_path / "train.json").write_text(content)
    with pytest.raises(UserError) as raised:
        list(open_dojo(tmp_path))
    assert raised.value.code == code


def test_missing_parts_of_a_tactic_read_as_nothing(tmp_path: Path) -> None:
    steps: list[Any] = [{"tactic": "t", "annotated_tactic": ["t"]}, 7]
    (tmp_path / "a.json").write_text(json.dumps([{"traced_tactics": steps}]))
    assert [(r.tactic, r.used, r.repository) for r in DojoData(tmp_path / "a.json")] == [("t", (), ""), ("", (), "")]


def test_a_traced_repository_without_the_package_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "A.trace.xml").write_text("<TracedFile/>")
    monkeypatch.setattr(traced_module, "find_spec", lambda name: None)
    with pytest.raises(SetupError) as raised:
        open_dojo(tmp_path)
    assert raised.value.code == "no_lean_dojo" and "leap-prover[dojo]" in raised.value.hint
    monkeypatch.setattr(sys, "version_info", (3, 13, 0))
    with pytest.raises(SetupError) as raised:
        open_dojo(tmp_path)
    assert "limited to Python below 3.13" in raised.value.hint


STAND_IN = """
import logging, os, socket, sys
sys.stderr.write("noise\\n")
print("noise")
logging.disable()
os.environ["MADE"] = "here"
try:
    socket.create_connection(("127.0.0.1", 9))
except PermissionError as error:
    sys.stderr.write(f"{error}\\n")
class Theorem:
    def __init__(self, name):
        self.theorem = self
        self.full_name, self.file_path, self.start, self.end = name, "A.lean", (1, 1), (2, 1)
    def get_traced_tactics(self):
        return [Tactic("skip"), Tactic("· skip"), Tactic(os.environ.get("SECRET", "no secret"))]
class Tactic:
    def __init__(self, text):
        self.tactic, self.state_before, self.state_after = text, "⊢ p", "no goals"
    def get_annotated_tactic(self):
        return self.tactic, []
class TracedFile:
    def __init__(self, root, path, repo):
        self.path = path
    @classmethod
    def from_xml(cls, root, path, repo):
        assert "broken" not in path.name, "not a trace\\nat all"
        return cls(root, path, repo)
    from_traced_file = from_xml
    def get_traced_theorems(self):
        assert self.traced_repo.repo.name
        return [Theorem(self.path.name)]
"""


@pytest.fixture
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package of the name, with side effects like LeanDojo's, and a repository with traces."""
    package = tmp_path / "packages" / "lean_dojo" / "data_extraction"
    package.mkdir(parents=True)
    for folder in (package, package.parent):
        (folder / "__init__.py").write_text("")
    (package / "traced_data.py").write_text(STAND_IN, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path / "packages")
    monkeypatch.setenv("SECRET", "a token")
    folder = tmp_path / "repository"
    for trace in ("build/ir/A.trace.xml", "build/ir/A.ast.json", "build/ir/B.ast.json", "packages/x/C.trace.xml"):
        (folder / ".lake" / trace).parent.mkdir(parents=True, exist_ok=True)
        (folder / ".lake" / trace).write_text("")
    (folder / "lean-toolchain").write_text("leanprover/lean4:v4.9.0\n")
    (folder / ".git" / "refs" / "heads").mkdir(parents=True)
    (folder / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    (folder / ".git" / "refs" / "heads" / "main").write_text(COMMIT + "\n")
    (folder / ".git" / "config").write_text(f'[core]\n\tbare = false\n[remote "origin"]\n\turl = {URL}\n')
    return folder


def test_the_package_changes_nothing_in_this_process(stand_in: Path, capfd: pytest.CaptureFixture[str]) -> None:
    before = dict(os.environ), list(logging.root.handlers), logging.root.manager.disable, set(sys.modules)
    repository = open_dojo(stand_in)
    assert isinstance(repository, TracedRepository)
    records = list(repository)
    assert (dict(os.environ), list(logging.root.handlers), logging.root.manager.disable) == before[:3]
    assert not {name for name in set(sys.modules) - before[3] if name.startswith("lean_dojo")}
    assert capfd.readouterr() == ("", "")
    assert [(r.theorem, r.tactic) for r in records] == [
        ("A.trace.xml", "skip"),
        ("A.trace.xml", "no secret"),
        ("B.ast.json", "skip"),
        ("B.ast.json", "no secret"),
    ]
    assert {(r.repository, r.lean_version, r.verdict) for r in records} == {(f"{URL}@{COMMIT}", "v4.9.0", "traced")}


def test_a_trace_that_cannot_be_read_is_named_and_left_out(stand_in: Path) -> None:
    build = stand_in / ".lake" / "build" / "ir"
    (build / "A_broken.trace.xml").write_text("")
    repository = TracedRepository(stand_in)
    for _ in range(2):
        assert {r.theorem for r in repository} == {"A.trace.xml", "B.ast.json"}
        assert repository.faults == [".lake/build/ir/A_broken.trace.xml: not a trace at all"]
    for trace in ("A.trace.xml", "A.ast.json", "B.ast.json"):
        (build / trace).unlink()
    with pytest.raises(UserError, match="not a trace at all") as raised:
        list(repository)
    assert raised.value.code == "bad_dojo_data"


def test_a_package_that_does_not_load_is_an_environment_error(stand_in: Path, tmp_path: Path) -> None:
    (tmp_path / "packages" / "lean_dojo" / "data_extraction" / "traced_data.py").write_text("import nothing_there")
    with pytest.raises(SetupError, match="nothing_there") as raised:
        list(open_dojo(stand_in))
    assert raised.value.code == "lean_dojo_broken"


def test_whoever_stops_reading_leaves_no_process(stand_in: Path) -> None:
    records = iter(open_dojo(stand_in))
    assert next(records).tactic == "skip"
    records.close()  # type: ignore[attr-defined]
    assert not [p for p in psutil.Process().children() if str(stand_in) in p.cmdline()]
