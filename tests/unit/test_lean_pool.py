"""The pool's bookkeeping: who gets which process, when processes end, that none stays. The peer is a script."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

from prover.core.errors import CallTimeout, Crashed, StartTimeout, UserError
from prover.lean import LeanEngine, Pool, PoolLimits, Worker

Scripted = Callable[..., LeanEngine]


_BEFORE: set[int] = set()


@pytest.fixture(autouse=True)
def nothing_left() -> Iterator[None]:
    """Whatever a test does with pools, no child process may outlive it."""
    _BEFORE.clear()
    _BEFORE.update(child.pid for child in psutil.Process().children(recursive=True))
    yield
    deadline = time.monotonic() + 5
    while ours() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert ours() == []


def ours() -> list[psutil.Process]:
    """Child processes that this test started and that have not ended."""
    found: list[psutil.Process] = []
    for child in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            if child.pid not in _BEFORE and child.status() != psutil.STATUS_ZOMBIE:
                found.append(child)
    return found


def children() -> int:
    return len(ours())


async def soon(condition: Callable[[], bool], seconds: float = 5.0) -> bool:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:  # noqa: ASYNC110 (another process)
        await asyncio.sleep(0.01)
    return condition()


async def pid_of(pool: Pool, *modules: str, clean: bool = False) -> int:
    async with pool.lease(modules, clean=clean) as worker:
        return worker.process.pid


async def fail(worker: Worker) -> None:
    """Makes the worker run a tactic, which soils it."""
    async for _ in worker.apply(1, ["nothing"]):
        pass


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)


# ---- who gets which process -----------------------------------------------------------------------------------------


async def test_a_header_comes_back_to_its_process(scripted: Scripted) -> None:
    async with Pool(scripted(), PoolLimits(size=2, spares=0)) as pool:
        one, two = await pid_of(pool, "Init"), await pid_of(pool, "Init", "Std")
        assert one != two
        for _ in range(3):
            assert await pid_of(pool, "Init") == one
            assert await pid_of(pool, "Init", "Std") == two
        assert pool.statistics.started == 2 and pool.statistics.leases == 8


async def test_a_third_header_takes_the_place_unused_for_longest(scripted: Scripted) -> None:
    async with Pool(scripted(), PoolLimits(size=2, spares=0)) as pool:
        a, b = await pid_of(pool, "A"), await pid_of(pool, "B")
        assert await pid_of(pool, "A") == a
        await pid_of(pool, "C")
        assert children() == 2
        assert await pid_of(pool, "A") == a
        assert await pid_of(pool, "B") != b


async def test_clean_leases_get_clean_workers(scripted: Scripted) -> None:
    async with Pool(scripted(), PoolLimits(size=2, spares=0)) as pool:
        async with pool.lease(["Init"]) as soiled:
            await fail(soiled)
            dirty = soiled.process.pid
        clean = await pid_of(pool, "Init", clean=True)
        assert clean != dirty
        # Who needs no clean one leaves it alone, whichever was used last.
        for _ in range(2):
            assert await pid_of(pool, "Init") == dirty
        assert await pid_of(pool, "Init", clean=True) == clean


async def test_leases_wait_for_their_turn(scripted: Scripted) -> None:
    order: list[int] = []
    async with Pool(scripted(), PoolLimits(size=1, spares=0)) as pool:

        async def use(number: int) -> None:
            async with pool.lease(["Init"]):
                order.append(number)
                await asyncio.sleep(0.01)

        await asyncio.gather(*(use(n) for n in range(5)))
    assert order == list(range(5)) and pool.statistics.started == 1


async def test_never_more_processes_than_places_whatever_is_asked(scripted: Scripted) -> None:
    chance = random.Random(7)
    limits = PoolLimits(size=3, spares=1)
    most = 0
    async with Pool(scripted(), limits) as pool:

        async def use(header: str, what: float) -> None:
            nonlocal most
            async with pool.lease([header], clean=what < 0.2) as worker:
                most = max(most, children())
                if what > 0.9:
                    kill(worker.process.pid)
                elif what > 0.8:
                    worker.discard()
                elif what > 0.3:
                    await fail(worker)
                else:
                    await asyncio.sleep(0.01)

        async def one(number: int) -> None:
            task = asyncio.ensure_future(use(chance.choice("ABCD"), chance.random()))
            if number % 5 == 0:
                await asyncio.sleep(0.02)
                task.cancel()
            if number % 7 == 0:
                await pool.read_header("import A")
            await asyncio.gather(task, return_exceptions=True)

        await asyncio.gather(*(one(n) for n in range(60)))
        assert 0 < most <= limits.size + limits.spares
        # All places are still there.
        async with pool.lease(["A"]), pool.lease(["A"]), pool.lease(["B"]):
            pass


async def test_imports_that_cannot_be_had_cost_no_place(scripted: Scripted) -> None:
    async with Pool(scripted(), PoolLimits(size=1, spares=0)) as pool:
        for _ in range(2):
            with pytest.raises(UserError) as caught:
                await pid_of(pool, "Init", "Missing")
            assert caught.value.code == "missing_import"
        assert await pid_of(pool, "Init")
        assert children() == 1


async def test_states_end_with_the_lease(scripted: Scripted) -> None:
    async with Pool(scripted(), PoolLimits(size=1, spares=0)) as pool:
        async with pool.lease(["Init"]) as worker:
            await worker.elaborate(worker.env, "theorem t : p := by sorry", holes=True)
            stats = await worker.stats()
            assert (stats["states"], stats["envs"]) == (1, 2)
        async with pool.lease(["Init"]) as again:
            assert again is worker
            stats = await again.stats()
            assert (stats["states"], stats["envs"]) == (0, 1)


# ---- spares ---------------------------------------------------------------------------------------------------------


async def test_the_spare_is_taken_and_replaced(scripted: Scripted) -> None:
    async with Pool(scripted(), PoolLimits(size=2, spares=1)) as pool:
        assert await soon(lambda: pool.statistics.started == 1)
        (spare,) = ours()
        assert await pid_of(pool, "Init") == spare.pid
        assert await soon(lambda: pool.statistics.started == 2)
        assert children() == 2


async def test_a_killed_worker_costs_no_start(scripted: Scripted) -> None:
    async with Pool(scripted(), PoolLimits(size=1, spares=1)) as pool:
        first = await pid_of(pool, "Init")
        assert await soon(lambda: pool.statistics.started == 2)
        with pytest.raises(Crashed):
            async with pool.lease(["Init"]) as worker:
                kill(worker.process.pid)
                await worker.stats()
        (spare,) = ours()
        assert await pid_of(pool, "Init") == spare.pid != first
        assert pool.statistics.lost == 1


async def test_a_dead_spare_is_not_handed_out(scripted: Scripted) -> None:
    async with Pool(scripted(), PoolLimits(size=1, spares=1)) as pool:
        assert await soon(lambda: pool.statistics.started == 1)
        (spare,) = ours()
        kill(spare.pid)
        await soon(lambda: children() == 0)
        async with pool.lease(["Init"]) as worker:
            assert (await worker.stats())["states"] == 0 and worker.process.pid != spare.pid


async def test_a_spare_that_does_not_start_does_not_break_the_pool(scripted: Scripted) -> None:
    async with Pool(scripted("exit", "ok"), PoolLimits(size=1, spares=1)) as pool, pool.lease(["Init"]) as worker:
        assert worker.alive
        assert await soon(lambda: pool.statistics.started == 2)  # the worker, and a spare again


async def test_when_nothing_starts_the_error_says_so_and_the_next_lease_tries_again(scripted: Scripted) -> None:
    limits = PoolLimits(size=1, spares=0, start_seconds=1.5)
    async with Pool(scripted("exit", "exit", "silent", "ok"), limits) as pool:
        with pytest.raises(Crashed):
            await pid_of(pool, "Init")
        with pytest.raises(StartTimeout):
            await pid_of(pool, "Init")
        assert await pid_of(pool, "Init")


async def test_headers_are_read_by_a_process_that_is_at_hand(scripted: Scripted) -> None:
    async with Pool(scripted(), PoolLimits(size=1, spares=0)) as pool:
        assert (await pool.read_header("import Std\n")).modules == ("Init", "Std")
        assert pool.statistics.started == 1
        first = await pid_of(pool, "Init")  # takes the process that read
        assert pool.statistics.started == 1
        assert (await pool.read_header("import Lean\n")).modules == ("Init", "Lean")
        assert await pid_of(pool, "Init") == first
        kill(first)
        assert (await pool.read_header("import Lean\n")).modules == ("Init", "Lean")
        with pytest.raises(Crashed):
            await pool.read_header("exit")
        assert (await pool.read_header("")).modules == ("Init",)


# ---- recycling and loss ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "limits",
    [
        PoolLimits(size=1, spares=0, max_calls=3),
        PoolLimits(size=1, spares=0, max_age=0.2),
        PoolLimits(size=1, spares=0, recycle_mb=1),
    ],
)
async def test_worn_out_workers_are_recycled_between_leases(scripted: Scripted, limits: PoolLimits) -> None:
    async with Pool(scripted(), limits) as pool:
        async with pool.lease(["Init"]) as worker:
            first = worker.process.pid
            await asyncio.sleep(0.25)
            for _ in range(3):
                await fail(worker)  # a lease under way is not cut short
        assert await pid_of(pool, "Init") != first
        assert pool.statistics.recycled >= 1 and pool.statistics.lost == 0
        assert pool.statistics.peak_mb > 1


async def test_among_strangers_only_harmless_workers_come_back(scripted: Scripted) -> None:
    async with Pool(scripted(), PoolLimits(size=1, spares=0, strangers=True)) as pool:
        first = await pid_of(pool, "Init")
        async with pool.lease(["Init"]) as worker:
            assert worker.process.pid == first  # it had run nothing
            worker.clean, worker.harmless = False, True
        async with pool.lease(["Init"]) as worker:
            assert worker.process.pid == first and not worker.harmless  # said of each lease anew
        assert await pid_of(pool, "Init") != first and pool.statistics.discarded == 1


async def test_discarded_abandoned_and_headerless_workers_do_not_come_back(scripted: Scripted) -> None:
    async with Pool(scripted(), PoolLimits(size=1, spares=0)) as pool:
        seen = [0]
        async with pool.lease() as worker:
            seen.append(worker.process.pid)
        async with pool.lease(["Init"]) as worker:
            worker.discard()
            seen.append(worker.process.pid)
        async with pool.lease(["Init"]) as worker:
            seen.append(worker.process.pid)
            batch = worker.apply(1, ["nothing", "sleep 60"])
            await anext(batch)  # and is left there, not even closed
        seen.append(await pid_of(pool, "Init"))
        assert len(set(seen)) == 5
        await batch.aclose()


async def test_a_worker_killed_while_idle_is_replaced_and_counted(scripted: Scripted) -> None:
    async with Pool(scripted(), PoolLimits(size=1, spares=0)) as pool:
        first = await pid_of(pool, "Init")
        kill(first)
        assert await soon(lambda: children() == 0)
        assert await pid_of(pool, "Init") != first
        assert (pool.statistics.lost, pool.statistics.started) == (1, 2)


async def test_a_lost_worker_gives_its_place_back(scripted: Scripted) -> None:
    async with Pool(scripted(), PoolLimits(size=1, spares=0)) as pool:
        for tactic, error in [("exit 0", Crashed), ("sleep 60", CallTimeout), ("exit 1", Crashed)]:
            with pytest.raises(error):
                async with pool.lease(["Init"]) as worker:
                    async for _ in worker.apply(1, [tactic], wall_seconds=-1.8):  # 0.2 s with the grace
                        pass
        assert await pid_of(pool, "Init")
        assert pool.statistics.lost == 3


# ---- the end --------------------------------------------------------------------------------------------------------


async def test_a_body_that_raises_leaves_no_process(scripted: Scripted) -> None:
    with pytest.raises(ValueError):
        async with Pool(scripted(), PoolLimits(size=2, spares=1)) as pool, pool.lease(["Init"]):
            assert children() >= 1
            raise ValueError
    assert children() == 0


async def test_a_cancelled_body_leaves_no_process(scripted: Scripted) -> None:
    async def body() -> None:
        async with Pool(scripted(), PoolLimits(size=2, spares=1)) as pool, pool.lease(["Init"]) as worker:
            async for _ in worker.apply(1, ["sleep 60"], wall_seconds=60):
                pass

    task = asyncio.ensure_future(body())
    await soon(lambda: children() == 2)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert children() == 0


async def test_impatience_leaves_no_process_either(scripted: Scripted) -> None:
    pool = Pool(scripted(), PoolLimits(size=2, spares=1))

    async def body() -> None:
        async with pool, pool.lease(["Init"]):
            await asyncio.sleep(60)

    task = asyncio.ensure_future(body())
    await soon(lambda: children() == 2)
    for _ in range(10):
        task.cancel()
        await asyncio.sleep(0)
    with pytest.raises(asyncio.CancelledError):
        await task
    await pool.close()  # who is that impatient returns before the processes are buried
    assert children() == 0


async def test_a_pool_can_be_closed_while_processes_start_and_work(scripted: Scripted) -> None:
    pool = Pool(scripted("ok", "silent", "silent"), PoolLimits(size=3, spares=0))
    async with pool:
        leased = asyncio.Event()

        async def work() -> None:
            async with pool.lease(["Init"]) as worker:
                leased.set()
                async for _ in worker.apply(1, ["sleep 60"], wall_seconds=60):
                    pass

        tasks: list[asyncio.Future[Any]] = [asyncio.ensure_future(work())]
        await leased.wait()
        tasks += [asyncio.ensure_future(pid_of(pool, "Init")), asyncio.ensure_future(pid_of(pool, "Init"))]
        await soon(lambda: children() == 3)
    assert children() == 0
    await asyncio.wait(tasks)
    errors = [task.exception() for task in tasks]
    assert all(isinstance(error, Crashed) for error in errors), errors
    with pytest.raises(Crashed) as caught:
        await pid_of(pool, "Init")
    assert caught.value.code == "closed"
    assert pool.statistics.lost == 0


async def test_a_cancelled_lease_gives_its_place_back(scripted: Scripted) -> None:
    async with Pool(scripted(), PoolLimits(size=1, spares=0)) as pool:
        waiting = asyncio.ensure_future(pid_of(pool, "Init", "Slow"))
        assert await soon(lambda: children() == 1)
        await asyncio.sleep(0.2)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        async with asyncio.timeout(10):
            assert await pid_of(pool, "Init")


async def test_two_pools_at_once_are_strangers(scripted: Scripted) -> None:
    limits = PoolLimits(size=1, spares=0)
    async with Pool(scripted(), limits) as one:
        first = await pid_of(one, "Init")
        async with Pool(scripted(), limits) as two:
            assert await pid_of(two, "Init") != first
            assert children() == 2
        assert await pid_of(one, "Init") == first
        assert children() == 1


SCRIPT = """
import asyncio, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from conftest import ScriptedEngine
from prover.lean import Pool, PoolLimits

