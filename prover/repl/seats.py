"""The Lean processes of a session: one for each header, the one used longest ago making room for the next."""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import dataclass

from prover.core.message import Message, Severity
from prover.lean import HeaderInfo, Pool, Worker

Header = tuple[str, ...]


@dataclass(slots=True)
class Seat:
    """A worker with a header imported. `number`: never that of another; live states and environments belong to it."""

    worker: Worker
    number: int
    stack: AsyncExitStack
    used: int = 0


class Seats:
    """Workers of one session, by header; at most as many as the pool leases at once.

    `shared`: those that nobody has discarded go back to the pool for others. `clean`: they have run nobody's code.
    """

    def __init__(self, pool: Pool, *, shared: bool = False, clean: bool = False) -> None:
        self._pool = pool
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
        stack = AsyncExitStack()
        worker = await stack.enter_async_context(self._pool.lease(header, clean=self._clean))
        self._numbers += 1
        self._seats[header] = Seat(worker, self._numbers, stack)
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
