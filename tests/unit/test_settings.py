"""Files of settings: what is read of them, where they are looked for, and what a project may set."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from prover.core.errors import UserError
from prover.settings import SettingsFile, TrustStore, needs_trust, project_file, variable


def written(path: Path, text: str | bytes) -> SettingsFile:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    file = SettingsFile.read(path)
    assert file is not None
    return file


TEXT = '''# timeout = 1
[other]
timeout = 2
"model" = """
timeout = 3
"""
[check]
allow = [
  "timeout",
]
timeout = 4
[bench]
validate.timeout = 5
serve = { timeout = 6 }
'''


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        (("other", "timeout"), 3),
        (("other", "model"), 4),
        (("check", "allow"), 8),
        (("check", "timeout"), 11),
        (("bench", "validate", "timeout"), 13),
        (("bench", "serve", "timeout"), 14),
        (("check",), 7),
        (("absent",), None),
    ],
)
def test_the_line_of_a_key_is_that_of_its_statement(tmp_path: Path, keys: tuple[str, ...], line: int | None) -> None:
    assert written(tmp_path / "a.toml", TEXT).line(keys) == line


def test_there_may_be_no_file(tmp_path: Path) -> None:
    assert SettingsFile.read(tmp_path / "none.toml") is None


@pytest.mark.parametrize(
    "content",
    [b"timeout = \xff\xfe", b"timeout = ", b"a = " + b"[" * 5000, b"\x00", b"# " + b"x" * 70_000],
    ids=["not UTF-8", "no value", "deep", "a zero byte", "huge"],
)
def test_what_is_no_file_of_settings_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(UserError) as caught:
        _ = written(tmp_path / "a.toml", content).tables
    assert caught.value.code == "bad_config"
    assert str(tmp_path / "a.toml") in caught.value.message
    assert len(caught.value.message) < 500


@pytest.mark.parametrize("kind", ["folder", "pipe", "device"])
def test_only_plain_files_are_read(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "a.toml"
    match kind:
        case "folder":
            path.mkdir()
        case "pipe":
            os.mkfifo(path)  # nobody writes to it: reading it would not end
        case _:
            path.symlink_to("/dev/zero")
    with pytest.raises(UserError) as caught:
        SettingsFile.read(path)
    assert caught.value.code == "bad_config"


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folders `a/b/c` in a home, with a file of settings in `a`."""
    home = tmp_path / "home"
    (home / "a" / "b" / "c").mkdir(parents=True)
    (home / "a" / "prover.toml").touch()
    monkeypatch.setenv("HOME", str(home))
    return home


def test_the_nearest_file_upward_is_the_one(tree: Path) -> None:
    assert project_file(tree / "a" / "b" / "c") == tree / "a" / "prover.toml"
    (tree / "a" / "b" / "prover.toml").touch()
    assert project_file(tree / "a" / "b" / "c") == tree / "a" / "b" / "prover.toml"


@pytest.mark.parametrize("mark", ["lakefile.lean", "lakefile.toml", "lean-toolchain", ".git"])
def test_nothing_is_looked_for_above_the_project(tree: Path, mark: str) -> None:
    (tree / "a" / "b" / mark).touch()
    assert project_file(tree / "a" / "b" / "c") is None
    (tree / "a" / ".git").mkdir()
    # A repository may hold several Lake projects.
    assert project_file(tree / "a" / "b" / "c") == (None if mark == ".git" else tree / "a" / "prover.toml")


def test_nothing_is_looked_for_above_the_home_folder(tree: Path) -> None:
    (tree.parent / "prover.toml").touch()
    (tree.parent / ".git").mkdir()
    assert project_file(tree) is None


def test_outside_of_home_and_projects_only_the_folder_itself_counts(tree: Path) -> None:
    elsewhere = tree.parent / "elsewhere" / "inner"
    elsewhere.mkdir(parents=True)
    (elsewhere.parent / "prover.toml").touch()
    assert project_file(elsewhere) is None
    assert project_file(elsewhere.parent) == elsewhere.parent / "prover.toml"


def test_a_folder_is_the_one_that_a_link_leads_to(tree: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tree / "a")
    assert project_file(tmp_path / "link") == tree / "a" / "prover.toml"


