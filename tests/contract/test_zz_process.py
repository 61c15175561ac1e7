"""How a process of every engine ends: killed as a group, at its memory limit, out of memory by itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from prover.core.errors import Crashed, OutOfMemory
from prover.lean import LeanEngine, Worker
from prover.lean.containment import mechanisms
from prover.lean.native import NativeEngine
from prover.lean.process import BridgeProcess

HOARD = """partial def hoard (xs : Array (Array Nat)) (n : Nat) : IO Unit := hoard (xs.push (Array.replicate 1000000 n)) (n + 1)
#eval hoard #[] 0
"""  # noqa: E501
LEAVE = "#eval (IO.Process.exit 7 : IO Unit)\n"


def restricted(pid: int) -> bool:
    return "NoNewPrivs:\t1" in Path(f"/proc/{pid}/status").read_text()


async def started(engine: LeanEngine, memory_mb: int = 3000) -> Worker:
    worker = Worker(await BridgeProcess.start(engine, memory_mb=memory_mb))
    await worker.import_header(["Init"])
    return worker


def family(pid: int) -> list[psutil.Process]:
    process = psutil.Process(pid)
    return [process, *process.children(recursive=True)]


def alive(process: psutil.Process) -> bool:
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


async def test_a_process_is_killed_with_all_it_started(engine: LeanEngine) -> None:
    worker = await started(engine)
    processes = family(worker.process.pid)
    await worker.close()
    psutil.wait_procs(processes, timeout=10)
    assert not any(alive(process) for process in processes) and not worker.alive


async def test_all_its_processes_are_contained(engine: LeanEngine) -> None:
    if not (mechanisms().landlock or mechanisms().seccomp):
        pytest.skip("this system has neither Landlock nor seccomp")
    worker = await started(engine)
    try:
        for process in family(worker.process.pid):
            assert restricted(process.pid), process
    finally:
        await worker.close()


async def test_a_process_over_its_memory_limit_is_out_of_memory(engine: LeanEngine) -> None:
    worker = await started(engine, memory_mb=1300)
    with pytest.raises(OutOfMemory):
        await worker.elaborate(worker.env, HOARD, wall_seconds=120)
    assert not worker.alive


async def test_a_process_that_leaves_is_a_crash_with_its_status(engine: LeanEngine) -> None:
    worker = await started(engine)
    with pytest.raises(Crashed) as caught:
        await worker.elaborate(worker.env, LEAVE, wall_seconds=60)
    assert caught.value.status == 7


async def test_lean_that_gets_no_more_memory_says_so(native: Callable[..., NativeEngine]) -> None:
    engine = native(memory_mb=1100)
    worker = await started(engine, memory_mb=100_000)
    with pytest.raises(OutOfMemory):
        await worker.elaborate(worker.env, HOARD, wall_seconds=120)
