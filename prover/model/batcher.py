"""One model for many searches: queries gathered into calls, in fair turn, each question asked once.

Aristotle, BFS-Prover and RMaxTS (arXiv 2510.01346, 2502.03438, 2408.08152) keep an engine busy in this way: not by wide
trees, but by many trees at a time.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from prover.core.errors import ModelBusy, ModelError
from prover.model.answer import Answer
from prover.model.capacity import Capacity
from prover.model.model import LanguageModel
from prover.model.query import Query
from prover.model.statistics import Statistics
from prover.model.window import Window

#: Characters of a prompt that count as one token where only a bound is needed: code and symbols are dense.
_CHARACTERS_PER_TOKEN = 2.5
#: Pause before a question is asked again, doubled each time.
_PAUSE_SECONDS = 0.5


@dataclass(slots=True, eq=False)
class _Job:
    """A question, asked by at least one client. `owner`: in whose queue it waits."""

    query: Query
    key: str
    owner: Client
    entered: float
    answers: list[asyncio.Future[Answer]] = field(default_factory=list[asyncio.Future[Answer]])
    tries: int = 0
    call: asyncio.Task[None] | None = None

    @property
    def wanted(self) -> bool:
        return any(not answer.done() for answer in self.answers)

    @property
    def cost(self) -> int:
        """Tokens it may take, prompt included."""
        sampling = self.query.sampling
        samples = max(sampling.n, sampling.beams)
        return int(self.query.characters / _CHARACTERS_PER_TOKEN) + samples * sampling.max_tokens


class Client:
    """One search's way to the shared model; it can be asked as the model itself can.

    At most `waiting` of its queries are in the queue at a time: who asks for more waits for room.
    """

    def __init__(self, batcher: Batcher, waiting: int) -> None:
        self._batcher = batcher
        self._room = asyncio.Semaphore(waiting)
        self.queue: deque[_Job] = deque()
        self.left = False

    @property
    def capacity(self) -> Capacity:
        """The model's, as it is now."""
        return self._batcher.model.capacity

    async def answer(self, queries: Sequence[Query]) -> list[Answer | ModelError]:
        """As `LanguageModel.answer`. Cancelled: what was not sent is not asked, what only this client asked for is
        given up."""
        return list(await asyncio.gather(*(self._one(query) for query in queries)))

    async def _one(self, query: Query) -> Answer | ModelError:
        async with self._room:
            try:
                return await self._batcher.ask(query, self)
            except ModelError as error:
                return error


