"""The way to a Ray cluster: one that runs, or one on this machine for as long as it is needed."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from prover.core.errors import SetupError, UserError
from prover.model.extra import extra


@asynccontextmanager
async def connected(address: str) -> AsyncGenerator[Any]:
    """Ray, connected to a cluster. `address`: `local` starts one on this machine, and ends it; `auto` is the one that
    this machine is part of; `HOST:PORT` is that of a cluster's head. Where this process is connected already, that
    connection is used and left as it was.

    Raises `SetupError`: `missing_extra`, `no_cluster`; `UserError` for an address of Ray's client.
    """
    ray = check_address(address)
    if ray.is_initialized():
        yield ray
        return
    hush()
    more: dict[str, Any] = {}
    if address == "local":
        more = {"include_dashboard": False}
        # Ray runs what it starts at the least priority but four: a second would not be what it is without Ray.
        os.environ.setdefault("RAY_worker_niceness", "0")
    try:
        await asyncio.to_thread(ray.init, address=address, log_to_driver=False, logging_level="ERROR", **more)
    except (ConnectionError, OSError, RuntimeError, TimeoutError, ValueError) as error:
        raise SetupError(
            f"no Ray cluster at {address!r}: {str(error).partition(chr(10))[0]}",
            code="no_cluster",
            hint="`ray start --head` starts one, `ray start --address HOST:6379` adds a machine; or --cluster local",
        ) from error
    try:
        yield ray
    finally:
        await asyncio.to_thread(ray.shutdown)


def check_address(address: str) -> Any:
    """Ray, imported, and not connected to anything. Raises as `connected`, where the cluster need not be asked."""
    if address.startswith("ray://"):
        raise UserError(
            f"{address} is for Ray's client, which is not part of its cluster",
            code="usage",
            hint="run the command on a machine of the cluster, with --cluster auto",
        )
    # Nothing is told to anybody unless the user wants it told.
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    return extra("ray", "cluster")


def hush() -> None:
    """Ray prints what its daemons say of lost machines to standard output, whatever it is told: not where a document
    is printed. We say it ourselves."""
    worker = extra("ray._private.worker", "cluster")

    def silent(data: Mapping[str, Any], ignore_prefix: bool = False) -> None: ...

    if hasattr(worker, "print_to_stdstream"):
        worker.print_to_stdstream = silent