def test_variables_are_named_after_tables_and_options() -> None:
    assert variable("start-timeout") == "PROVER_START_TIMEOUT"
    assert variable("deep", ("bench", "validate")) == "PROVER_BENCH_VALIDATE_DEEP"


@pytest.mark.parametrize(
    ("option", "value", "users"),
    [
        ("timeout", 1e9, None),
        ("engine", "embedded", None),
        ("strict", True, None),
        ("policy", "proof", None),
        ("money", 5.0, None),
        ("money", 0.5, 1.0),
        ("memory", 1000, None),
        ("memory", 9000, 9000),
        ("jobs", 1, None),
    ],
)
def test_what_a_project_may_set(option: str, value: Any, users: Any) -> None:
    assert not needs_trust(option, value, users)


@pytest.mark.parametrize(
    ("option", "value", "users"),
    [
        ("engine", "native", None),
        ("engine", "repl", None),
        ("engine", "auto", None),
        ("repl-command", "x", None),
        ("model", "openai-api/evil/x", None),
        ("model", "hf/./weights", None),
        ("money", 2.0, 1.0),
        ("tokens", 2, 1),
        ("calls", 2, 1),
        ("price", "0/0", None),
        ("strict", False, None),
        ("policy", "file", None),
        ("memory", 1_000_000, None),
        ("jobs", 100_000, None),
        ("an-option-of-tomorrow", 1, None),
    ],
)
def test_what_a_project_may_not_set(option: str, value: Any, users: Any) -> None:
    assert needs_trust(option, value, users)


class TestTrust:
    def test_it_is_of_a_place_and_a_content(self, tmp_path: Path) -> None:
        store = TrustStore(tmp_path / "settings")
        file = written(tmp_path / "prover.toml", "write = true")
        assert not store.trusts(file)
        store.trust(file)
        assert store.trusts(file)
        (tmp_path / "other").mkdir()
        assert not store.trusts(written(tmp_path / "other" / "prover.toml", "write = true"))
        assert not store.trusts(written(tmp_path / "prover.toml", "write = true "))
        assert [one.state for one in store.files()] == ["changed"]
        (tmp_path / "prover.toml").unlink()
        assert [one.state for one in store.files()] == ["missing"]
        assert store.revoke(file.path)
        assert not store.revoke(file.path)
        assert not store.trusts(file)

    def test_a_link_that_leads_elsewhere_is_another_content(self, tmp_path: Path) -> None:
        good, bad, link = tmp_path / "good", tmp_path / "bad", tmp_path / "prover.toml"
        good.write_text("timeout = 1")
        bad.write_text("write = true")
        link.symlink_to(good)
        store = TrustStore(tmp_path / "settings")
        file = SettingsFile.read(link)
        assert file is not None
        store.trust(file)
        link.unlink()
        link.symlink_to(bad)
        changed = SettingsFile.read(link)
        assert changed is not None
        assert not store.trusts(changed)

    @pytest.mark.parametrize("text", ["", "[]", "{", '{"schema": "leap-prover/trusted/2", "files": {}}', "[" * 100_000])
    def test_a_record_that_cannot_be_read_trusts_nothing(self, tmp_path: Path, text: str) -> None:
        store = TrustStore(tmp_path)
        store.path.write_text(text)
        with pytest.raises(UserError) as caught:
            store.trusts(written(tmp_path / "prover.toml", ""))
        assert caught.value.code == "trust_store"
        with pytest.raises(UserError):
            store.trust(written(tmp_path / "prover.toml", ""))
        assert store.path.read_text() == text

    def test_the_record_is_plain_json(self, tmp_path: Path) -> None:
        store = TrustStore(tmp_path)
        file = written(tmp_path / "prover.toml", "")
        store.trust(file)
        document = json.loads(store.path.read_text())
        assert document == {"schema": "leap-prover/trusted/1", "files": {str(file.path): file.digest}}


def test_a_file_of_somebody_else_is_foreign(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "prover.toml"
    assert not written(path, "").foreign
    if os.geteuid() == 0:
        os.chown(path, 12345, -1)
    else:
        monkeypatch.setattr(os, "geteuid", lambda: 12345)
    file = SettingsFile.read(path)
    assert file is not None and file.foreign