class Batcher:
    """Feeds `model` as its capacity says, for any number of clients.

    A call takes one query of each client in turn, so that no search starves another. Equal queries are asked once; the
    last `kept` answers are remembered. A query that found the model busy, or failed in passing, is sent again, up to
    `tries` times in all; after `deadline_seconds` in all it ends as a `ModelError` (`model_timeout`). Make it, and use
    it, inside one event loop; `close` ends what is under way and closes the model.
    """

    def __init__(
        self,
        model: LanguageModel,
        *,
        deadline_seconds: float | None = None,
        tries: int = 6,
        kept: int = 4096,
        waiting: int = 64,
        pause_seconds: float = _PAUSE_SECONDS,
    ) -> None:
        self.model = model
        self.statistics = Statistics()
        self._capacity = model.capacity
        self._deadline = deadline_seconds
        self._tries = tries
        self._pause = pause_seconds
        self._waiting = waiting
        self._window = Window(self._capacity.calls, adaptive=self._capacity.adaptive)
        self._clients: deque[Client] = deque()
        self._jobs: dict[str, _Job] = {}
        self._known: OrderedDict[str, Answer] = OrderedDict()
        self._kept = kept
        self._calls: set[asyncio.Task[None]] = set()
        self._pauses: set[asyncio.TimerHandle] = set()
        self._timer: asyncio.Handle | None = None
        self._busy_since = 0.0
        self._quiet_until = 0.0
        self._closed = False

    def client(self) -> Client:
        """A way in for one more search."""
        client = Client(self, self._waiting)
        self._clients.append(client)
        return client

    def leave(self, client: Client) -> None:
        """This client asks no more. What others wait for in its queue is still asked."""
        client.left = True
        if not client.queue and client in self._clients:
            self._clients.remove(client)

    async def ask(self, query: Query, client: Client) -> Answer:
        """The answer to one query, asked on behalf of a client. Raises `ModelError`."""
        if self._closed:
            raise ModelError(f"{self.model.name} is closed", code="model_closed")
        key = query.key
        known = self._known.get(key)
        if known is not None:
            self.statistics.repeated += 1
            self._known.move_to_end(key)
            return known
        job = self._jobs.get(key)
        if job is None:
            job = self._jobs[key] = _Job(query, key, client, time.monotonic())
            client.queue.append(job)
            self._wake()
        else:
            self.statistics.repeated += 1
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        job.answers.append(answer)
        try:
            async with asyncio.timeout(self._deadline):
                return await answer
        except TimeoutError:
            raise ModelError(
                f"{self.model.name} did not answer within {self._deadline:g} s",
                code="model_timeout",
                hint="allow more time, or fewer tokens for one answer",
            ) from None
        finally:
            self._left(job, answer)

    def _left(self, job: _Job, answer: asyncio.Future[Answer]) -> None:
        """Somebody does not wait for this job any more; what nobody waits for is given up."""
        if answer.done() and not answer.cancelled():
            answer.exception()
            return
        answer.cancel()
        if job.wanted or self._jobs.get(job.key) is not job:
            return
        del self._jobs[job.key]
        self.statistics.cancelled += 1
        if job.call is None:
            if job in job.owner.queue:
                job.owner.queue.remove(job)
        elif self._capacity.batch == 1:
            # The engine may stop; in a larger batch others wait for the same call.
            job.call.cancel()

    # --- sending

    def _wake(self, seconds: float | None = None) -> None:
        """Has a look at the queues soon: once everybody who is about to ask has asked."""
        if self._timer is not None:
            self._timer.cancel()
        loop = asyncio.get_running_loop()
        self._timer = loop.call_soon(self._send) if seconds is None else loop.call_later(seconds, self._send)

    def _send(self) -> None:
        self._timer = None
        now = time.monotonic()
        if now < self._quiet_until:
            self._wake(self._quiet_until - now)
            return
        while len(self._calls) < self._window.size:
            left = self._seconds_to_wait()
            if left is None:
                return
            if left > 0:
                self._wake(left)
                return
            self._begin(self._gather())

    def _seconds_to_wait(self) -> float | None:
        """How long the next call may wait for more queries; None where there are none."""
        entered = [client.queue[0].entered for client in self._clients if client.queue]
        if not entered:
            return None
        waiting = sum(len(client.queue) for client in self._clients)
        if waiting >= self._capacity.batch:
            return 0.0
        return max(0.0, min(entered) + self._capacity.wait_seconds - time.monotonic())

    def _gather(self) -> list[_Job]:
        """The next call: one query of each client in turn, beginning after the client served last."""
        batch: list[_Job] = []
        cost = idle = 0
        while idle < len(self._clients) and len(batch) < self._capacity.batch:
            client = self._clients[0]
            if not client.queue:
                if client.left:
                    self._clients.popleft()
                else:
                    idle += 1
                    self._clients.rotate(-1)
                continue
            cost += client.queue[0].cost
            if batch and self._capacity.tokens is not None and cost > self._capacity.tokens:
                break
            batch.append(client.queue.popleft())
            self._clients.rotate(-1)
            idle = 0
        return batch

    def _begin(self, batch: list[_Job]) -> None:
        now = time.monotonic()
        if not self._calls:
            self._busy_since = now
        counts = self.statistics
        counts.calls += 1
        counts.sent += len(batch)
        counts.room += self._capacity.batch
        task = asyncio.get_running_loop().create_task(self._call(batch))
        for job in batch:
            counts.queue_seconds += now - job.entered
            job.call = task
        self._calls.add(task)
        counts.most_in_flight = max(counts.most_in_flight, len(self._calls))
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._calls.discard(task)
        if not self._calls:
            self.statistics.busy_seconds += time.monotonic() - self._busy_since
        if not self._closed:
            self._wake()

    async def _call(self, batch: list[_Job]) -> None:
        try:
            answers = await self.model.answer([job.query for job in batch])
        except ModelError as error:
            answers = [error] * len(batch)
        except Exception as error:
            # An engine that breaks is told of as one that cannot answer, and the searches end in order.
            wrong = ModelError(f"{self.model.name} failed: {type(error).__name__}: {error}", code="model_broken")
            answers = [wrong] * len(batch)
        for job, answer in zip(batch, answers, strict=True):
            job.call = None
            if isinstance(answer, Answer):
                self._window.grow()
                self._settle(job, answer)
            else:
                self._trouble(job, answer)

    def _settle(self, job: _Job, answer: Answer) -> None:
        counts = self.statistics
        counts.answered += 1
        counts.tokens += answer.tokens
        counts.prompt_tokens += answer.prompt_tokens
        counts.money += answer.money
        self._known[job.key] = answer
        while len(self._known) > self._kept:
            self._known.popitem(last=False)
        if self._jobs.get(job.key) is job:
            del self._jobs[job.key]
        for waiting in job.answers:
            if not waiting.done():
                waiting.set_result(answer)

    def _trouble(self, job: _Job, error: ModelError) -> None:
        """Asks again after a pause, or gives the error to those who wait."""
        if self._jobs.get(job.key) is not job:
            return
        job.tries += 1
        pause = self._pause * 2 ** (job.tries - 1)
        if isinstance(error, ModelBusy):
            now = time.monotonic()
            if now >= self._quiet_until:
                # Once for all calls that were turned away together.
                self._window.shrink()
            pause = max(pause, error.retry_after or 0.0)
            self._quiet_until = max(self._quiet_until, now + pause)
        if error.transient and job.tries < self._tries and not self._closed:
            self.statistics.retried += 1
            handle = asyncio.get_running_loop().call_later(pause, self._again, job)
            self._pauses = {h for h in self._pauses if not h.cancelled() and h.when() > time.monotonic()} | {handle}
            return
        self.statistics.failed += 1
        del self._jobs[job.key]
        for waiting in job.answers:
            if not waiting.done():
                waiting.set_exception(error)

    def _again(self, job: _Job) -> None:
        if self._jobs.get(job.key) is job:
            job.entered = time.monotonic()
            job.owner.queue.appendleft(job)
            if job.owner not in self._clients:
                self._clients.append(job.owner)
            self._wake()

    async def close(self) -> None:
        """Ends what is under way; who waits gets a `ModelError` (`model_closed`)."""
        self._closed = True
        for handle in (*self._pauses, *([self._timer] if self._timer else [])):
            handle.cancel()
        calls = list(self._calls)
        for task in calls:
            task.cancel()
        await asyncio.gather(*calls, return_exceptions=True)
        for job in list(self._jobs.values()):
            for waiting in job.answers:
                if not waiting.done():
                    waiting.set_exception(ModelError(f"{self.model.name} was closed", code="model_closed"))
        self._jobs.clear()
        await self.model.close()
