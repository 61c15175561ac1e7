"""What the routes of a server share: its settings, its queue, and who does the work."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from starlette.requests import Request

from prover.core.errors import ProverError
from prover.core.together import together, unless
from prover.serve.queue import Admission, Queue
from prover.serve.refusal import Problem, Refusal, problem_of
from prover.serve.searches import Search, Searches
from prover.serve.settings import Settings
from prover.serve.work import Wanted, Work

T = TypeVar("T")
R = TypeVar("R")

_log = logging.getLogger("prover.serve")
#: What work that is given up may still take to say what it has found.
LAST_SECONDS = 15.0
_STOPPED = Problem(code="stopping", message="the server was stopped before this was done", hint="ask again")


class Service:
    """One server's inside, from its start to its end."""

    def __init__(self, settings: Settings, work: Work) -> None:
        self.settings = settings
        self.work = work
        self.queue = Queue(settings.jobs, settings.queue)
        self._stopping: asyncio.Future[bool] | None = None
        self.searches = Searches(settings.kept, work.forget)

    async def each(
        self, items: Sequence[T], do: Callable[[T], Awaitable[R]], failed: Callable[[T, Problem], R]
    ) -> list[R]:
        """What `do` gives for each item, in the order of the items; `failed` makes an answer of what goes wrong with
        one. Raises `Refusal` where there is no room for them."""
        answers: dict[int, R] = {}
        todo = iter(list(enumerate(items)))

        async def serve() -> None:
            for number, item in todo:
                answers[number] = await self._one(item, do, failed, admission)

        with self.queue.admitted(len(items)) as admission:
            await together([serve() for _ in range(min(self.queue.jobs, len(items)))])
        return [answers[number] for number in range(len(items))]

    async def _one(
        self, item: T, do: Callable[[T], Awaitable[R]], failed: Callable[[T, Problem], R], admission: Admission
    ) -> R:
        answer: list[R] = []

        async def work() -> None:
            async with admission.turn():
                answer.append(await do(item))

        if self.queue.given_up.is_set():
            return failed(item, _STOPPED)
        try:
            await unless(self.queue.given_up, work())
        except ProverError as error:
            return failed(item, problem_of(error))
        except Exception:
            _log.exception("an item could not be worked on")
            return failed(item, Problem(code="internal", message="a defect of the server", hint="its log says more"))
        return answer[0] if answer else failed(item, _STOPPED)

    def begin(self, wanted: Wanted) -> Search:
        """A run that begins when its turn has come. Raises `Refusal` where there is no room for it."""
        search = Search(self.queue, lambda: self.work.begin(wanted), self.settings.run_seconds)
        self.searches.add(search)
        return search

    async def stop(self) -> bool:
        """Takes nothing more, and waits for what is there. Whether all of it was finished in the time there is; what
        was not is answered with an error, and searches keep what they have found."""
        self.queue.close()
        if self._stopping is None:
            self._stopping = asyncio.ensure_future(self._stop())
        return await asyncio.shield(self._stopping)

    async def _stop(self) -> bool:
        if await self.queue.emptied(self.settings.stop_seconds):
            return True
        self.queue.given_up.set()
        self.searches.stop()
        await self.queue.emptied(LAST_SECONDS)
        return False


def service_of(request: Request) -> Service:
    """The service behind the application that got this request."""
    return request.app.state.service


async def while_there(request: Request, work: Coroutine[Any, Any, T]) -> T:
    """What `work` gives; it is cancelled when the client goes away. The request's body must have been read."""
    async with _gone(request) as gone:
        task = asyncio.ensure_future(work)
        try:
            await asyncio.wait({task, gone}, return_when=asyncio.FIRST_COMPLETED)
            if task.done():
                return task.result()
            raise Refusal(499, "client_gone", "the client went away")
        finally:
            if not task.done():
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def _gone(request: Request) -> AsyncGenerator[asyncio.Future[None]]:
    async def watch() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass

    task = asyncio.ensure_future(watch())
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
