"""What every test gets: no settings from outside, no network (tests with a real Lean aside), its own cache.

And what those with a real Lean share: their mark, and the embedded engine.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from prover.lean.embedded import EmbeddedEngine

settings.register_profile("project", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("project")

CACHE = "PROVER_CACHE_DIR"
SETTINGS = "PROVER_CONFIG_DIR"
#: Folders whose tests all have a real Lean.
WITH_LEAN = {Path(__file__).with_name(name) for name in ("contract", "lean", "native")}
LOCAL_HOSTS = {"localhost", "127.0.0.1", "::1", "0.0.0.0", "::", "", None}


class NetworkRefused(AssertionError):
    """A test without a real Lean reached for a host outside this machine."""


class _Guard:
    """Refuses connections while `closed`. An audit hook: it also sees libraries that keep their own `connect`."""

    closed = False

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self.closed:
            return
        if event in ("socket.connect", "socket.sendto"):
            address: object = arguments[1]
            host: object = address[0] if isinstance(address, tuple) else None  # a string: a Unix socket's path
        elif event == "socket.getaddrinfo":
            host = arguments[0]
        else:
            return
        if isinstance(host, bytes):
            host = host.decode(errors="replace")
        if host not in LOCAL_HOSTS:
            raise NetworkRefused(f"{event}: {host}")


_guard = _Guard()
sys.addaudithook(_guard)


def pytest_configure() -> None:
    """Forgets `PROVER_*` and the user's settings before any fixture runs. The cache stays: it holds the Lean that
    real-Lean tests share."""
    for name in [name for name in os.environ if name.startswith("PROVER_") and name != CACHE]:
        del os.environ[name]
    os.environ[SETTINGS] = str(Path(__file__).with_name("no-settings"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.parent in WITH_LEAN and not item.get_closest_marker("lean"):
            item.add_marker(pytest.mark.lean)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """With `-n`: tests of a folder that shares a pool of Lean processes run in one process, in their order, those that
    kill workers last; so do commands, which start their own. All others go by file, and so do the slow ones: beside
    minutes, the start of another pool is nothing."""
    from xdist.scheduler import LoadScopeScheduling

    slow = str(config.getoption("markexpr")).startswith("slow")

    class ByPool(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = nodeid.partition("::")[0]
            folder = file.split("/")[1]
            if slow:
                return file
            return folder if folder in {path.name for path in WITH_LEAN} else file if folder == "unit" else "commands"

    return ByPool(config, log)


@pytest.fixture(scope="session")
def embedded() -> EmbeddedEngine:
    from prover.lean.bundled import bundled
    from prover.lean.embedded import EmbeddedEngine

    return EmbeddedEngine.open(bundled("lean_project"))


def _has_lean(request: pytest.FixtureRequest) -> bool:
    return any(request.node.get_closest_marker(mark) for mark in ("lean", "gpu"))


@pytest.fixture(scope="session")
def empty_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache folder of this test session, in which nothing is installed at first."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def isolated(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Without a real Lean: the session's own cache and no network. `lean` and `gpu` tests see the user's cache."""
    if _has_lean(request):
        yield
        return
    monkeypatch.setenv(CACHE, str(request.getfixturevalue("empty_cache")))
    _guard.closed = True
    try:
        yield
    finally:
        _guard.closed = False


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"
