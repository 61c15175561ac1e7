"""A pool of workers: affinity by header, a warm spare, recycling by age and memory."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from prover.core.errors import Crashed
from prover.lean.engine import LeanEngine
from prover.lean.process import BridgeProcess
from prover.lean.wire import HeaderInfo
from prover.lean.worker import Worker


@dataclass(frozen=True, slots=True)
class PoolLimits:
    """Bounds of a pool. `size`: workers leased at once; `spares`: processes kept started beside them.

    A worker is recycled after `max_calls` calls, `max_age` seconds or with more than `recycle_mb` MiB
    resident; a process over `memory_mb` MiB is killed.
    """

    size: int = 2
    spares: int = 1
    start_seconds: float = 120.0
    memory_mb: int = 3000
    recycle_mb: int = 2000
    max_calls: int = 20_000
    max_age: float = 3600.0


@dataclass(slots=True)
class PoolStatistics:
    """What a pool did: processes started, workers recycled, lost, and leases given."""

    started: int = 0
    recycled: int = 0
    lost: int = 0
    leases: int = 0
    start_seconds: list[float] = field(default_factory=list[float])


class Pool:
    """Workers over one engine. Use as `async with Pool(engine) as pool`; leave no process behind.

    A lease prefers an idle worker that has the header, then a started spare, then a new process.
    One header per process: imports are never freed, so an idle worker with another header is closed
    when its place is needed.
    """

    def __init__(self, engine: LeanEngine, limits: PoolLimits = PoolLimits()) -> None:
        self.engine = engine
        self.limits = limits
        self.statistics = PoolStatistics()
        self._idle: list[Worker] = []
        self._spare: asyncio.Task[Worker] | None = None
        self._slots = asyncio.Semaphore(limits.size)
        self._all: set[Worker] = set()
        self._closed = False
        # The spare serves header reads until somebody takes it: never both at once.
        self._spare_lock = asyncio.Lock()

    async def __aenter__(self) -> Self:
        self._warm()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Kills every process of the pool."""
        self._closed = True
        spare, self._spare = self._spare, None
        if spare is not None:
            spare.cancel()
            await asyncio.gather(spare, return_exceptions=True)
        await asyncio.gather(*(worker.close() for worker in list(self._all)))
        self._all.clear()
        self._idle.clear()

    @asynccontextmanager
    async def lease(self, modules: Sequence[str] = (), *, clean: bool = False) -> AsyncIterator[Worker]:
        """A worker with `modules` imported, for one user at a time; no modules: none imported yet.

        `clean`: one that has never elaborated or run anybody's code. Raises `UserError` for imports
        that cannot be had, `LeanProcessError` when no process can be started.
        """
        async with self._slots:
            worker = await self._take(tuple(modules), clean)
            self.statistics.leases += 1
            try:
                yield worker
            finally:
                await asyncio.shield(self._put_back(worker))

    async def read_header(self, text: str) -> HeaderInfo:
        """The imports of a file, as Lean's parser reads them, by whichever process is at hand."""
        for worker in self._idle:
            if worker.alive:
                self._idle.remove(worker)
                try:
                    return await worker.read_header(text)
                finally:
                    self._idle.append(worker)
        async with self._spare_lock:
            return await (await self._borrow_spare()).read_header(text)

    async def _borrow_spare(self) -> Worker:
        """The started spare, which stays the spare: reading a header leaves no trace in it."""
        for _ in range(2):
            if self._spare is None:
                self._spare = asyncio.create_task(self._start(), name="warm-spare")
            spare = self._spare
            try:
                worker = await asyncio.shield(spare)
            except Exception:
                self._spare = None
                raise
            if worker.alive:
                return worker
            self._spare = None
            await self._close_worker(worker, lost=True)
        raise Crashed("a Lean process ended right after its start, twice", hint="run `prove doctor`")

    async def _take(self, modules: tuple[str, ...], clean: bool) -> Worker:
        for worker in [w for w in self._idle if not w.alive]:
            self._idle.remove(worker)
            await self._close_worker(worker, lost=True)
        for worker in self._idle:
            if worker.header == modules and (worker.clean or not clean):
                self._idle.remove(worker)
                return worker
        worker = await self._fresh()
        if modules:
            try:
                await worker.import_header(modules)
            except BaseException:
                await self._close_worker(worker)
                raise
        return worker

    async def _fresh(self) -> Worker:
        await self._make_room()
        worker: Worker | None = None
        async with self._spare_lock:
            if self._spare is not None:
                worker = await asyncio.shield(self._spare)
                self._spare = None
        if worker is not None and not worker.alive:
            await self._close_worker(worker, lost=True)
            worker = None
        if worker is None:
            worker = await self._start()
        self._warm()
        return worker

    async def _make_room(self) -> None:
        """Closes the oldest idle worker when the pool holds as many workers as it may."""
        started_spares = 1 if self._spare is not None and self._spare.done() else 0
        if len(self._all) - started_spares >= self.limits.size and self._idle:
            await self._close_worker(self._idle.pop(0))

    async def _start(self) -> Worker:
        began = time.monotonic()
        process = await BridgeProcess.start(
            self.engine, seconds=self.limits.start_seconds, memory_mb=self.limits.memory_mb
        )
        worker = Worker(process)
        self._all.add(worker)
        self.statistics.started += 1
        self.statistics.start_seconds.append(time.monotonic() - began)
        return worker

    def _warm(self) -> None:
        if self.limits.spares > 0 and self._spare is None and not self._closed:
            self._spare = asyncio.create_task(self._start(), name="warm-spare")
            # A spare that fails to start is reported when somebody takes it.
            self._spare.add_done_callback(lambda task: task.cancelled() or task.exception())

    async def _put_back(self, worker: Worker) -> None:
        if worker.alive and not worker.poisoned and not self._worn_out(worker) and worker.header and not self._closed:
            self._idle.append(worker)
            return
        await self._close_worker(worker, lost=not worker.alive)

    def _worn_out(self, worker: Worker) -> bool:
        limits = self.limits
        worn = (
            worker.process.calls >= limits.max_calls
            or time.monotonic() - worker.born >= limits.max_age
            or worker.process.resident_mb() >= limits.recycle_mb
        )
        if worn:
            self.statistics.recycled += 1
        return worn

    async def _close_worker(self, worker: Worker, *, lost: bool = False) -> None:
        if lost:
            self.statistics.lost += 1
        self._all.discard(worker)
        await worker.close()
