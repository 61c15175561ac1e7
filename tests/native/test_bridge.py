"""The Bridge compiled by a toolchain: once, with Lean's own errors when it is refused; `prove` on top of it."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from prover.cli import doctor
from prover.cli.app import run
from prover.core.errors import SetupError
from prover.lean.bundled import bundled
from prover.lean.embedded import EmbeddedEngine
from prover.lean.embedded.bridge import compile_bridge as pack
from prover.lean.native import bridge as native_bridge
from prover.lean.native import compile_bridge, find_toolchain

Install = Callable[..., Path]


@pytest.fixture
def project(install: Install, tmp_path: Path) -> Path:
    install()
    (tmp_path / "lean-toolchain").write_text("leanprover/lean4:v4.28.0\n")
    (tmp_path / "lakefile.toml").write_text('name = "sample"\n')
    return tmp_path


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A Bridge of one module, which is not among those the embedded Lean has compiled: Lean will elaborate it."""
    folder = tmp_path / "small"
    (folder / "Bridge").mkdir(parents=True)
    (folder / "modules.txt").write_text("Bridge.Server\n")
    (folder / "Bridge" / "Server.lean").write_text("theorem t : 1 + 1 = 2 := rfl\n")
    for name in ("Native.lean", "compat.toml"):
        shutil.copyfile(bundled("lean_project") / name, folder / name)
    return folder


def test_it_is_compiled_once_for_a_version_and_contents(install: Install, tmp_path: Path) -> None:
    install()
    install("4.29.0")
    seen: list[int] = []

    def progress(phase: str, done: int, total: int | None) -> None:
        seen.append(done)

    old, new = find_toolchain("4.28.0"), find_toolchain("4.29.0")
    sources = tmp_path / "sources"
    shutil.copytree(bundled("lean_project"), sources)
    first = compile_bridge(old, sources, progress)
    modules = len((sources / "modules.txt").read_text().splitlines()) - 1
    assert (first / "Bridge" / "Server.olean").is_file() and (first / "Native.lean").is_file()
    assert seen in ([], list(range(modules + 1)))  # empty: another test has compiled it before
    seen.clear()
    assert compile_bridge(old, sources, progress) == first and not seen
    assert compile_bridge(new, sources) != first
    with (sources / "Native.lean").open("a") as stream:
        stream.write("\n-- changed\n")
    assert compile_bridge(old, sources) != first


def test_a_damaged_one_is_compiled_again(install: Install, small: Path) -> None:
    install()
    toolchain = find_toolchain("4.28.0")
    folder = compile_bridge(toolchain, small)
    (folder / "Bridge" / "Server.olean").unlink()
    assert compile_bridge(toolchain, small) == folder and (folder / "Bridge" / "Server.olean").is_file()


def test_leans_own_words_are_in_the_error(install: Install, small: Path, native_cache: Path) -> None:
    install()
    (small / "Bridge" / "Server.lean").write_text("theorem t : 1 + 1 = 3 := rfl\ndef oops := noSuchThing\n")
    with pytest.raises(SetupError) as caught:
        compile_bridge(find_toolchain("4.28.0"), small)
    assert caught.value.code == "bridge_compile"
    assert "Bridge.Server" in caught.value.message and "noSuchThing" in caught.value.message
    assert not list(native_cache.glob("native/.stage-*"))


def test_doctor_shows_the_toolchain_the_project_and_leans_errors(
    project: Path, small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    findings = doctor.native_findings(project)
    assert [f.code for f in findings] == ["toolchain", "project", "native_bridge", "native_worker"]
    assert all(f.ok for f in findings), findings
    (small / "Bridge" / "Server.lean").write_text("def oops := noSuchThing\n")
    monkeypatch.setattr("prover.lean.bundled.bundled", lambda name: small)
    *_, last = doctor.native_findings(project)
    assert not last.ok and last.code == "bridge_compile" and "noSuchThing" in last.seen
    (project / "lakefile.toml").write_text("= =")
    *_, last = doctor.native_findings(project)
    assert not last.ok and last.code == "lake_failed" and last.remedy


def test_doctor_without_a_toolchain(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ELAN_HOME", str(project / "nowhere"))
    (found,) = doctor.native_findings(project)
    assert found.ok and found.code == "toolchain" and "not installed" in found.seen and found.remedy


def test_a_strict_check_in_a_project_runs_on_its_lean_and_its_checker(
    project: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROVER_ENGINE", "native")
    reference, submission = project / "R.lean", project / "F.lean"
    reference.write_text("theorem t (a b : Nat) : a + b = b + a := by sorry\n")
    submission.write_text("theorem t (a b : Nat) : a + b = b + a := by omega\n")
    checker = find_toolchain("4.28.0").lean.with_name("leanchecker")
    checker.write_text('#!/bin/sh\n[ -s "${LEAN_PATH%%:*}/$1.olean" ]\n')  # there is what `lean -o` made
    checker.chmod(0o755)
    monkeypatch.setenv("PROVER_LEAN_READS", f"{os.environ['PROVER_LEAN_READS']}{os.pathsep}/bin{os.pathsep}/usr/bin")
    assert run(["check", str(submission), "--against", str(reference), "--strict", "--json"]) == 0
    verdict = json.loads(capfd.readouterr().out)["verdicts"]["t"]
    assert verdict["code"] == "proved"
    report = verdict["report"]
    assert report["engine"] == "native" and str(project) in report["engine_description"]
    assert report["checkers"] == {"leanchecker": "accepted", "comparator": "absent"}
    assert any("4.34.1" in line for line in report["uncovered"])


@pytest.mark.slow
def test_the_start_of_the_native_bridge_compiles(embedded: EmbeddedEngine, tmp_path: Path) -> None:
    """`Native.lean` is no module of the Bridge; here Lean elaborates it after them."""
    sources = tmp_path / "sources"
    shutil.copytree(bundled("lean_project"), sources)
    with (sources / "modules.txt").open("a") as stream:
        stream.write(native_bridge.MAIN.removesuffix(".lean") + "\n")
    compiled: list[int] = []
    pack(embedded.installation, sources, lambda phase, done, total: compiled.append(done))
    assert compiled[-1] == len((sources / "modules.txt").read_text().splitlines()) - 1
