"""`bundled` finds the folders beside the package in a checkout and inside it when installed."""

from __future__ import annotations

from pathlib import Path

import pytest

from prover.core.errors import SetupError
from prover.lean import bundled as module
from prover.lean.bundled import bundled


def place(monkeypatch: pytest.MonkeyPatch, root: Path) -> Path:
    """Pretends that the library is installed under `root`; returns its package folder."""
    package = root / "prover"
    (package / "lean").mkdir(parents=True)
    monkeypatch.setattr(module, "__file__", str(package / "lean" / "bundled.py"))
    return package


def test_in_this_checkout() -> None:
    assert (bundled("lean_project") / "Bridge" / "Server.lean").is_file()
    assert (bundled("agents") / "tactic" / "chat" / "prompts" / "user.md.j2").is_file()


def test_in_a_checkout(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    place(monkeypatch, tmp_path)
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "agents").mkdir()
    assert bundled("agents") == tmp_path / "agents"


def test_in_a_wheel(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    package = place(monkeypatch, tmp_path)
    (package / "_bundled" / "agents").mkdir(parents=True)
    (tmp_path / "agents").mkdir()
    assert bundled("agents") == package / "_bundled" / "agents"


def test_the_package_next_door_is_not_ours(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    place(monkeypatch, tmp_path)
    (tmp_path / "agents").mkdir()
    with pytest.raises(SetupError) as caught:
        bundled("agents")
    assert caught.value.code == "bundle_missing"
    assert caught.value.hint
