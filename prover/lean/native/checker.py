"""A checking program run to its end: contained, bounded in time and in what is kept of its words, killed with all it
started."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import suppress
from dataclasses import dataclass

from prover.lean.containment import Containment
from prover.lean.engine import Command

_TAIL = 4000
_CHUNK = 1 << 16


@dataclass(frozen=True, slots=True)
class Ended:
    """How a program ended. `status`: its exit status, negative for a signal, `None` at its deadline; `said`: the
    end of what it printed."""

    status: int | None
    said: str


async def run_to_end(command: Command, *, seconds: float) -> Ended:
    """Runs a program, contained, at most `seconds`. Cancelled, it is killed too.

    One that cannot be started is an `OSError`, or, where the launcher of the containment found that out, status 127.
    """
    command = await asyncio.to_thread(Containment().wrap, command)
    process = await asyncio.create_subprocess_exec(
        *command.argv,
        env=command.env,
        cwd=command.cwd,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
    )
    tail = bytearray()
    try:
        async with asyncio.timeout(seconds):
            await _read(process, tail)
            status: int | None = await process.wait()
    except TimeoutError:
        status = None
    finally:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        await asyncio.shield(process.wait())
        # A grandchild that left the group may hold the pipe open; nobody reads it any more.
        transport = getattr(process, "_transport", None)
        if transport is not None:
            transport.close()
    return Ended(status, tail.decode("utf-8", errors="replace").strip())


async def _read(process: asyncio.subprocess.Process, tail: bytearray) -> None:
    assert process.stdout is not None
    while chunk := await process.stdout.read(_CHUNK):
        tail += chunk
        del tail[:-_TAIL]
