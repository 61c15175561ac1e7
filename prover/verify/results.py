"""The results file of a run over many submissions: an event log (`prover.events`) with one line an item.

It survives a kill at any byte. An item whose key stands in it is done, unless its verdict was that the
machinery failed, or the run that judged it believed a canary afterwards.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from prover.core.errors import UserError
from prover.events.event import Event
from prover.events.log import EventLog, read_events
from prover.events.payload import payload
from prover.events.recorder import Recorder

_SEARCH = "check"
_BEGINNING = b'{"search":"check",'


@dataclass(frozen=True, slots=True)
class Resources:
    """What one item took. `seconds`: wall, in total and by part; `cpu_seconds` and `peak_mb`: of the Lean processes
    while the item held them (starts and imports not counted); `processes`: those it was the first to use."""

    seconds: float = 0.0
    parts: Mapping[str, float] = field(default_factory=dict[str, float])
    cpu_seconds: float = 0.0
    peak_mb: float = 0.0
    processes: int = 0


@payload("ItemJudged")
@dataclass(frozen=True, slots=True)
class ItemJudged:
    """The verdicts on one item, by target: each its code, evidence and report. `code` sums them up: the first that
    is not as good as can be. `attempts`: how often it was judged; `starved`: its time-out came on a busy machine;
    `repeats`: the item of the same content that was judged in its place."""

    key: str
    name: str
    code: str
    accepted: bool
    verdicts: Mapping[str, Any]
    resources: Resources = Resources()
    attempts: int = 1
    starved: bool = False
    repeats: str = ""


@payload("CanaryJudged")
@dataclass(frozen=True, slots=True)
class CanaryJudged:
    """A submission known to be no proof was judged. `held`: it was refused for its own sake. `began`: the sequence
    number of the next event when its check began; results before it are confirmed."""

    name: str
    code: str
    held: bool
    began: int


@payload("ResultsDoubted")
@dataclass(frozen=True, slots=True)
class ResultsDoubted:
    """A canary was believed: what these keys' lines above say is not to be trusted."""

    canary: str
    code: str
    keys: tuple[str, ...]


class Results:
    """Reads what is there and appends. Use as a context manager.

    `latest`: the last result by key, doubted ones left out. Raises `UserError`: `run_in_use` when another
    process writes the file, `corrupt_log` and `no_results` for a file that is something else (left as it is).
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.latest: dict[str, ItemJudged] = {}
        self._unconfirmed: list[tuple[int, ItemJudged]] = []
        self._next = 0
        if path.exists():
            _must_be_results(path)
            for event in read_events(path):
                self._note(event)
        self._log = EventLog(path)
        self._recorder = Recorder(self._log, _SEARCH, start=self._next)

    def __enter__(self) -> Results:
        return self

    def __exit__(self, *_: object) -> None:
        self._log.close()

    def is_done(self, key: str) -> bool:
        """Whether an item need not be judged again."""
        return key in self.latest and self.latest[key].code != "infrastructure"

    @property
    def position(self) -> int:
        """The sequence number of the next event."""
        return self._next

    @property
    def unconfirmed(self) -> tuple[ItemJudged, ...]:
        """The results recorded since the last canary that held began."""
        return tuple(result for _, result in self._unconfirmed)

    def record(self, event: ItemJudged | CanaryJudged | ResultsDoubted) -> None:
        """Appends one line; it has reached the operating system when this returns."""
        self._note(self._recorder.record(event))

    def _note(self, event: Event) -> None:
        self._next = event.sequence + 1
        match event.payload:
            case ItemJudged() as result:
                self.latest[result.key] = result
                self._unconfirmed.append((event.sequence, result))
            case CanaryJudged(held=True, began=began):
                self._unconfirmed = [(at, result) for at, result in self._unconfirmed if at >= began]
            case ResultsDoubted(keys=keys):
                for key in keys:
                    self.latest.pop(key, None)
                self._unconfirmed.clear()
            case _:
                pass


def _must_be_results(path: Path) -> None:
    """Refuses a file whose last line would be taken for a cut one and removed."""
    try:
        with path.open("rb") as file:
            beginning = file.read(len(_BEGINNING))
    except OSError as error:
        raise UserError(f"cannot read the results {path}: {error.strerror}", code="unreadable") from None
    if not _BEGINNING.startswith(beginning):
        raise UserError(f"{path} is no results file", code="no_results", hint="choose another --out")
