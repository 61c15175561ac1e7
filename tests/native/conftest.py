"""Toolchains over the embedded Lean, in a home of elan that belongs to the test."""

from __future__ import annotations

import runpy
from collections.abc import Callable
from pathlib import Path

import pytest

from prover.lean.embedded import EmbeddedEngine
from prover.lean.native import bridge as native_bridge


@pytest.fixture(scope="session")
def native_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the shim's Bridges go: no real Lean could load them."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def install(
    embedded: EmbeddedEngine,
    native_cache: Path,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[..., Path]:
    """Installs toolchains by version; what else of Lean the machine has is not found."""
    shim = runpy.run_path(str(Path(__file__).with_name("toolchain.py")))
    home = tmp_path_factory.mktemp("elan")
    monkeypatch.setenv("ELAN_HOME", str(home))
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    monkeypatch.setenv("PROVER_LEAN_READS", shim["reads"](embedded))
    monkeypatch.setattr(native_bridge, "cache_folder", lambda: native_cache)

    def install(version: str = "4.28.0") -> Path:
        folder = home / "toolchains" / f"leanprover--lean4---v{version}"
        return shim["make_toolchain"](embedded, folder, version=version)

    return install
