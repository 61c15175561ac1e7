"""A model that is a person, or another program: questions are shown, answers are waited for."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from prover.core.errors import ModelError
from prover.model.answer import Answer, Sample
from prover.model.capacity import Capacity
from prover.model.query import Query
from prover.model.question_folder import QuestionFolder

_POLL_SECONDS = 0.1
#: A line that ends an answer on the terminal.
_END = "."


class FolderModel:
    """Writes each question into `folder` as NNNN.request.md, whole or not at all, and waits for NNNN.reply.md.

    A reply counts once it is not blank and stays the same for a moment; who writes it bit by bit gives it another name
    first and then renames it. A question that was asked before, in an earlier run too, keeps its number, and its reply
    if it has one. One answer each, whatever `n` says; no deadline. The folder is made where it is not there. One run at
    a time. Raises as `QuestionFolder.open`.
    """

    def __init__(self, folder: Path) -> None:
        self.name = f"manual/{folder}"
        self.capacity = Capacity(batch=1, calls=64)
        self._folder = QuestionFolder(folder)
        self._folder.open()

    async def answer(self, queries: Sequence[Query]) -> list[Answer | ModelError]:
        """As `LanguageModel.answer`; waits as long as it takes."""
        return list(await asyncio.gather(*(self._one(query) for query in queries)))

    async def _one(self, query: Query) -> Answer | ModelError:
        began = time.monotonic()
        number = self._folder.ask(query.key, _question(query, self._folder.next_number(query.key)))
        before: str | None = None
        try:
            while (text := self._folder.answer(number)) is None or text != before:
                before = text
                await asyncio.sleep(_POLL_SECONDS)
        finally:
            self._folder.leave(number)
        return Answer((Sample(text),), seconds=time.monotonic() - began)

    async def close(self) -> None:
        """Lets another run use the folder. Closing twice is harmless."""
        self._folder.close()


class TerminalModel:
    """Shows each question on `sink`, one at a time, and reads the answer from `source`, up to a line with a dot alone
    (default: standard output and input). After the end of `source` every question is a `ModelError` (`no_answer`)."""

    name = "manual/-"

    def __init__(self, source: TextIO | None = None, sink: TextIO | None = None) -> None:
        self.capacity = Capacity(batch=1, calls=1)
        self._source = source
        self._sink = sink
        self._lines: asyncio.Queue[str | None] = asyncio.Queue()
        self._turn = asyncio.Lock()
        self._reader: threading.Thread | None = None
        self._asked = 0
        self._ended = False

    async def answer(self, queries: Sequence[Query]) -> list[Answer | ModelError]:
        """As `LanguageModel.answer`, one question after the other."""
        return [await self._one(query) for query in queries]

    async def _one(self, query: Query) -> Answer | ModelError:
        began = time.monotonic()
        async with self._turn:
            self._listen()
            self._asked += 1
            sink = self._sink or sys.stdout
            sink.write(f"{_question(query, f'{self._asked:04}')}\n(The answer ends with a line that is a dot.)\n")
            sink.flush()
            text = await self._text()
        if not text.strip():
            return ModelError("nobody answers: the input has ended", code="no_answer")
        return Answer((Sample(text),), seconds=time.monotonic() - began)

    async def _text(self) -> str:
        lines: list[str] = []
        while not self._ended:
            line = await self._lines.get()
            if line is None:
                self._ended = True
            elif line.strip() == _END:
                if any(said.strip() for said in lines):
                    break
            else:
                lines.append(line)
        return "".join(lines)

    def _listen(self) -> None:
        """Reads in a thread of its own that no end of the program waits for."""
        if self._reader is None:
            loop = asyncio.get_running_loop()
            self._reader = threading.Thread(target=self._read, args=(loop,), daemon=True)
            self._reader.start()

    def _read(self, loop: asyncio.AbstractEventLoop) -> None:
        line: str | None = ""
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody asks any more
            while line is not None:
                try:
                    line = (self._source or sys.stdin).readline() or None
                except (OSError, ValueError):
                    line = None
                loop.call_soon_threadsafe(self._lines.put_nowait, line)

    async def close(self) -> None:
        """Nothing is to be freed."""


def _question(query: Query, number: str) -> str:
    """A question for people to read: who says what, then what is wanted."""
    said = [(turn.role, turn.content) for turn in query.turns] or [("prompt", query.prompt)]
    parts = [f"# Question {number}", *(f"## {role}\n\n{content.strip()}" for role, content in said)]
    text = "\n\n".join([*parts, "## answer\n"])
    return text.encode(errors="replace").decode()
