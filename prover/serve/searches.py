"""Proof runs that clients have asked for, by id: queued, running, and for a while after their end."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import ExitStack

from prover.agent import FileResult
from prover.api import Proving, RunEvent, RunStatus
from prover.core.errors import ProverError
from prover.serve.queue import Queue
from prover.serve.refusal import Problem, Refusal, problem_of

_log = logging.getLogger("prover.serve")
#: What a run that was told to stop may still take to tell what it has found.
_STOPPING_SECONDS = 30.0


class Search:
    """One run. `start` begins it when its turn in the queue has come; after `seconds` it is stopped, and keeps what it
    has found. Raises `Refusal` where there is no room for it."""

    def __init__(self, queue: Queue, start: Callable[[], Awaitable[Proving]], seconds: float) -> None:
        #: Not to be guessed: who knows it may read and end the run.
        self.id = secrets.token_urlsafe(16)
        self.run: Proving | None = None
        self.result: FileResult | None = None
        self.problem: Problem | None = None
        self._queue = queue
        self._start = start
        self._seconds = seconds
        self._begun = asyncio.Event()
        place = ExitStack()
        self._admission = place.enter_context(queue.admitted(1))
        self._task = asyncio.create_task(self._whole(place), name=f"search {self.id}")

    @property
    def status(self) -> RunStatus:
        if self.problem is not None:
            return RunStatus.FAILED
        if self.result is not None:
            return RunStatus.DONE
        if self._task.done():
            return RunStatus.CANCELLED
        return RunStatus.QUEUED if self.run is None else RunStatus.RUNNING

    async def ended(self) -> None:
        """Waits for the end; giving that up does not end the run."""
        await asyncio.wait({self._task})

    async def stop(self) -> None:
        """Ends the run and keeps what it has found; one that waits for its turn is given up."""
        self.tell_to_stop()
        await self.ended()

    def tell_to_stop(self) -> None:
        if self.run is None:
            self._task.cancel()
        else:
            self.run.stop()

    async def cancel(self) -> None:
        """Gives the run up at once."""
        self._task.cancel()
        await self.ended()

    async def events(self, after: int = -1) -> AsyncGenerator[RunEvent]:
        """Those with a sequence number above `after`, past ones first, to the end of the run."""
        await self._begun.wait()
        if self.run is not None:
            async for event in self.run.events(after):
                yield event
            await self.ended()

    async def _whole(self, place: ExitStack) -> None:
        try:
            with place:
                async with self._admission.turn():
                    await self._running()
        except ProverError as error:
            self.problem = problem_of(error)
        except Exception:
            _log.exception("a run ended with a defect")
            self.problem = Problem(code="internal", message="a defect of the server", hint="its log says more")
        finally:
            self._begun.set()

    async def _running(self) -> None:
        self.run = run = await self._start()
        self._begun.set()
        waiting = asyncio.ensure_future(run.result())
        try:
            for seconds in (self._seconds, _STOPPING_SECONDS):
                done, _ = await asyncio.wait({waiting}, timeout=seconds)
                if done:
                    self.result = waiting.result()
                    return
                run.stop()
            self.problem = Problem(code="too_slow", message="the run did not end when it was told to")
        finally:
            waiting.cancel()
            await run.cancel()


class Searches:
    """Those of a server. `kept`: how many are remembered after their end; `forget` is told of those that are not."""

    def __init__(self, kept: int, forget: Callable[[Proving], None] = lambda run: None) -> None:
        self._kept = kept
        self._forget = forget
        self._all: dict[str, Search] = {}

    def add(self, search: Search) -> None:
        ended = [one for one in self._all.values() if one.status.ended]
        for old in ended[: max(0, len(ended) - self._kept + 1)]:
            del self._all[old.id]
            if old.run is not None:
                self._forget(old.run)
        self._all[search.id] = search

    def find(self, name: str) -> Search:
        """Raises `Refusal` (404) for an id that was never given, or is forgotten."""
        search = self._all.get(name)
        if search is None:
            raise Refusal(404, "no_search", "there is no search with this id, or it is forgotten")
        return search

    def stop(self) -> None:
        """Tells all to end and to keep what they have found."""
        for search in self._all.values():
            if not search.status.ended:
                search.tell_to_stop()
