"""The picture and the table of rooms are what the import contract and the rooms' docstrings say."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest
from doc_blocks import DOCS, ROOT


@pytest.fixture(scope="module")
def program() -> ModuleType:
    spec = importlib.util.spec_from_file_location("architecture", DOCS / "images" / "architecture.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_picture_and_table_are_as_the_program_makes_them(program: ModuleType) -> None:
    """Else: `python docs/images/architecture.py`."""
    assert program.PICTURE.read_text(encoding="utf-8") == program.drawn()
    page = program.PAGE.read_text(encoding="utf-8")
    assert page == program.written(page)


def test_every_room_has_a_purpose(program: ModuleType) -> None:
    rooms = {path.parent.name for path in (ROOT / "prover").glob("*/__init__.py")}
    drawn = [room for layer in program.layers() for room in layer]
    assert sorted(drawn) == sorted(rooms)
    assert all(program.purpose(room).endswith(".") for room in rooms)


def test_a_room_that_moves_changes_the_picture(program: ModuleType, tmp_path: Path) -> None:
    contract = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    (tmp_path / "prover").symlink_to(ROOT / "prover")
    moved = contract.replace('  "flags | settings",\n', "")
    assert moved != contract
    (tmp_path / "pyproject.toml").write_text(moved)
    assert program.drawn(tmp_path) != program.drawn()


def test_what_the_page_names_is_there() -> None:
    text = (DOCS / "architecture.md").read_text(encoding="utf-8")
    for name in re.findall(r"`((?:prover|agents|benchmarks|lean_project|tests)/[\w/.*-]+)`", text):
        assert list(ROOT.glob(name.rstrip("/"))), name
