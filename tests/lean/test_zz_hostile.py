"""Code that loops, hoards, exits, overflows or is killed: what a real Lean process does and what we make of it.

Runs after the other tests with a real Lean; each loss costs a start, which the warm spare hides.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator

import psutil
import pytest

from prover.core.errors import CallTimeout, Crashed, LeanProcessError, OutOfMemory
from prover.core.outcome import Failed, Progress, Solved
from prover.lean import LeanEngine, Pool, PoolLimits, Worker

HOSTILE = """import Lean
open Lean Elab Tactic
partial def spin (n : Nat) : IO Unit := do if n == 0 then return () else spin (n + 1)
partial def shout (text : String) : IO Unit := do (← IO.getStdout).putStr text; shout text
partial def complain (text : String) : IO Unit := do (← IO.getStderr).putStr text; complain text
partial def hoard (xs : Array (Array Nat)) (n : Nat) : IO Unit := hoard (xs.push (Array.replicate 1000000 n)) (n + 1)
partial def deep (n : Nat) : Nat := 1 + deep (n + 1)
def overflow : IO Unit := do if deep 0 == 0 then throw (IO.userError "no")
def quit (status : Nat) : IO Unit := IO.Process.exit status.toUInt8
def steal : IO Unit := do let _ ← (← IO.getStdin).getLine
def quitLater : IO Unit := do
  let quitting : IO Unit := do IO.sleep 200; quit 0
  let _ ← BaseIO.asTask (do match ← quitting.toBaseIO with | .ok _ => pure () | .error _ => pure ()) .dedicated
theorem t (n : Nat) : n + 0 = n := by sorry
"""
PLAIN = "theorem t (f : Nat → Nat) (h : ∀ n, f n = f (n + 1)) : f 0 = f 1000 := by sorry"

# One multiplication of numbers with millions of digits: nothing looks at the cancel token meanwhile.
UNNOTICED = "have : 3 ^ 16000000 % 2 ^ 16000000 % 7 = 2 := by decide +kernel"


@pytest.fixture(scope="module")
async def hostile(engine: LeanEngine) -> AsyncIterator[Pool]:
    async with Pool(engine, PoolLimits(size=1, spares=1)) as pool:
        yield pool


@pytest.fixture(autouse=True)
def short_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("prover.lean.worker.GRACE_SECONDS", 0.7)


async def hole(worker: Worker, text: str) -> int:
    header = await worker.read_header(text)
    found = await worker.elaborate(worker.env, text, start=header.end, holes=True)
    assert found.holes and not found.errors, found.messages
    state = found.holes[0].state
    assert state is not None
    return state


def group(number: int) -> list[int]:
    """Members of a process group that still run."""
    members: list[int] = []
    for process in psutil.process_iter():
        try:
            if os.getpgid(process.pid) == number and process.status() != psutil.STATUS_ZOMBIE:
                members.append(process.pid)
        except (psutil.NoSuchProcess, ProcessLookupError):
            continue
    return members


async def lost(pool: Pool, tactic: str, *, wall_seconds: float = 10.0) -> LeanProcessError:
    """The error with which a worker is lost to the second tactic of a batch; the first one's outcome has come."""
    async with pool.lease(["Init", "Lean"]) as worker:
        state = await hole(worker, HOSTILE)
        pid = worker.process.pid
        assert group(pid) == [pid]
        seen: list[object] = []
        with pytest.raises(LeanProcessError) as caught:
            async for _, outcome in worker.apply(state, ["have := n", tactic, "rfl"], wall_seconds=wall_seconds):
                seen.append(outcome)
        assert [type(o) for o in seen] == [Progress] and caught.value.index == 1
        assert not worker.alive and group(pid) == []
        return caught.value


async def test_a_limit_that_is_not_noticed_ends_the_process_group(hostile: Pool) -> None:
    async with hostile.lease(["Init"]) as worker:
        state = await hole(worker, PLAIN)
        pid = worker.process.pid
        # Elaborated once before, the tactic reaches the kernel long before the limit.
        async for _ in worker.apply(state, [UNNOTICED.replace("16000000", "16")], wall_seconds=60):
            pass
        began = time.monotonic()
        with pytest.raises(CallTimeout) as caught:
            async for _ in worker.apply(state, ["have := h 0", UNNOTICED], heartbeats=0, wall_seconds=1.0):
                pass
        assert 1.7 < time.monotonic() - began < 10.0
        assert caught.value.index == 1 and not worker.alive and group(pid) == []


async def test_exit_zero_is_a_crash(hostile: Pool) -> None:
    error = await lost(hostile, "run_tac quit 0")
    assert isinstance(error, Crashed) and error.status == 0


