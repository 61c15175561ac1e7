"""One generator for many searches: requests gathered into batches, in fair turn."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from prover.core.candidate import Candidate
from prover.generate import Request, TacticGenerator, reads_premises


@dataclass(slots=True, eq=False)
class _Waiting:
    request: Request
    answer: asyncio.Future[list[Candidate]]


@dataclass(slots=True, eq=False)
class Client:
    """One search's way to the shared generator: a `TacticGenerator` itself."""

    batcher: Batcher
    queue: deque[_Waiting] = field(default_factory=deque["_Waiting"])

    @property
    def reads_premises(self) -> bool:
        return reads_premises(self.batcher.generator)

    async def generate(self, requests: Sequence[Request]) -> list[list[Candidate]]:
        loop = asyncio.get_running_loop()
        entered = [_Waiting(request, loop.create_future()) for request in requests]
        self.queue.extend(entered)
        self.batcher.wake()
        try:
            return [await waiting.answer for waiting in entered]
        finally:
            # Cancelled: what was not sent is not asked, what was sent is not waited for.
            for waiting in entered:
                if not waiting.answer.done():
                    waiting.answer.cancel()
                elif not waiting.answer.cancelled():
                    waiting.answer.exception()


class Batcher:
    """Feeds `generator` with batches of at most `size` requests, at most `calls` batches at a time.

    Requests wait while all calls are busy (they are bounded by what the searches have in flight); a batch takes one
    request of each client in turn, so that no search starves another. A request that was cancelled is not sent.
    """

    def __init__(self, generator: TacticGenerator, *, size: int = 64, calls: int = 1) -> None:
        self.generator = generator
        self.size = size
        self.calls = calls
        self._clients: deque[Client] = deque()
        self._busy: set[asyncio.Task[None]] = set()
        self._woken = False

    def client(self) -> Client:
        """A way in for one more search."""
        client = Client(self)
        self._clients.append(client)
        return client

    def wake(self) -> None:
        """Something waits: looked at once everybody who is about to ask has asked."""
        if not self._woken:
            self._woken = True
            asyncio.get_running_loop().call_soon(self._send)

    def _send(self) -> None:
        self._woken = False
        while len(self._busy) < self.calls:
            batch = self._gather()
            if not batch:
                return
            task = asyncio.create_task(self._ask(batch))
            self._busy.add(task)
            task.add_done_callback(self._free)

    def _free(self, task: asyncio.Task[None]) -> None:
        self._busy.discard(task)
        self._send()

    def _gather(self) -> list[_Waiting]:
        """The next batch: one request of each client in turn, beginning after the client served last."""
        batch: list[_Waiting] = []
        idle = 0
        while idle < len(self._clients) and len(batch) < self.size:
            client = self._clients[0]
            self._clients.rotate(-1)
            while client.queue and client.queue[0].answer.done():
                client.queue.popleft()
            if client.queue:
                batch.append(client.queue.popleft())
                idle = 0
            else:
                idle += 1
        return batch

    async def _ask(self, batch: list[_Waiting]) -> None:
        try:
            answers = await self.generator.generate([waiting.request for waiting in batch])
        except BaseException as error:
            for waiting in batch:
                if not waiting.answer.done():
                    waiting.answer.set_exception(error) if isinstance(error, Exception) else waiting.answer.cancel()
            if not isinstance(error, Exception):
                raise
            return
        for waiting, answer in zip(batch, answers, strict=True):
            if not waiting.answer.done():
                waiting.answer.set_result(answer)
