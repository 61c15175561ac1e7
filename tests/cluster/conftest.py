"""A Ray cluster of several nodes on this machine, as real as Ray makes them: a daemon and processes of its own each."""

from __future__ import annotations

import importlib
import importlib.util
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.slow)
            # Ray leaves pipes and files to the garbage collector.
            item.add_marker(pytest.mark.filterwarnings("ignore::ResourceWarning"))
            item.add_marker(pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"))


@pytest.fixture(autouse=True)
def isolated(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Ray asks the system for this machine's address, which is none of loopback; the cache is the user's."""
    yield


@pytest.fixture(scope="session")
def installed() -> Any:
    if importlib.util.find_spec("ray") is None:
        pytest.skip("not installed: ray (`make cluster`)")
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    return importlib.import_module("ray")


@pytest.fixture(scope="session")
def ray_cluster(installed: Any) -> Iterator[Any]:
    """A cluster whose head makes no attempts. This process is connected to it."""
    from ray.cluster_utils import Cluster  # pyright: ignore[reportMissingImports]

    from prover.bench.connection import hush

    with pytest.MonkeyPatch.context() as patch:
        # What the nodes' processes import: this library and this folder.
        known = os.environ.get("PYTHONPATH", "")
        patch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), str(Path(__file__).parent), *filter(None, [known])]))
        patch.syspath_prepend(str(Path(__file__).parent))
        hush()
        quick = {"health_check_initial_delay_ms": 0, "health_check_period_ms": 500, "health_check_failure_threshold": 4}
        made = Cluster(
            initialize_head=True, head_node_args={"num_cpus": 0, "include_dashboard": False, "_system_config": quick}
        )
        try:
            installed.init(address=made.address, log_to_driver=False, logging_level="ERROR")
            yield made
        finally:
            installed.shutdown()
            made.shutdown()


@pytest.fixture
def cluster(ray_cluster: Any, installed: Any) -> Iterator[Any]:
    """The cluster, without machines that make attempts: the test adds them, and they are gone after it."""
    before = set(ray_cluster.list_all_nodes())
    yield ray_cluster
    for node in set(ray_cluster.list_all_nodes()) - before:
        ray_cluster.remove_node(node, allow_graceful=False)
    end = time.monotonic() + 60
    while sum(node["Alive"] for node in installed.nodes()) > 1:
        assert time.monotonic() < end, "a node that was killed is not known to be dead"
        time.sleep(0.2)
