"""What a native process may read, over a toolchain and packages that are links; system programs stand in for Lean's."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from prover.lean.containment import mechanisms
from prover.lean.native import NativeEngine, find_project, find_toolchain, lake_environment
from prover.lean.native.checker import run_to_end

COMMIT = "0123456789" * 4


def put(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def program(path: Path, script: str) -> None:
    put(path, f"#!/bin/sh\n{script}\n").chmod(0o755)


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> NativeEngine:
    """A toolchain linked into elan's folder; a package beside the project, reached by a link; links to a cache."""
    lean = tmp_path / "opt" / "lean4"
    program(lean / "bin" / "lean", f'echo "Lean (version 4.28.0, x86_64-unknown-linux-gnu, commit {COMMIT}, Release)"')
    paths = f"./.lake/build/lib/lean:{tmp_path}/link/.lake/build/lib/lean"
    program(lean / "bin" / "lake", f"echo LEAN_PATH={paths}; echo LAKE_CACHE_DIR={tmp_path}/cache")
    for name in ("cat", "env"):
        found = shutil.which(name)
        assert found is not None
        shutil.copy(Path(found).resolve(), lean / "bin" / name)
    put(lean / "lib" / "lean" / "Init.olean", "the library")
    monkeypatch.setenv("ELAN_HOME", str(tmp_path / "elan"))
    (tmp_path / "elan" / "toolchains").mkdir(parents=True)
    (tmp_path / "elan" / "toolchains" / "mine").symlink_to(lean)

    root = tmp_path / "project"
    put(root / "lakefile.toml", "")
    put(root / ".env", "a key")
    put(root / ".lake/build/lib/lean/Own.olean", "the project's")
    put(tmp_path / "package/.lake/build/lib/lean/Other.olean", "the package's")
    (tmp_path / "link").symlink_to(tmp_path / "package")
    (root / ".lake/build/lib/lean/Kept.olean").symlink_to(put(tmp_path / "cache/artifacts/1.olean", "the cache's"))
    (tmp_path / "scratch").mkdir()
    project = find_project(root / "F.lean")
    assert project is not None
    toolchain = find_toolchain("mine")
    return NativeEngine(toolchain, project, lake_environment(project, toolchain), put(tmp_path / "bridge/x", "").parent)


async def read(engine: NativeEngine, scratch: Path, path: Path) -> str:
    """What the toolchain's `cat` prints, which its `env` starts."""
    programs = engine.toolchain.folder / "bin"
    argv = (str(programs / "env"), str(programs / "cat"), str(path))
    ended = await run_to_end(engine.contained(argv, {}, scratch), seconds=60)
    return ended.said if ended.status == 0 else ""


async def test_toolchain_modules_and_links_to_them_are_read(engine: NativeEngine, tmp_path: Path) -> None:
    own, package = (Path(folder) for folder in engine.variables(tmp_path)["LEAN_PATH"].split(":")[1:])
    for path, text in {
        tmp_path / "elan/toolchains/mine/lib/lean/Init.olean": "the library",
        own / "Own.olean": "the project's",
        own / "Kept.olean": "the cache's",
        package / "Other.olean": "the package's",
        tmp_path / "link/.lake/build/lib/lean/Other.olean": "the package's",
    }.items():
        assert await read(engine, tmp_path / "scratch", path) == text


async def test_other_files_are_read_only_where_they_are_named(engine: NativeEngine, tmp_path: Path) -> None:
    if not mechanisms().files:
        pytest.skip("this system keeps no process from files")
    key = tmp_path / "project" / ".env"
    assert await read(engine, tmp_path / "scratch", key) == ""
    assert await read(replace(engine, also_reads=(key.parent,)), tmp_path / "scratch", key) == "a key"
