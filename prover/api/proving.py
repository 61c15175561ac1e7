"""A proof run under way: what it does can be followed by several readers, and it can be ended."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from prover.agent import FileResult, Observer
from prover.core.errors import ProverError

#: Events kept for readers that come late. A search has thousands; those of the run itself are a handful a target.
_KEPT = 20_000


class RunStatus(StrEnum):
    """Where a run stands. `failed`: it raised; `cancelled`: it was given up, and nothing is kept."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        return self in (RunStatus.DONE, RunStatus.FAILED, RunStatus.CANCELLED)


@dataclass(frozen=True, slots=True)
class RunEvent:
    """Something a run did: `sequence` counts from 0, `seconds` from its start. Kinds and payloads are those of the
    run's log (`FileOpened`, `TargetStarted`, `NodeExpanded`, `Verifying`, ...)."""

    sequence: int
    seconds: float
    kind: str
    payload: dict[str, Any]


#: Does the work of a run: told whom to tell of events, and what is set when it is to end.
Work = Callable[[Observer, asyncio.Event], Awaitable[FileResult]]


class Proving:
    """One run, begun at once in the background. Await `result` for its end.

    `slots`: acquired while it works; until then it is queued.
    """

    def __init__(self, name: str, file: str, work: Work, slots: asyncio.Semaphore) -> None:
        self.name = name
        self.file = file
        self.status = RunStatus.QUEUED
        self.error: ProverError | None = None
        self._began = time.monotonic()
        self._ended: float | None = None
        self._events: deque[RunEvent] = deque(maxlen=_KEPT)
        self._next = 0
        self._news = asyncio.Event()
        self._stop = asyncio.Event()
        self._task = asyncio.create_task(self._run(work, slots), name=f"proving {file}")
        # Whoever does not await the result is not warned of its failure: `status` and `error` tell.
        self._task.add_done_callback(lambda task: task.cancelled() or task.exception())

    @property
    def seconds(self) -> float:
        """Wall seconds since it was asked for; once it has ended, until then."""
        return (self._ended or time.monotonic()) - self._began

    async def result(self) -> FileResult:
        """What became of the file. Raises what the run raised; `asyncio.CancelledError` where it was cancelled.

        Giving up waiting does not end the run.
        """
        return await asyncio.shield(self._task)

    def stop(self) -> None:
        """Ends the work soon and keeps what was found: the result says that it was interrupted."""
        self._stop.set()

    async def cancel(self) -> None:
        """Gives the run up at once; nothing of it is kept. One that has ended stays as it is."""
        self._task.cancel()
        await asyncio.wait({self._task})

    async def events(self, after: int = -1) -> AsyncGenerator[RunEvent]:
        """The events with a sequence number above `after`: those that are past, then each as it happens, to the end.

        A reader far behind misses the oldest (their sequence numbers are skipped).
        """
        while True:
            while after + 1 < self._next:
                oldest = self._next - len(self._events)
                after = max(after + 1, oldest)
                yield self._events[after - self._next]
            if self.status.ended:
                return
            await self._news.wait()

    def _observe(self, kind: str, payload: dict[str, Any]) -> None:
        self._events.append(RunEvent(self._next, round(time.monotonic() - self._began, 3), kind, payload))
        self._next += 1
        self._tell()

    def _tell(self) -> None:
        """Wakes who waits; the next wait is for the next news."""
        news, self._news = self._news, asyncio.Event()
        news.set()

    async def _run(self, work: Work, slots: asyncio.Semaphore) -> FileResult:
        try:
            async with slots:
                self.status = RunStatus.RUNNING
                result = await work(self._observe, self._stop)
            self.status = RunStatus.DONE
            return result
        except ProverError as error:
            self.status, self.error = RunStatus.FAILED, error
            raise
        except asyncio.CancelledError:
            self.status = RunStatus.CANCELLED
            raise
        except BaseException:
            self.status = RunStatus.FAILED
            raise
        finally:
            self._ended = time.monotonic()
            self._tell()