async def main():
    async with Pool(ScriptedEngine(), PoolLimits(size=1, spares=1)) as pool, pool.lease(["Init"]) as worker:
        while pool.statistics.started < 2:
            await asyncio.sleep(0.01)
        batch = worker.apply(1, ["spawn", "sleep 60"], wall_seconds=60)
        async for _, outcome in batch:
            print(outcome.text, flush=True)

asyncio.run(main())
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_however_we_end_no_lean_stays(how: signal.Signals) -> None:
    command = [sys.executable, "-c", SCRIPT, str(Path(__file__).parent)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as parent:
        try:
            assert parent.stdout is not None
            grandchild = int(parent.stdout.readline())
            below = psutil.Process(parent.pid).children(recursive=True)
            assert len(below) == 3 and grandchild in {process.pid for process in below}
            parent.send_signal(how)
            assert parent.wait(120) != 0
        finally:
            parent.kill()
    # What a Lean process itself starts (here the sleeper) goes with its group, where we still can do that.
    sleeper = next(process for process in below if process.pid == grandchild)
    expected = below if how == signal.SIGINT else [process for process in below if process != sleeper]
    _, alive = psutil.wait_procs(expected, timeout=3)
    with suppress(psutil.NoSuchProcess):
        sleeper.kill()
    assert alive == []