async def test_an_overflow_of_the_stack_is_a_crash_with_its_reason(hostile: Pool) -> None:
    error = await lost(hostile, "run_tac overflow")
    assert isinstance(error, Crashed) and error.status not in (0, None)
    assert "recursion" in error.message and "deep" in error.stderr_tail


async def test_allocation_without_end_is_out_of_memory(hostile: Pool) -> None:
    error = await lost(hostile, "run_tac hoard #[] 0", wall_seconds=60)
    assert isinstance(error, OutOfMemory) and error.code == "out_of_memory"


@pytest.mark.slow
@pytest.mark.parametrize("code", ["spin 1", 'shout "half a line "', 'shout "a line\\n"', 'complain "woe "', "steal"])
async def test_what_runs_without_looking_at_the_limit_is_stopped_from_outside(hostile: Pool, code: str) -> None:
    before = psutil.Process().memory_info().rss
    error = await lost(hostile, f"run_tac {code}", wall_seconds=3.0)
    assert isinstance(error, CallTimeout)
    assert psutil.Process().memory_info().rss - before < 100 << 20


@pytest.mark.slow
async def test_a_thread_left_behind_that_exits_ends_the_worker_not_us(hostile: Pool) -> None:
    async with hostile.lease(["Init", "Lean"]) as worker:
        state = await hole(worker, HOSTILE)
        with pytest.raises(Crashed) as caught:
            async for index, outcome in worker.apply(state, ["run_tac quitLater", "run_tac spin 1"], wall_seconds=20):
                assert index == 0 and isinstance(outcome, Progress)
        assert caught.value.status == 0 and caught.value.index == 1


async def test_killed_from_outside_in_and_between_calls(hostile: Pool) -> None:
    async with hostile.lease(["Init"]) as worker:
        state = await hole(worker, PLAIN)
        killing = asyncio.get_running_loop().call_later(0.3, os.kill, worker.process.pid, signal.SIGKILL)
        with pytest.raises(Crashed) as caught:
            batch = worker.apply(state, ["skip", f"{'skip;' * 20} {UNNOTICED}"], heartbeats=0, wall_seconds=20)
            async for _ in batch:
                pass
        killing.cancel()
        assert caught.value.index == 1 and caught.value.status == -signal.SIGKILL
    async with hostile.lease(["Init"]) as worker:
        os.kill(worker.process.pid, signal.SIGKILL)
        with pytest.raises(Crashed):
            await worker.stats()
    # The next lease is as good as ever.
    async with hostile.lease(["Init"]) as worker:
        state = await hole(worker, "theorem t : 1 = 1 := by sorry")
        assert [type(o) async for _, o in worker.apply(state, ["exact wrong", "rfl"])] == [Failed, Solved]


async def test_a_cancelled_call_leaves_no_process(hostile: Pool) -> None:
    began = asyncio.Event()
    pids: list[int] = []

    async def search() -> None:
        async with hostile.lease(["Init"]) as worker:
            state = await hole(worker, PLAIN)
            pids.append(worker.process.pid)
            began.set()
            async for _ in worker.apply(state, [UNNOTICED], heartbeats=0, wall_seconds=60):
                pass

    task = asyncio.ensure_future(search())
    await began.wait()
    await asyncio.sleep(0.2)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert group(pids[0]) == []


ORPHANS = f"""
import asyncio, sys
from prover.lean import Pool, PoolLimits
from prover.lean.bundled import bundled
from prover.lean.embedded import EmbeddedEngine

async def main():
    engine = EmbeddedEngine.open(bundled("lean_project"))
    async with Pool(engine, PoolLimits(size=1, spares=1)) as pool, pool.lease(["Init"]) as worker:
        found = await worker.elaborate(worker.env, {PLAIN!r}, holes=True)
        while pool.statistics.started < 2:
            await asyncio.sleep(0.05)
        print("ready", worker.process.pid, flush=True)
        tactic = {UNNOTICED!r}
        async for _ in worker.apply(found.holes[0].state, [tactic], heartbeats=0, wall_seconds=100):
            pass

asyncio.run(main())
"""


def test_a_killed_parent_leaves_no_orphan(engine: LeanEngine) -> None:
    assert engine
    with subprocess.Popen([sys.executable, "-c", ORPHANS], stdout=subprocess.PIPE, text=True) as parent:
        try:
            assert parent.stdout is not None
            worker = int(parent.stdout.readline().split()[1])
            children = [child.pid for child in psutil.Process(parent.pid).children(recursive=True)]
            assert worker in children and len(children) == 2  # one computes, one waits
            time.sleep(0.3)
        finally:
            parent.kill()
    deadline = time.monotonic() + 3
    left = children
    while left and time.monotonic() < deadline:
        time.sleep(0.05)
        left = [pid for child in children for pid in group(child)]
    assert left == []
