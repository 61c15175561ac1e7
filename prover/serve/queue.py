"""How much is worked on at once, how much may wait, and what is told to the rest."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager

from prover.serve.refusal import Refusal

_LONGEST_RETRY = 60
#: Weight of the latest item in the running mean of their seconds.
_LATEST = 0.2


class Queue:
    """`jobs` items at once, `waiting` beside them; first come, first served.

    Who has many items takes a turn for a few of them at a time, so that others are served in between.
    `given_up` is set when what is left is to be given up.
    """

    def __init__(self, jobs: int, waiting: int) -> None:
        self.jobs = jobs
        self.capacity = jobs + waiting
        self.given_up = asyncio.Event()
        self._turns = asyncio.Semaphore(jobs)
        self._empty = asyncio.Event()
        self._empty.set()
        self._there = 0
        self._running = 0
        self._closed = False
        self._mean = 1.0

    @property
    def running(self) -> int:
        return self._running

    @property
    def waiting(self) -> int:
        return self._there - self._running

    @property
    def closed(self) -> bool:
        return self._closed

    @contextmanager
    def admitted(self, count: int) -> Generator[Admission]:
        """Room for `count` items, for as long as the context lasts.

        Raises `Refusal`: 503 when the server is stopping, 413 for more than it ever takes, 429 when it is full.
        """
        if self._closed:
            raise Refusal(503, "stopping", "the server is being stopped", "ask another one, or later")
        if count > self.capacity:
            raise Refusal(
                413,
                "too_many_items",
                f"{count} items in one request; this server takes {self.capacity} at once",
                "send them in several requests",
            )
        over = self._there + count - self.capacity
        if over > 0:
            seconds = min(_LONGEST_RETRY, max(1, math.ceil(over * self._mean / self.jobs)))
            raise Refusal(
                429,
                "queue_full",
                f"{self._there} items are worked on or waiting, more than {self.capacity} are not taken",
                f"try again in {seconds} s",
                {"Retry-After": str(seconds)},
            )
        admission = Admission(self, count)
        self._change(count)
        try:
            yield admission
        finally:
            self._change(-admission.left)

    @asynccontextmanager
    async def turn(self) -> AsyncGenerator[None]:
        async with self._turns:
            self._running += 1
            began = time.monotonic()
            try:
                yield
            finally:
                self._running -= 1
                self._mean += _LATEST * (time.monotonic() - began - self._mean)

    def close(self) -> None:
        """Nothing more is admitted."""
        self._closed = True

    async def emptied(self, seconds: float) -> bool:
        """Whether all that was admitted is done within so many seconds."""
        try:
            async with asyncio.timeout(seconds):
                await self._empty.wait()
        except TimeoutError:
            return False
        return True

    def done(self) -> None:
        self._change(-1)

    def _change(self, count: int) -> None:
        self._there += count
        if self._there:
            self._empty.clear()
        else:
            self._empty.set()


class Admission:
    """Places in the queue for the items of one request."""

    def __init__(self, queue: Queue, count: int) -> None:
        self._queue = queue
        self.left = count

    @asynccontextmanager
    async def turn(self) -> AsyncGenerator[None]:
        """The time in which one item is worked on; its place is free afterwards."""
        try:
            async with self._queue.turn():
                yield
        finally:
            self.left -= 1
            self._queue.done()
