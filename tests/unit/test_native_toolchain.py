"""Which Lean a project asks for and which one it gets, over folders laid out as elan lays them; no Lean runs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from prover.core.errors import SetupError
from prover.lean.native import find_toolchain
from prover.lean.native.toolchain import version_of
from prover.lean.native.version import LeanVersion, read_version

COMMIT = "0123456789" * 4
Install = Callable[..., Path]


def program(path: Path, script: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def put_lean(folder: Path, version: str) -> None:
    said = f"Lean (version {version}, x86_64-unknown-linux-gnu, commit {COMMIT}, Release)"
    program(folder / "lean", f'[ "$1" = --version ] && echo "{said}"')
    program(folder / "lake", "exit 0")


@pytest.fixture
def elan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Installs a toolchain under elan's name for it; nothing else of the machine's is found."""
    home = tmp_path / "elan"
    monkeypatch.setenv("ELAN_HOME", str(home))
    monkeypatch.setenv("PATH", "/usr/bin:/bin")

    def install(name: str, version: str) -> Path:
        folder = home / "toolchains" / name
        put_lean(folder / "bin", version)
        return folder

    return install


def code(wanted: str | None) -> str:
    with pytest.raises(SetupError) as caught:
        find_toolchain(wanted)
    assert caught.value.hint
    return caught.value.code


def test_versions_are_read_and_ordered() -> None:
    texts = ["4.24.0-rc1", "4.24.0", "4.25.0-rc2", "4.25.0-rc10", "v4.25.0", "4.28.1"]
    versions = [LeanVersion.parse(text) for text in texts]
    assert all(versions) and versions == sorted(versions, key=lambda v: v or LeanVersion(0, 0, 0))
    assert str(versions[2]) == "4.25.0-rc2"
    assert LeanVersion.parse("nightly") is None and LeanVersion.parse("4.24") is None
    said = f"Lean (version 4.30.0-nightly-2026-04-01, arm64-apple-darwin, commit {COMMIT}, Release)"
    assert read_version(said) == (LeanVersion(4, 30, 0, "nightly-2026-04-01"), COMMIT)
    assert read_version("Python 3.12.1") is None
    assert version_of("leanprover/lean4:v4.24.0") == LeanVersion(4, 24, 0) and version_of("my-own") is None


@pytest.mark.parametrize("spelled", ["leanprover/lean4:v4.24.0", "v4.24.0", "4.24.0"])
def test_every_spelling_of_a_release_is_the_same_toolchain(elan: Install, spelled: str) -> None:
    folder = elan("leanprover--lean4---v4.24.0", "4.24.0")
    found = find_toolchain(spelled)
    assert found.folder == folder and found.version == LeanVersion(4, 24, 0) and found.commit == COMMIT
    assert found.lake == folder / "bin" / "lake"


def test_channels_take_the_newest_that_is_installed(elan: Install) -> None:
    for version in ("4.24.0", "4.30.0-rc1", "4.9.0"):
        elan(f"leanprover--lean4---v{version}", version)
    elan("leanprover--lean4---nightly-2026-01-02", "4.31.0-nightly-2026-01-02")
    elan("leanprover--lean4---nightly-2025-12-31", "4.29.0-nightly-2025-12-31")
    assert str(find_toolchain("stable").version) == "4.24.0"
    assert str(find_toolchain("leanprover/lean4:stable").version) == "4.24.0"
    assert str(find_toolchain("beta").version) == "4.30.0-rc1"
    assert str(find_toolchain("nightly").version) == "4.31.0-nightly-2026-01-02"
    assert str(find_toolchain("nightly-2025-12-31").version) == "4.29.0-nightly-2025-12-31"


def test_a_toolchain_that_was_linked_goes_by_its_own_name(elan: Install, tmp_path: Path) -> None:
    put_lean(tmp_path / "build" / "bin", "4.29.0-pre")
    elan("other", "4.24.0")
    (tmp_path / "elan" / "toolchains" / "my-own").symlink_to(tmp_path / "build")
    assert str(find_toolchain("my-own").version) == "4.29.0-pre"


def test_without_a_toolchain_file_it_is_elans_default(elan: Install, tmp_path: Path) -> None:
    elan("leanprover--lean4---v4.24.0", "4.24.0")
    (tmp_path / "elan" / "settings.toml").write_text('version = "12"\ndefault_toolchain = "leanprover/lean4:v4.24.0"\n')
    assert str(find_toolchain(None).version) == "4.24.0"


def test_what_is_not_installed_is_not_fetched(elan: Install, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """elan's own `lean` would download; it is never called."""
    proxies = tmp_path / "elan" / "bin"
    program(proxies / "elan", f"touch {tmp_path}/called")
    for name in ("lean", "lake"):
        (proxies / name).symlink_to(proxies / "elan")
    monkeypatch.setenv("PATH", f"{proxies}:/usr/bin:/bin")
    assert code("leanprover/lean4:v4.24.0") == code(None) == code("stable") == "no_toolchain"
    assert not (tmp_path / "called").exists()


def test_a_lean_on_path_serves_where_it_is_the_version_asked_for(
    elan: Install, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_lean(tmp_path / "nix" / "bin", "4.24.0")
    monkeypatch.setenv("PATH", f"{tmp_path / 'nix' / 'bin'}:/usr/bin:/bin")
    assert find_toolchain("leanprover/lean4:v4.24.0").name == "PATH"
    assert str(find_toolchain(None).version) == "4.24.0"
    with pytest.raises(SetupError) as caught:
        find_toolchain("leanprover/lean4:v4.25.0")
    assert caught.value.code == "no_toolchain" and "4.24.0" in caught.value.message
    assert "elan toolchain install leanprover/lean4:v4.25.0" in caught.value.hint


@pytest.mark.parametrize("script", ["exit 3", "echo hello", "kill -9 $$", "exec /no/such/program"])
def test_a_broken_toolchain_says_so(elan: Install, script: str) -> None:
    folder = elan("leanprover--lean4---v4.24.0", "4.24.0")
    program(folder / "bin" / "lean", script)
    assert code("4.24.0") == "toolchain_broken"
