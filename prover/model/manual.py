"""A model that is a person, or another program: questions are shown, answers are waited for."""

from __future__ import annotations

import asyncio
import contextlib
import re
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from prover.core.errors import ModelError, SetupError, UserError
from prover.events.atomic import write_atomically
from prover.model.answer import Answer, Sample
from prover.model.capacity import Capacity
from prover.model.query import Query

_REQUEST = re.compile(r"(\d{4,})\.(request|reply)\.md")
_KEY = re.compile(r"<!-- leap-prover question ([0-9a-f]{64}) -->")
_POLL_SECONDS = 0.1
_LONGEST_BYTES = 4 << 20
#: A line that ends an answer on the terminal.
_END = "."


class FolderModel:
    """Writes each question into `folder` as NNNN.request.md, whole or not at all, and waits for NNNN.reply.md.

    A reply counts once it is not blank and stays the same for a moment; who writes it bit by bit gives it another name
    first and then renames it. A question that was asked before, in an earlier run too, keeps its number, and its reply
    if it has one. One answer each, whatever `n` says; no deadline. The folder is made where it is not there. One run at
    a time. Raises `UserError` (`run_in_use`), `SetupError` (`manual_folder`) where it cannot be written.
    """

    def __init__(self, folder: Path) -> None:
        from filelock import FileLock, Timeout

        self.name = f"manual/{folder}"
        self.capacity = Capacity(batch=1, calls=64)
        self.folder = folder
        self._lock = FileLock(folder / ".lock", timeout=0)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._lock.acquire()
            self._numbers, self._next = _asked(folder)
        except Timeout:
            hint = "wait for it, or use another folder"
            raise UserError(f"another run asks its questions in {folder}", code="run_in_use", hint=hint) from None
        except OSError as error:
            raise SetupError(f"{folder} cannot be used: {error.strerror or error}", code="manual_folder") from None

    async def answer(self, queries: Sequence[Query]) -> list[Answer | ModelError]:
        """As `LanguageModel.answer`; waits as long as it takes."""
        return list(await asyncio.gather(*(self._one(query) for query in queries)))

    async def _one(self, query: Query) -> Answer | ModelError:
        began = time.monotonic()
        number = self._ask(query)
        reply = self.folder / f"{number}.reply.md"
        before: str | None = None
        while True:
            text = _read(reply)
            if text is not None and text.strip() and text == before:
                return Answer((Sample(text),), seconds=time.monotonic() - began)
            before = text
            await asyncio.sleep(_POLL_SECONDS)

    def _ask(self, query: Query) -> str:
        """The number under which a question stands in the folder."""
        number = self._numbers.get(query.key)
        if number is None:
            number = f"{self._next:04}"
            self._next += 1
            write_atomically(self.folder / f"{number}.request.md", _request(query, number))
            self._numbers[query.key] = number
        return number

    async def close(self) -> None:
        """Lets another run use the folder. Closing twice is harmless."""
        self._lock.release()


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


def _asked(folder: Path) -> tuple[dict[str, str], int]:
    """The numbers of the questions that stand in a folder, by key; the number of the next one."""
    numbers: dict[str, str] = {}
    most = 0
    for file in sorted(folder.iterdir()):
        found = _REQUEST.fullmatch(file.name)
        if found is None:
            continue
        most = max(most, int(found[1]))
        head = _KEY.match(_read(file) or "") if found[2] == "request" else None
        if head is not None:
            numbers.setdefault(head[1], found[1])
    return numbers, most + 1


def _read(file: Path) -> str | None:
    """What stands in a file, if there is one; the first megabytes."""
    try:
        with file.open("rb") as stream:
            return stream.read(_LONGEST_BYTES).decode(errors="replace")
    except OSError:
        return None


def _request(query: Query, number: str) -> str:
    return f"<!-- leap-prover question {query.key} -->\n{_question(query, number)}\nAnswer in {number}.reply.md.\n"


def _question(query: Query, number: str) -> str:
    """A question for people to read: who says what, then what is wanted."""
    said = [(turn.role, turn.content) for turn in query.turns] or [("prompt", query.prompt)]
    parts = [f"# Question {number}", *(f"## {role}\n\n{content.strip()}" for role, content in said)]
    text = "\n\n".join([*parts, "## answer\n"])
    return text.encode(errors="replace").decode()
