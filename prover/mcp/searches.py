"""Proof runs that a client has asked for, by id: under way, and for a while after their end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress

from prover.agent import FileResult
from prover.agent.leap.events import PLAN
from prover.api import AsyncProver, ProveOptions, Proving, RunStatus
from prover.api.record import Record
from prover.core.errors import ProverError, UserError
from prover.events import Event, Memory
from prover.lean.source import SourceFile
from prover.mcp.narration import Narration

_log = logging.getLogger("prover.mcp")
#: What a run that was told to stop may still take to tell what it has found.
_STOPPING_SECONDS = 30.0


class _Plan(Memory):
    """Keeps an agent's plan; what its searches learn is left out."""

    def append(self, event: Event) -> None:
        if event.search == PLAN:
            super().append(event)


class Search:
    """One run over `source`, begun at once. `write`: its proofs are put into the file when it is done.

    `listener` is told when there is something new to say.
    """

    def __init__(self, prover: AsyncProver, source: SourceFile, target: str, options: ProveOptions, *, write: bool):
        self.source = source
        self.write = write
        self.written = False
        self.result: FileResult | None = None
        self.error: ProverError | None = None
        self.narration = Narration()
        self.listener: Callable[[str], None] | None = None
        self._plan = _Plan()
        self.run: Proving = prover.proving(source, target, options, record=Record(self._plan))
        self._task = asyncio.create_task(self._whole(), name=f"search {self.id}")

    @property
    def id(self) -> str:
        return self.run.name

    @property
    def status(self) -> RunStatus:
        """Of the run; it is over when its proofs are written, too."""
        return self.run.status if self._task.done() or not self.run.status.ended else RunStatus.RUNNING

    @property
    def plan(self) -> list[Event]:
        """What an agent's plan is made of so far; empty where no agent is at work."""
        return self._plan.events

    async def ended(self, seconds: float | None = None) -> None:
        """Waits for the end, at most so long; giving that up does not end the run."""
        await asyncio.wait({self._task}, timeout=seconds)

    async def stop(self) -> None:
        """Ends the run and keeps what it has found; nothing is written. One that has ended stays as it is."""
        self.write = False
        if self.run.status is RunStatus.QUEUED:
            return await self.cancel()
        self.run.stop()
        await asyncio.wait({self._task}, timeout=_STOPPING_SECONDS)
        if not self._task.done():
            await self.cancel()

    async def cancel(self) -> None:
        """Gives the run up at once."""
        self.write = False
        await self.run.cancel()
        await self.ended()

    async def _whole(self) -> None:
        following = asyncio.create_task(self._follow())
        try:
            self.result = await self.run.result()
            if self.write and self.result.filled.data != self.source.data:
                await asyncio.to_thread(self.result.filled.write_over, self.source)
                self.written = True
        except ProverError as error:
            self.error = error
        except asyncio.CancelledError:
            if self.run.status is not RunStatus.CANCELLED:
                raise
        except Exception:
            _log.exception("a run ended with a defect")
            self.error = ProverError("a defect of the prover", code="internal", hint="its log says more")
        finally:
            # It ends with the run, once the last event is told.
            with suppress(asyncio.CancelledError):
                await following

    async def _follow(self) -> None:
        async for event in self.run.events():
            if self.narration.take(event.kind, event.payload) and self.listener is not None:
                self.listener(self.narration.now)


class Searches:
    """Those of a server. `kept`: how many are remembered after their end."""

    def __init__(self, prover: AsyncProver, kept: int = 50) -> None:
        self._prover = prover
        self._kept = kept
        self._all: dict[str, Search] = {}

    def begin(self, source: SourceFile, target: str, options: ProveOptions, *, write: bool = False) -> Search:
        """Raises `UserError` for a target or options that make no sense."""
        ended = [one for one in self._all.values() if one.status.ended]
        for old in ended[: max(0, len(ended) - self._kept + 1)]:
            del self._all[old.id]
            self._prover.runs.pop(old.id, None)
        search = Search(self._prover, source, target, options, write=write)
        self._all[search.id] = search
        return search

    async def close(self) -> None:
        """Gives up all that are under way."""
        for search in list(self._all.values()):
            await search.cancel()

    def find(self, name: str) -> Search:
        """Raises `UserError` (`no_search`) for an id that was never given, or is forgotten."""
        search = self._all.get(name)
        if search is None:
            known = ", ".join(self._all) or "none"
            raise UserError(f"there is no search {name!r}", code="no_search", hint=f"there are: {known}")
        return search
