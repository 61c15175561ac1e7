"""A traced repository read by the real lean-dojo; skipped where it is not installed (the extra `dojo`)."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from dojo_data import COMMIT, URL, write_traced

from prover.core.errors import UserError
from prover.dataset import TracedRepository, is_step, open_dojo

pytestmark = pytest.mark.skipif(find_spec("lean_dojo") is None, reason="lean-dojo is not installed")

TO_XML = """
import sys
from pathlib import Path
from lean_dojo.data_extraction.traced_data import TracedFile
root = Path(sys.argv[1])
trace = root / ".lake/build/ir/Example.ast.json"
trace.with_suffix("").with_suffix(".trace.xml").write_text(TracedFile.from_traced_file(root, trace, None).to_xml())
"""


def add_xml(folder: Path, scratch: Path) -> None:
    """The trace as LeanDojo saves it after reading it once."""
    place = {"HOME": str(scratch), "CACHE_DIR": str(scratch / "cache"), "PYTHONPATH": os.pathsep.join(sys.path)}
    environment = {**os.environ, **place, "DISABLE_REMOTE_CACHE": "1"}
    subprocess.run([sys.executable, "-c", TO_XML, str(folder)], env=environment, check=True, capture_output=True)


def test_the_theorems_of_a_traced_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    repository = open_dojo(write_traced(tmp_path / "repository"))
    assert isinstance(repository, TracedRepository)
    before = dict(os.environ), set(sys.modules)
    records = list(repository)
    assert (dict(os.environ), list(home.iterdir())) == (before[0], [])
    assert "lean_dojo" not in sys.modules and "loguru" not in set(sys.modules) - before[1]
    assert [(r.theorem, r.tactic) for r in records] == [
        ("swap", "constructor"),
        ("swap", "exact h.2"),
        ("swap", "exact h.1"),
        ("Example.zero_add_twice", "rw [Nat.zero_add]"),
        ("Example.zero_add_twice", "exact Nat.zero_add n"),
        ("Example.unfinished", "skip"),
        ("Example.unfinished", "sorry"),
    ]
    assert [is_step(r) for r in records] == [True] * 5 + [False] * 2
    assert {(r.file, r.repository, r.lean_version) for r in records} == {("Example.lean", f"{URL}@{COMMIT}", "v4.28.0")}
    rewrite = records[3]
    assert (rewrite.state, rewrite.after) == ("n : Nat\n⊢ 0 + (0 + n) = n", "n : Nat\n⊢ 0 + n = n")
    assert rewrite.used == ("Nat.zero_add",) and records[4].after == ""


def test_both_forms_of_a_trace_say_the_same(tmp_path: Path) -> None:
    folder = write_traced(tmp_path / "repository")
    raw = list(open_dojo(folder))
    add_xml(folder, tmp_path)
    (folder / ".lake" / "build" / "ir" / "Example.ast.json").write_text("not looked at: the XML is there")
    assert list(open_dojo(folder)) == raw


def test_a_source_that_changed_after_it_was_traced_is_said(tmp_path: Path) -> None:
    folder = write_traced(tmp_path / "repository")
    add_xml(folder, tmp_path)
    with (folder / "Example.lean").open("a") as file:
        file.write("-- changed\n")
    with pytest.raises(UserError, match="Example.trace.xml") as raised:
        list(open_dojo(folder))
    assert raised.value.code == "bad_dojo_data"
