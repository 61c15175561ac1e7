"""The Lean processes of a session: one for each header, the one used longest ago making room for the next."""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import dataclass

from prover.core.message import Message, Severity
from prover.lean import HeaderInfo, Pool, Worker
from prover.repl.modules import Modules

Header = tuple[str, ...]


@dataclass(slots=True)
class Seat:
    """A worker with a header imported. `number`: never that of another; live states and environments belong to it.

    `local`: the modules of the user's own that it was started with, by content.
    """

    worker: Worker
    number: int
    stack: AsyncExitStack
    local: tuple[str, ...] = ()
    used: int = 0


class Seats:
    """Workers of one session, by header; at most as many as the pool leases at once.

    `modules`: those of the user's own that can be imported. `shared`: processes that nobody has discarded go back to
    the pool for others. `clean`: they have run nobody's code.
    """

    def __init__(
        self, pool: Pool, modules: Modules | None = None, *, shared: bool = False, clean: bool = False
    ) -> None:
        self._pool = pool
        self._modules = modules
        self._shared = shared
        self._clean = clean
        self._seats: dict[Header, Seat] = {}
        self._numbers = 0
        self._clock = 0

    async def read_header(self, text: str) -> HeaderInfo:
        """A text's imports, as Lean's parser reads them, by whichever process is at hand."""
        for seat in self._seats.values():
            if seat.worker.alive and not seat.worker.process.busy:
                return await seat.worker.read_header(text)
        return await self._pool.read_header(text)

    async def refresh(self, header: Header) -> None:
        """Gives up the worker for `header` when a module of the user's own has changed since it was started."""
        seat = self._seats.get(header)
        if seat is not None and seat.local != await self._local(header):
            await self._leave(header)

    async def _local(self, header: Header) -> tuple[str, ...]:
        return () if self._modules is None else await self._modules.ready(header, self.read_header)

    async def take(self, header: Header) -> Seat:
        """A live worker for `header`; a new one where the last was lost or had to make room."""
        self._clock += 1
        seat = self._seats.get(header)
        if seat is None or not seat.worker.alive:
            seat = await self._open(header)
        seat.used = self._clock
        return seat

    async def _open(self, header: Header) -> Seat:
        if header in self._seats:
            await self._leave(header)
        while len(self._seats) >= self._pool.limits.size:
            await self._leave(min(self._seats, key=lambda h: self._seats[h].used))
        local = await self._local(header)
        stack = AsyncExitStack()
        worker = await stack.enter_async_context(self._pool.lease(header, clean=self._clean))
        self._numbers += 1
        self._seats[header] = Seat(worker, self._numbers, stack, local)
        return self._seats[header]

    async def _leave(self, header: Header) -> None:
        seat = self._seats.pop(header)
        if not self._shared:
            seat.worker.discard()
        await seat.stack.aclose()

    @property
    def workers(self) -> tuple[Worker, ...]:
        return tuple(seat.worker for seat in self._seats.values())

    async def close(self) -> None:
        for header in list(self._seats):
            await self._leave(header)


def header_error(header: HeaderInfo) -> Message | None:
    """The first error in a header, if there is one."""
    return next((m for m in header.messages if m.severity is Severity.ERROR), None)
