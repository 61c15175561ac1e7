"""The journal of a session: every action as an event, on disk before the next one; taken up again without loss."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from prover.core.errors import UserError
from prover.core.position import Span
from prover.core.state import TacticState
from prover.events import Event, EventLog, Recorder, next_sequences, payload, read_events
from prover.lean.source import SourceFile
from prover.session.document import Document
from prover.session.snapshot import Snapshot
from prover.session.steps import Step, Verb, first, take
from prover.session.versions import Versions

_SEARCH = "session"
_Payload = TypeVar("_Payload")


@payload("SessionBegan")
@dataclass(frozen=True, slots=True)
class Began:
    """`text`: the file as it was, byte order mark and line ends included. `hole`, `command`: first and last byte of the
    hole and of the declaration around it, in the text as Lean reads it. `lean`: its version."""

    file: str
    text: str
    label: str
    hole: tuple[int, int]
    command: tuple[int, int]
    tactic: bool
    lean: str = ""
    engine: str = ""


@payload("SessionSaving")
@dataclass(frozen=True, slots=True)
class Saving:
    """The file is about to be written; `digest`: SHA-256 of what."""

    digest: str


@payload("SessionSaid")
@dataclass(frozen=True, slots=True)
class Said:
    """A line that was typed, and what was answered."""

    line: str
    answer: str
    accepted: bool = True


@dataclass
class Past:
    """A session as its journal tells it. `digests`: what the file may hold if nobody else wrote it, oldest first."""

    began: Began
    document: Document
    versions: Versions[Snapshot]
    digests: list[str]
    events: list[Event] = field(repr=False, default_factory=list[Event])


class Journal:
    """The file that a session is written to. One process at a time: `UserError` (`run_in_use`) for a second one."""

    def __init__(self, path: Path, *, past: Iterable[Event] = ()) -> None:
        self.path = path
        self._log = EventLog(path)
        self._recorder = Recorder(self._log, _SEARCH, start=next_sequences(past).get(_SEARCH, 0))

    def record(self, happened: Began | Step | Saving | Said) -> None:
        """Writes one event; it survives the death of this process. Raises `OSError` where the disk takes it not."""
        self._recorder.record(happened)

    def close(self) -> None:
        self._log.close()


def journals(path: Path) -> list[Path]:
    """The journals of the sessions on a file, oldest first."""
    found: list[Path] = []
    while (following := _numbered(path, len(found) + 1)).exists():
        found.append(following)
    return found


def next_journal(path: Path) -> Path:
    """Where the next session on a file is written."""
    return _numbered(path, len(journals(path)) + 1)


def _numbered(path: Path, number: int) -> Path:
    return path.parent / f"{path.stem}.session{'' if number == 1 else f'-{number}'}.jsonl"


def read_past(path: Path, file: Path) -> Past | None:
    """The session in a journal, at the file `file`; None where it was cut before it began.

    Raises `UserError`: `no_log`, `corrupt_log`, `bad_step` for a journal that is none of ours.
    """
    return past(list(read_events(path)), file)


def past(events: list[Event], file: Path) -> Past | None:
    """The session that `events` tell of; None where they do not reach its beginning."""
    opened = next(_of(events, Began), None)
    steps = list(_of(events, Step))
    if opened is None or not steps:
        return None
    state: TacticState | None = steps[0].state
    if steps[0].verb is not Verb.BEGIN or state is None:
        raise UserError("the journal does not begin with a goal", code="bad_step")
    versions = first(state)
    for step in steps[1:]:
        take(versions, step)
    source = SourceFile(str(file), opened.text.encode(), file)
    document = Document(source, Span(*opened.hole), opened.tactic, Span(*opened.command))
    digests = [source.digest, *(saving.digest for saving in _of(events, Saving))]
    return Past(opened, document, versions, digests, events)


def _of(events: Iterable[Event], kind: type[_Payload]) -> Iterator[_Payload]:
    return (event.payload for event in events if isinstance(event.payload, kind))
