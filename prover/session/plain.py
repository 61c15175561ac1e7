"""A session line by line: for screen readers, scripts and terminals that can do nothing else."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from typing import Any, TextIO, TypeVar

from prover.core.visible import visible
from prover.session import view
from prover.session.front import Front

_PROMPT = "> "
#: How long `suggest` waits for the first ones.
_PATIENCE = 20.0
_ENOUGH = 5


_Result = TypeVar("_Result")


class _Interrupted(Exception):
    """Ctrl-C was pressed."""


class Lines:
    """Lines of a stream, read in a thread, so that waiting for one keeps nothing else from its work."""

    def __init__(self, stream: TextIO) -> None:
        self._queue: asyncio.Queue[str | None] = asyncio.Queue()
        loop = asyncio.get_running_loop()

        def read() -> None:
            with suppress(RuntimeError):  # the loop is closed: nobody waits for lines any more
                try:
                    for line in iter(stream.readline, ""):
                        loop.call_soon_threadsafe(self._queue.put_nowait, line)
                except (OSError, ValueError):
                    pass  # the stream is closed, or broken: its end
                loop.call_soon_threadsafe(self._queue.put_nowait, None)

        threading.Thread(target=read, daemon=True).start()

    async def next(self) -> str | None:
        """The next line without its end; None at the end."""
        line = await self._queue.get()
        return None if line is None else line.rstrip("\r\n")


class Plain:
    """A session over two streams. Nothing is printed while a line is awaited: what came by itself stands before
    the next prompt. `echo`: lines are shown as they are read, where no terminal does that."""

    def __init__(self, front: Front, lines: Lines, out: TextIO, *, echo: bool = False) -> None:
        self._echo = echo
        self._front = front
        self._lines = lines
        self._out = out
        self._interrupts = 0
        self._running: asyncio.Future[Any] | None = None

    async def run(self) -> int:
        """Until `quit` or the end of the input: 0; 130 when it was interrupted twice."""
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGINT, self._interrupt)
        try:
            desk = self._front.desk
            self._say(view.goals(desk.now, desk.label))
            desk.look()
            while not self._front.ended:
                self._say(self._front.news())
                self._out.write(_PROMPT)
                self._out.flush()
                try:
                    line = await self._interruptible(self._lines.next())
                except _Interrupted:
                    if self._interrupts > 1:
                        return 130
                    self._say(["", "interrupted; once more ends the session (all is saved)"])
                    continue
                self._interrupts = 0
                if line is None:
                    self._say([""])
                    return 0
                if self._echo:
                    self._say([visible(line)])
                await self._answer(line)
            return 0
        finally:
            loop.remove_signal_handler(signal.SIGINT)

    async def _answer(self, line: str) -> None:
        front = self._front
        try:
            if line.strip().removeprefix(":") == "suggest":
                await self._interruptible(self._suggestions())
            answer = await self._interruptible(front.answer(line))
        except _Interrupted:
            self._say(["", "given up; nothing is lost"])
            return
        self._say(answer.lines if answer.accepted else _refused(answer.lines))
        if answer.accepted and front.shows_goals(line):
            self._say(view.goals(front.desk.now, front.desk.label))

    async def _suggestions(self) -> None:
        """Waits until there are some worth reading."""
        found = self._front.desk.suggestions
        for _ in range(int(_PATIENCE * 10)):
            if not found.busy or len(found.found) >= _ENOUGH:
                return
            await asyncio.sleep(0.1)

    async def _interruptible(self, work: Coroutine[Any, Any, _Result]) -> _Result:
        """Raises `_Interrupted` when the person presses ctrl-C meanwhile."""
        running = self._running = asyncio.ensure_future(work)
        try:
            return await running
        except asyncio.CancelledError:
            current = asyncio.current_task()
            if current is not None and current.cancelling():
                raise
            raise _Interrupted from None
        finally:
            self._running = None

    def _interrupt(self) -> None:
        self._interrupts += 1
        if self._running is not None:
            self._running.cancel()

    def _say(self, lines: Sequence[str]) -> None:
        for line in lines:
            self._out.write(line + "\n")
        self._out.flush()


def _refused(lines: Sequence[str]) -> list[str]:
    return [f"! {line}" if not number else f"  {line}" for number, line in enumerate(lines)]
