"""A leased worker with a file elaborated in it; when the worker is lost, another takes its place."""

from __future__ import annotations

from contextlib import AsyncExitStack
from types import TracebackType
from typing import Self

from prover.core.errors import CallTimeout, UserError
from prover.core.message import Message
from prover.core.position import Span
from prover.lean import Elaboration, HeaderInfo, Pool, Worker
from prover.lean.source import Edit, SourceFile

Place = tuple[int, int, int]


class Workbench:
    """One file, elaborated with its holes open, on one worker.

    States belong to the worker that made them: after `renew` ask for them again by their place (span
    of the hole and number of the visit).
    """

    def __init__(self, pool: Pool, source: SourceFile, *, seconds: float) -> None:
        self._pool = pool
        self._source = source
        self._seconds = seconds
        self._stack = AsyncExitStack()
        self._states: dict[Place, int] = {}
        self._before: dict[int, int] = {}
        self.header: HeaderInfo
        self.worker: Worker
        self.elaboration: Elaboration

    @property
    def source(self) -> SourceFile:
        return self._source

    async def __aenter__(self) -> Self:
        await self._open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    async def _open(self) -> None:
        self.header = await read_header(self._pool, self._source)
        self.worker = await self._stack.enter_async_context(self._pool.lease(self.header.modules))
        await self._elaborate()

    async def _elaborate(self) -> None:
        self.worker.clean = False
        try:
            self.elaboration = await self.worker.elaborate(
                self.worker.env,
                self._source.text,
                start=self.header.end,
                holes=True,
                declarations=True,
                wall_seconds=self._seconds,
            )
        except CallTimeout:
            raise self._slow() from None
        if self.elaboration.stopped:
            raise self._slow()
        self._states.clear()
        self._before.clear()
        visits: dict[tuple[int, int], int] = {}
        for hole in self.elaboration.holes:
            if hole.command is not None:
                self._before[hole.command.start] = hole.before
            if hole.span is None or hole.state is None:
                continue
            key = (hole.span.start, hole.span.end)
            number = visits.get(key, 0)
            visits[key] = number + 1
            self._states[(*key, number)] = hole.state

    def _slow(self) -> UserError:
        return UserError(
            f"elaborating {self._source.name} took longer than {self._seconds:g} s",
            code="slow_file",
            hint="split the file, or move what is slow into a module of its own",
        )

    async def work_on(self, source: SourceFile) -> None:
        """Puts another text with the same header in place of the file."""
        await self.worker.release(envs=sorted(set(self._before.values())), states=list(self._states.values()))
        self._source = source
        self.header = await read_header(self._pool, source, self.worker)
        await self._elaborate()

    async def renew(self) -> Worker:
        """A fresh worker with the file elaborated again."""
        await self._stack.aclose()
        self._stack = AsyncExitStack()
        await self._open()
        return self.worker

    async def restore(self) -> None:
        """Renews the worker if it is gone."""
        if not self.worker.alive:
            await self.renew()

    def state(self, span: Span, visit: int = 0) -> int:
        return self._states[(span.start, span.end, visit)]

    def before(self, command: Span) -> int:
        """The environment a command was elaborated in."""
        return self._before[command.start]

    async def try_command(
        self, command: Span, edits: list[Edit], *, seconds: float, holes: bool = False
    ) -> Elaboration:
        """Elaborates one command of the file again with `edits` made inside it, and nothing after it."""
        edited = self._source.with_edits(edits)
        grown = len(edited.text.encode()) - len(self._source.text.encode())
        return await self.worker.elaborate(
            self.before(command),
            edited.text,
            start=command.start,
            stop=command.end + grown,
            holes=holes,
            wall_seconds=seconds,
        )


async def read_header(pool: Pool, source: SourceFile, worker: Worker | None = None) -> HeaderInfo:
    """A file's header, read by Lean. `UserError` (`parse_header`) where it does not parse."""
    if worker is not None:
        header = await worker.read_header(source.text)
    else:
        header = await pool.read_header(source.text)
    if header.errors:
        first = header.errors[0]
        raise UserError(
            f"{source.name}: the header does not parse: {first.text}", code="parse_header", hint=_place(first)
        )
    return header


def _place(message: Message) -> str:
    return f"line {message.start.line}" if message.start is not None else ""
