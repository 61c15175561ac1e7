"""Projects, what Lake says of them, and imports that are not compiled; `lake` is a script, no Lean runs."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import psutil
import pytest

from prover.core.errors import SetupError
from prover.lean.native import find_project
from prover.lean.native.imports import missing_import
from prover.lean.native.lake import lake_environment
from prover.lean.native.project import Project
from prover.lean.native.toolchain import Toolchain
from prover.lean.native.trusted import trusted_modules
from prover.lean.native.version import LeanVersion


def lay(root: Path, *files: str, **contents: str) -> Path:
    for name in files:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(contents.get(path.stem.replace("-", "_"), ""))
    return root


def project(root: Path, **contents: str) -> Project:
    lay(root, "lakefile.toml", **contents)
    found = find_project(root / "F.lean")
    assert found is not None
    return found


def manifest(root: Path, *packages: dict[str, Any]) -> None:
    (root / "lake-manifest.json").write_text(json.dumps({"packages": packages, "packagesDir": ".lake/packages"}))


def lake_script(folder: Path, script: str) -> Toolchain:
    folder.mkdir(exist_ok=True)
    lake = folder / "lake"
    lake.write_text(f"#!/bin/sh\n{script}\n")
    lake.chmod(0o755)
    return Toolchain("test", folder / "lean", lake, LeanVersion(4, 28, 0), "0" * 40)


def refused(root: Path, script: str = "exit 0", seconds: float = 20.0, **contents: str) -> SetupError:
    with pytest.raises(SetupError) as caught:
        lake_environment(project(root, **contents), lake_script(root / "bin", script), seconds=seconds)
    assert caught.value.hint
    return caught.value


def test_the_nearest_lakefile_is_the_project(tmp_path: Path) -> None:
    outer = lay(tmp_path, "lakefile.lean", "lean-toolchain", "A/B.lean", "sub/lakefile.toml", lean_toolchain="stable\n")
    found = find_project(outer / "A" / "B.lean")
    assert found is not None and found.root == outer.resolve() and found.toolchain == "stable"
    nested = find_project(outer / "sub" / "C.lean")
    assert nested is not None and nested.root == (outer / "sub").resolve()
    assert nested.toolchain == "stable"  # elan looks upward too


def test_a_dependency_belongs_to_the_project_that_fetched_it(tmp_path: Path) -> None:
    root = lay(tmp_path, "lakefile.toml", ".lake/packages/mathlib/lakefile.lean", ".lake/packages/mathlib/Mathlib.lean")
    found = find_project(root / ".lake/packages/mathlib/Mathlib.lean")
    assert found is not None and found.root == root.resolve()


def test_symbolic_links_lead_to_the_project(tmp_path: Path) -> None:
    root = lay(tmp_path / "real", "lakefile.toml", "A.lean")
    (tmp_path / "link").symlink_to(root)
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "A.lean").symlink_to(root / "A.lean")
    for file in (tmp_path / "link" / "A.lean", tmp_path / "notes" / "A.lean"):
        found = find_project(file)
        assert found is not None and found.root == root.resolve()


def test_a_file_outside_every_project_has_none(tmp_path: Path) -> None:
    assert find_project(tmp_path / "F.lean") is None


def test_paths_are_what_lake_prints(tmp_path: Path) -> None:
    paths = f"{tmp_path}/a b:{tmp_path}/ünï"
    script = f"printf 'LEAN_PATH={paths}\\nLEAN_SRC_PATH=/s\\nnothing\\n'"
    found = lake_environment(project(tmp_path), lake_script(tmp_path / "bin", script))
    assert found.folders("LEAN_PATH") == (tmp_path / "a b", tmp_path / "ünï")
    assert found.folders("NONE") == ()


def test_lake_runs_in_the_project_and_sees_no_foreign_lean_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEAN_PATH", "/somewhere/else")
    script = 'printf "LEAN_PATH=%s\\nSEEN=%s\\n" "$PWD" "$LEAN_PATH"'
    found = lake_environment(project(tmp_path), lake_script(tmp_path / "bin", script))
    assert found.variables == {"LEAN_PATH": os.path.realpath(tmp_path), "SEEN": ""}


def test_what_lake_says_is_in_the_error(tmp_path: Path) -> None:
    error = refused(tmp_path, "echo 'lakefile.toml:3:1: unexpected token' >&2; exit 1")
    assert error.code == "lake_failed" and "3:1: unexpected token" in error.message
    assert refused(tmp_path, "echo garbage").code == "lake_failed"


def test_a_lake_that_hangs_is_killed_with_what_it_started(tmp_path: Path) -> None:
    error = refused(tmp_path, f"sh -c 'sleep 60; touch {tmp_path}/late' & wait", seconds=0.3)
    assert error.code == "lake_timeout"
    alive = [process.info["cmdline"] for process in psutil.process_iter(["cmdline"])]
    assert not any(f"{tmp_path}/late" in word for words in alive for word in words or [])


def test_lake_is_not_called_where_it_would_fetch(tmp_path: Path) -> None:
    called = f"touch {tmp_path}/called; echo LEAN_PATH="
    asks = '[[require]]\nname = "mathlib"\n'
    assert refused(tmp_path, called, lakefile=asks).code == "lake_manifest"
    manifest(tmp_path, {"type": "git", "name": "mathlib"}, {"type": "git", "name": "«proof-widgets»"})
    error = refused(tmp_path, called, lakefile=asks)
    assert error.code == "lake_packages" and "lake exe cache get" in error.hint and "proof-widgets" in error.message
    assert not (tmp_path / "called").exists()
    lay(tmp_path, ".lake/packages/mathlib/x", ".lake/packages/proof-widgets/x")
    lake_environment(project(tmp_path, lakefile=asks), lake_script(tmp_path / "bin", called))
    assert (tmp_path / "called").exists()


@pytest.mark.parametrize("text", ["no json", "[]", "17"])
def test_a_damaged_manifest_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "lake-manifest.json").write_text(text)
    error = refused(tmp_path)
    assert error.code == "lake_manifest" and "lake update" in error.hint


def test_requirements_are_seen_in_lean_lakefiles_too(tmp_path: Path) -> None:
    lay(tmp_path, "lakefile.lean", lakefile="import Lake\n-- require nothing\nrequire mathlib from git\n")
    found = find_project(tmp_path)
    assert found is not None and found.requires()
    lay(tmp_path, "lakefile.lean", lakefile="import Lake\n-- require nothing\n")
    assert not found.requires()


def test_an_import_that_is_not_compiled_comes_with_the_line_to_run(tmp_path: Path) -> None:
    below = (f".lake/packages/{rest}" for rest in ("mathlib/Mathlib/Order.lean", "batteries/Batteries.lean"))
    root = lay(tmp_path, "Foo/Bar.lean", *below, ".lake/packages/other/Other.lean")
    names = ("mathlib", "batteries", "other")
    manifest(root, *({"type": "git", "name": name} for name in names))
    folders = [root, *(root / ".lake/packages" / name for name in names)]

    def hint(*modules: str) -> str:
        error = missing_import(modules, project(root), folders)
        assert error.code == "missing_import"
        return error.hint

    assert hint("Foo.Bar") == f"run `lake build Foo.Bar` in {root.resolve()}"
    assert hint("Mathlib.Order", "Batteries") == f"run `lake exe cache get` in {root.resolve()}"
    both = "lake exe cache get && lake build Foo.Bar Other"
    assert hint("Foo.Bar", "Mathlib.Order", "Other") == f"run `{both}` in {root.resolve()}"
    assert "check the name" in hint("No.Such") and "check the name" in hint("Mathlib.No")


def test_mathlib_where_it_is_not_required(tmp_path: Path) -> None:
    error = missing_import(["Mathlib.Order"], project(tmp_path), [tmp_path])
    assert "lake update mathlib" in error.hint and "lakefile.toml" in error.hint


def test_mathlib_is_trusted_only_where_lean_finds_the_fetched_one(tmp_path: Path) -> None:
    home = "https://github.com/leanprover-community/"
    rows = [{"type": "git", "name": name, "url": f"{home}{name}"} for name in ("mathlib4", "mathlib", "batteries")]
    manifest(tmp_path, *rows, {"type": "git", "name": "aesop", "url": "https://example.org/aesop"})
    names = ("mathlib", "batteries", "aesop")
    built = {name: tmp_path / ".lake/packages" / name / ".lake/build/lib/lean" for name in names}
    lay(tmp_path, ".lake/build/lib/lean/Batteries/Mine.olean")
    lay(built["mathlib"], "Mathlib/Order.olean")
    lay(built["batteries"], "Batteries.olean")
    lay(built["aesop"], "Aesop.olean")
    own = tmp_path / ".lake/build/lib/lean"
    search = [built["mathlib"], built["batteries"], built["aesop"]]
    assert trusted_modules(project(tmp_path), search) == ("Batteries", "Mathlib")
    assert trusted_modules(project(tmp_path), [own, *search]) == ("Mathlib",)
    assert trusted_modules(project(tmp_path), []) == ()
