"""A folder in which a run puts its questions, and a person or another program the answers."""

from __future__ import annotations

import re
from pathlib import Path

from prover.core.errors import SetupError, UserError
from prover.events.atomic import write_atomically

_FILE = re.compile(r"(\d{4,})\.(request|reply)\.md")
_NUMBER = re.compile(r"^\d{4,}$", re.MULTILINE)
_KEY = re.compile(r"<!-- leap-prover question ([0-9a-f]{64}) -->\n")
_WHERE = re.compile(r"(?:\n## answer\n)?\nAnswer in \d{4,}\.reply\.md\.\n\Z")
_LONGEST_BYTES = 4 << 20
#: Who looks whether the folder is in use holds its lock for a moment.
_LOCK_SECONDS = 1.0


class QuestionFolder:
    """NNNN.request.md holds a question, NNNN.reply.md its answer; numbers go by the order in which was asked.

    `.lock` is held while a run has the folder; `.waiting` lists the numbers that it waits for.
    """

    def __init__(self, path: Path) -> None:
        from filelock import FileLock

        self.path = path
        self._lock = FileLock(path / ".lock", thread_local=False)
        self._numbers: dict[str, str] = {}
        self._next = 1
        self._waiting: list[str] = []

    # --- for a run

    def open(self) -> None:
        """Makes the folder where it is not there, and takes it for one run. Raises `UserError` (`run_in_use`),
        `SetupError` (`manual_folder`) where it cannot be written."""
        from filelock import Timeout

        try:
            self.path.mkdir(parents=True, exist_ok=True)
            self._lock.acquire(timeout=_LOCK_SECONDS)
            self._numbers, self._next = _asked(self.path)
            self._wait_for([])
        except Timeout:
            hint = "wait for it, or use another folder"
            raise UserError(f"another run asks its questions in {self.path}", code="run_in_use", hint=hint) from None
        except OSError as error:
            reason = error.strerror or error
            raise SetupError(f"{self.path} cannot be used: {reason}", code="manual_folder") from None

    def close(self) -> None:
        """Lets another run use the folder. Closing twice is harmless."""
        self._lock.release()

    def next_number(self, key: str) -> str:
        """The number of the question with this key: that under which it was asked before, else a new one."""
        return self._numbers.get(key) or f"{self._next:04}"

    def ask(self, key: str, text: str) -> str:
        """Writes a question, whole or not at all; gives its number. One that was asked before stays as it is."""
        number = self.next_number(key)
        if key not in self._numbers:
            self._next += 1
            whole = f"<!-- leap-prover question {key} -->\n{text}\nAnswer in {number}.reply.md.\n"
            write_atomically(self.path / f"{number}.request.md", whole)
            self._numbers[key] = number
        self._wait_for([*self._waiting, number])
        return number

    def leave(self, number: str) -> None:
        """A question is not waited for any more: it was answered, or nobody needs the answer now."""
        self._wait_for([n for n in self._waiting if n != number])

    def _wait_for(self, numbers: list[str]) -> None:
        self._waiting = numbers
        write_atomically(self.path / ".waiting", "".join(f"{number}\n" for number in numbers))

    # --- for who answers

    @property
    def in_use(self) -> bool:
        """Whether a run asks its questions here now."""
        from filelock import Timeout

        if not self.path.is_dir():
            return False
        try:
            with self._lock.acquire(timeout=0):
                return False
        except Timeout:
            return True

    def waiting(self) -> list[str]:
        """The numbers of the questions that the run in the folder waits for, oldest first."""
        numbers = sorted(set(_NUMBER.findall(_read(self.path / ".waiting") or "")), key=int)
        return [number for number in numbers if self.answer(number) is None]

    def question(self, number: str) -> str:
        """The text of a question as it was asked."""
        return _WHERE.sub("\n", _KEY.sub("", _read(self.path / f"{number}.request.md") or "", count=1))

    def answer(self, number: str) -> str | None:
        """The answer to a question, as far as it is written; None while there is none. A blank one is none."""
        text = _read(self.path / f"{number}.reply.md")
        return text if text is not None and text.strip() else None

    def reply(self, number: str, text: str) -> bool:
        """Answers a question; False, and nothing is changed, where it has an answer already."""
        if self.answer(number) is not None:
            return False
        write_atomically(self.path / f"{number}.reply.md", text)
        return True


def _asked(folder: Path) -> tuple[dict[str, str], int]:
    """The numbers of the questions that stand in a folder, by key; the number of the next one."""
    numbers: dict[str, str] = {}
    most = 0
    for file in sorted(folder.iterdir()):
        found = _FILE.fullmatch(file.name)
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
