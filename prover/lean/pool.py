"""A pool of workers: affinity by header, a warm spare, recycling by age and memory."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress
from types import TracebackType
from typing import Self

from prover.core.errors import Crashed, LeanProcessError
from prover.lean.engine import LeanEngine
from prover.lean.foundation import Foundation
from prover.lean.header import HeaderInfo
from prover.lean.pool_limits import PoolLimits
from prover.lean.pool_statistics import PoolStatistics
from prover.lean.process import BridgeProcess
from prover.lean.scratch import sweep
from prover.lean.worker import Worker


class Pool:
    """Workers over one engine. Use as `async with Pool(engine) as pool`; leaves no process behind.

    A lease prefers an idle worker that has the header, then a started spare, then a new process.
    One header per process: imports are never freed, so an idle worker with another header is closed
    when its place is needed: there are never more than `size` processes beside the spares. `foundation`:
    what is imported in place of modules that the engine does not have.
    """

    def __init__(
        self, engine: LeanEngine, limits: PoolLimits | None = None, *, foundation: Foundation | None = None
    ) -> None:
        self.engine = engine
        self.limits = limits or PoolLimits()
        self.foundation = foundation
        self.statistics = PoolStatistics()
        self._slots = asyncio.Semaphore(self.limits.size)
        self._taken = 0
        self._idle: list[Worker] = []
        self._spares: list[asyncio.Task[Worker]] = []
        # An idle worker or a spare serves header reads until somebody takes it: never both at once.
        self._idle_lock = asyncio.Lock()
        self._spare_lock = asyncio.Lock()
        self._all: set[Worker] = set()
        self._starting: set[asyncio.Task[Worker]] = set()
        self._returning: set[asyncio.Task[None]] = set()
        self._closing: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        await asyncio.to_thread(sweep)
        self._warm()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Kills every process of the pool, those leased or being started included."""
        if self._closing is None:
            self._closing = asyncio.ensure_future(self._close_all())
        await _to_the_end(self._closing)

    async def _close_all(self) -> None:
        starting = list(self._starting)
        for task in starting:
            task.cancel()
        await asyncio.gather(*starting, return_exceptions=True)
        await asyncio.gather(*(worker.close() for worker in list(self._all)))
        if self._returning:
            await asyncio.wait(set(self._returning))
        self._all.clear()
        self._idle.clear()
        self._spares.clear()

    @asynccontextmanager
    async def lease(self, modules: Sequence[str] = (), *, clean: bool = False) -> AsyncGenerator[Worker]:
        """A worker with `modules` imported, for one user at a time; no modules: none imported yet.

        `clean`: one that has never elaborated or run anybody's code. Live states and environments end
        with the lease. Raises `UserError` for imports that cannot be had, `LeanProcessError` when no
        process can be started.
        """
        await self._slots.acquire()
        self._taken += 1
        try:
            worker = await self._take(self._resolved(modules), clean)
        except BaseException:
            self._vacate()
            raise
        self.statistics.leases += 1
        worker.leases += 1
        worker.harmless = False
        try:
            yield worker
        finally:
            returning = asyncio.ensure_future(self._return(worker))
            self._returning.add(returning)
            returning.add_done_callback(self._returning.discard)
            await _to_the_end(returning)

    def _resolved(self, modules: Sequence[str]) -> tuple[str, ...]:
        return tuple(modules) if self.foundation is None else self.foundation.resolve(modules)

    def _vacate(self) -> None:
        self._taken -= 1
        self._slots.release()

    async def read_header(self, text: str) -> HeaderInfo:
        """The imports of a file, as Lean's parser reads them, by a process that has run nothing of anybody."""
        if not any(_ready(spare) for spare in self._spares):
            # Locked: a lease that wants this very worker waits a moment rather than start another one.
            async with self._idle_lock:
                worker = next((w for w in self._idle if w.alive and w.clean), None)
                if worker is not None:
                    # Reading has no effects: where the process is lost, a spare tries again.
                    with suppress(LeanProcessError):
                        return await worker.read_header(text)
        async with self._spare_lock:
            return await (await self._borrow_spare()).read_header(text)

    async def _borrow_spare(self) -> Worker:
        """A started spare, which stays a spare: reading a header leaves no trace in it."""
        for _ in range(2):
            spare = self._spares[0] if self._spares else self._begin_spare()
            try:
                worker = await asyncio.shield(spare)
            except Exception:
                self._drop(spare)
                raise
            if worker.alive:
                return worker
            self._drop(spare)
            await self._close_worker(worker, lost=True)
        raise Crashed("a Lean process ended right after its start, twice", hint="run `prove doctor`")

    async def _take(self, modules: tuple[str, ...], clean: bool) -> Worker:
        self._must_be_open()
        worker = await self._take_idle(modules, clean)
        if worker is not None:
            return worker
        # Closed before the new process is there: both at once may be more than the machine has room for.
        await self._make_room(self.limits.size - self._taken)
        try:
            return await self._imported(modules)
        except Crashed:
            # A spare may have died unnoticed; importing has no effects, so another process tries once more.
            return await self._imported(modules)

    async def _take_idle(self, modules: tuple[str, ...], clean: bool) -> Worker | None:
        async with self._idle_lock:
            dead = [w for w in self._idle if not w.alive]
            self._idle = [w for w in self._idle if w.alive]
            for worker in dead:
                await self._close_worker(worker, lost=True)
            fitting = [w for w in self._idle if w.header == modules and (w.clean or not clean)]
            if not fitting:
                return None
            # Who does not need a clean worker leaves the clean ones to those who do.
            worker = min(fitting, key=lambda w: w.clean)
            self._idle.remove(worker)
            return worker

    async def _imported(self, modules: tuple[str, ...]) -> Worker:
        worker = await self._fresh()
        if modules:
            try:
                await worker.import_header(modules)
                if self.foundation is not None and self.foundation.name in modules:
                    await worker.begin_with(self.foundation.preface)
            except BaseException:
                await self._close_worker(worker, lost=not worker.alive and not self._closed)
                raise
        return worker

    async def _fresh(self) -> Worker:
        """A process without a header: a spare, or one started now."""
        worker = await self._take_spare()
        if worker is None:
            worker = await self._begin_start()
        if not self._closed:
            self._warm()
        return worker

    async def _take_spare(self) -> Worker | None:
        async with self._spare_lock:
            while self._spares:
                spare = min(self._spares, key=lambda task: not task.done())
                try:
                    worker = await asyncio.shield(spare)
                except Exception:
                    self._drop(spare)  # one that is started now has a chance, or says what is wrong
                    return None
                self._drop(spare)
                if worker.alive:
                    return worker
                await self._close_worker(worker, lost=True)
        return None

    async def _make_room(self, places: int) -> None:
        """Closes idle workers, those unused for longest first, until there are at most `places`."""
        async with self._idle_lock:
            while len(self._idle) > max(0, places):
                await self._close_worker(self._idle.pop(0))

    async def _begin_start(self) -> Worker:
        self._must_be_open()
        task = asyncio.ensure_future(self._start())
        self._starting.add(task)
        task.add_done_callback(self._starting.discard)
        try:
            return await task
        except asyncio.CancelledError:
            if self._closed and not _cancelled():
                raise Crashed("the pool was closed while a Lean process was being started", code="closed") from None
            raise

    def _begin_spare(self) -> asyncio.Task[Worker]:
        self._must_be_open()
        task = asyncio.create_task(self._start(), name="warm-spare")
        self._spares.append(task)
        self._starting.add(task)
        task.add_done_callback(self._starting.discard)
        # A spare that fails to start is reported when somebody takes it.
        task.add_done_callback(lambda task: task.cancelled() or task.exception())
        return task

    def _drop(self, spare: asyncio.Task[Worker]) -> None:
        if spare in self._spares:
            self._spares.remove(spare)

    def _warm(self) -> None:
        while len(self._spares) < self.limits.spares:
            self._begin_spare()

    async def _start(self) -> Worker:
        began = time.monotonic()
        worker = await self._new_worker()
        self._all.add(worker)
        self.statistics.started += 1
        self.statistics.start_seconds.append(time.monotonic() - began)
        return worker

    async def _new_worker(self) -> Worker:
        process = await BridgeProcess.start(
            self.engine, seconds=self.limits.start_seconds, memory_mb=self.limits.memory_mb
        )
        return Worker(process)

    async def _return(self, worker: Worker) -> None:
        if self.limits.strangers and not (worker.clean or worker.harmless):
            worker.discard()
        try:
            if await self._serves_on(worker):
                self._idle.append(worker)
            else:
                self.statistics.discarded += worker.poisoned and worker.alive
                await self._close_worker(worker, lost=not worker.alive and not self._closed)
        finally:
            self._vacate()

    async def _serves_on(self, worker: Worker) -> bool:
        if not worker.alive or worker.process.busy or worker.poisoned or not worker.header or self._closed:
            return False
        if self._worn_out(worker):
            self.statistics.recycled += 1
            return False
        try:
            await worker.reset()
        except LeanProcessError:
            return False
        return not self._closed

    def _worn_out(self, worker: Worker) -> bool:
        limits = self.limits
        resident = worker.process.resident_mb()
        self.statistics.peak_mb = max(self.statistics.peak_mb, worker.process.usage.peak_mb)
        return (
            worker.process.calls >= limits.max_calls
            or time.monotonic() - worker.born >= limits.max_age
            or resident >= limits.recycle_mb
        )

    async def _close_worker(self, worker: Worker, *, lost: bool = False) -> None:
        if lost:
            self.statistics.lost += 1
        await worker.close()
        self._all.discard(worker)

    @property
    def _closed(self) -> bool:
        return self._closing is not None

    def _must_be_open(self) -> None:
        if self._closed:
            raise Crashed("the pool is closed", code="closed")


async def _to_the_end(task: asyncio.Task[None]) -> None:
    """Waits for `task` even when the waiting one is cancelled meanwhile; a second time it gives up."""
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        if not task.done():
            await asyncio.wait({task})
        raise


def _ready(spare: asyncio.Task[Worker]) -> bool:
    return spare.done() and not spare.cancelled() and spare.exception() is None and spare.result().alive


def _cancelled() -> bool:
    """Whether somebody asked the running task itself to stop."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
