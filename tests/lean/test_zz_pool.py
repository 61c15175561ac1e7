"""The pool over real processes; `tests/unit/test_lean_pool.py` has its bookkeeping case by case."""

from __future__ import annotations

import asyncio
import os
import signal

import psutil
import pytest

from prover.core.errors import Crashed
from prover.core.outcome import Solved
from prover.lean import LeanEngine, Pool, PoolLimits, Worker

TEXT = "theorem t (a b : Nat) : a + b = b + a := by sorry"
#: Takes `import` out of every header that its process reads from then on.
SPOILT = """open Lean
run_cmd Parser.builtinTokenTable.modify fun tokens =>
  match Parser.addParserTokens tokens (Parser.symbolInfo "import S") with
  | .ok changed => changed
  | .error _ => tokens
"""


async def prove(worker: Worker) -> None:
    found = await worker.elaborate(worker.env, TEXT, holes=True)
    state = found.holes[0].state
    assert state is not None
    assert [type(o) async for _, o in worker.apply(state, ["omega"])] == [Solved]


def running(pids: set[int]) -> set[int]:
    return {pid for pid in pids if psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE}


async def test_two_pools_with_a_spare_and_with_recycling_leave_nothing(engine: LeanEngine) -> None:
    seen: set[int] = set()
    spared, recycling = PoolLimits(size=1, spares=1), PoolLimits(size=1, spares=0, recycle_mb=100)
    async with Pool(engine, spared) as one, Pool(engine, recycling) as two:
        async with one.lease(["Init"]) as a, two.lease(["Init"]) as b:
            await asyncio.gather(prove(a), prove(b))
            seen |= {a.process.pid, b.process.pid}
            assert a.process.pid != b.process.pid
        async with two.lease(["Init"]) as b:
            assert b.process.pid not in seen  # more than 100 MiB: not used again
            assert two.statistics.recycled == 1 and two.statistics.peak_mb > 100
            seen.add(b.process.pid)
            await prove(b)
            while one.statistics.started < 2:  # noqa: ASYNC110 (another process)
                await asyncio.sleep(0.05)
            spawned = one.statistics.started
            with pytest.raises(Crashed):
                async with one.lease(["Init"]) as a:
                    assert a.process.pid in seen
                    os.kill(a.process.pid, signal.SIGKILL)
                    await prove(a)
            async with asyncio.timeout(60), one.lease(["Init"]) as a:
                assert one.statistics.started == spawned  # the spare was there
                assert a.process.pid not in seen
                seen.add(a.process.pid)
                await prove(a)
                stats = await a.stats()
                assert stats["states"] == 1 and stats["resident_mb"] > 100
            async with one.lease(["Init"]) as a:
                stats = await a.stats()
                assert (stats["states"], stats["envs"]) == (0, 1)
    assert len(seen) == 4 and running(seen) == set()
    assert not [c for c in psutil.Process().children(recursive=True) if c.pid in seen]


async def test_what_a_process_has_run_changes_no_header(engine: LeanEngine) -> None:
    async with Pool(engine, PoolLimits(size=1, spares=0)) as pool:
        async with pool.lease(["Lean"]) as worker:
            worker.clean = False
            assert (await worker.elaborate(worker.env, SPOILT)).clean
            assert (await worker.read_header("import Std\n")).modules == ("Init",)
        assert (await pool.read_header("import Std\n")).modules == ("Init", "Std")
