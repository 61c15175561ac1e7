"""Every engine, each with one warm pool: the embedded one, and the native one on a shim over the embedded Lean."""

from __future__ import annotations

import runpy
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from prover.lean import LeanEngine, Pool, PoolLimits
from prover.lean.bundled import bundled
from prover.lean.embedded import EmbeddedEngine
from prover.lean.native import NativeEngine, find_project
from prover.lean.native import bridge as native_bridge

ENGINES = ("embedded", "native")
MakeNative = Callable[..., NativeEngine]


@pytest.fixture(scope="session")
def native(embedded: EmbeddedEngine, tmp_path_factory: pytest.TempPathFactory) -> MakeNative:
    """Makes native engines, each with a toolchain and a project of its own; options as `make_toolchain` takes them.

    What the shim compiles is nothing a real Lean could load: it goes to a cache of the tests' own.
    """
    shim = runpy.run_path(str(Path(__file__).parents[1] / "native" / "toolchain.py"))
    cache = tmp_path_factory.mktemp("cache")

    def make(**options: int) -> NativeEngine:
        home = tmp_path_factory.mktemp("elan")
        shim["make_toolchain"](embedded, home / "toolchains" / "leanprover--lean4---v4.28.0", **options)
        root = tmp_path_factory.mktemp("project")
        (root / "lean-toolchain").write_text("leanprover/lean4:v4.28.0\n")
        (root / "lakefile.toml").write_text('name = "contract"\n')
        project = find_project(root / "F.lean")
        assert project is not None
        # Only while the engine is opened: other tests of the session see none of it.
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("PROVER_LEAN_READS", shim["reads"](embedded))
            patch.setenv("ELAN_HOME", str(home))
            patch.setattr(native_bridge, "cache_folder", lambda: cache)
            return NativeEngine.open(project, bundled("lean_project"))

    return make


@pytest.fixture(scope="session", params=ENGINES)
def engine(request: pytest.FixtureRequest, embedded: EmbeddedEngine) -> LeanEngine:
    return embedded if request.param == "embedded" else request.getfixturevalue("native")()


@pytest.fixture(scope="session")
async def pool(engine: LeanEngine) -> AsyncIterator[Pool]:
    async with Pool(engine, PoolLimits(size=1, spares=0)) as shared:
        yield shared
