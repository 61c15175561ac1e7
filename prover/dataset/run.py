"""The tactics of a recorded run, from its events alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from prover.core.state import TacticState
from prover.dataset.episode import Episode, squeezed
from prover.dataset.line import Fields, Line, clean, line_at, lines
from prover.dataset.record import FAILED, LOST, PROGRESS, PROVED, REJECTED, RUN, SOLVED, TIMED_OUT, TacticRecord
from prover.events import RunFolder
from prover.events.codec import DecodeError, decode

#: Goals kept at hand while a log is gone through.
_KEPT = 4096

#: The source of a step that was found when the proof was made shorter.
_AFTERWARDS = "shorten"

_OUTCOMES = {
    "Progress": PROGRESS,
    "Solved": SOLVED,
    "Failed": FAILED,
    "TimedOut": TIMED_OUT,
    "Rejected": REJECTED,
    "Lost": LOST,
}


@dataclass(frozen=True, slots=True)
class _Verdict:
    code: str = ""
    scripts: tuple[str, ...] = ()


class RunLog:
    """The tactics of the run in the folder `path`; iterate over it as often as you like.

    Its log is read once when this is made, for the graphs of its searches and its verdicts, and once more for each
    iteration; texts are looked up in it and not kept. What is written to it in between is left out. A run that was cut
    off has the records up to there, none of them verified. Raises `UserError`: `no_run`, `corrupt_run`, `corrupt_log`.
    """

    def __init__(self, path: Path) -> None:
        folder = RunFolder.open(path)
        self.path = path
        self.lean_version = folder.spec.lean_version
        self.file = ", ".join(folder.spec.inputs)
        #: Whether the run has its result.
        self.finished = False
        self._log = path / "events.jsonl"
        self._end = 0
        self._episodes: defaultdict[str, list[Episode]] = defaultdict(list)
        self._verdicts: dict[str, _Verdict] = {}
        self._states: dict[tuple[str, str], int] = {}
        self._calls: dict[tuple[str, str, str], int] = {}
        for line in lines(self._log):
            self._take(line)
            self._end = line.offset + 1
        for episodes in self._episodes.values():
            for episode in episodes:
                episode.settle()

    def __iter__(self) -> Iterator[TacticRecord]:
        at: dict[str, int] = {}
        tell = _Teller(self)
        for line in lines(self._log, self._end):
            if line.kind == "SearchStarted":
                at[line.search] = at.get(line.search, -1) + 1
            if line.search in at:
                yield from tell(self._episodes[line.search][at[line.search]], line)

    # -- the first reading

    def _take(self, line: Line) -> None:
        fields = line.fields
        if line.kind == "SearchStarted":
            self._episodes[line.search].append(Episode(line.search, fields.text("name"), fields.flag("refuting")))
        elif line.kind == "Result":
            self.finished = True
            self._verdicts = {said.text("name"): _verdict(said) for said in fields.inners("targets")}
        if line.search not in self._episodes:
            return
        episode = self._episodes[line.search][-1]
        if line.kind == "StateSeen":
            self._states.setdefault((episode.name, fields.inner("state").text("fingerprint")), line.offset)
        elif line.kind == "LeanCall" and fields.text("outcome") in ("Progress", "Solved"):
            self._calls[episode.name, fields.text("state"), fields.text("tactic")] = line.offset
        else:
            episode.take(line)

    # -- looking up

    def goal(self, episode: Episode, node: int) -> str:
        """The goal of a node as it was printed."""
        return line_at(self._log, episode.opened[node]).fields.text("goal")

    def state(self, episode: Episode, fingerprint: str) -> TacticState | None:
        """A state in all its parts, where the log has it."""
        offset = self._states.get((episode.name, fingerprint))
        if offset is None:
            return None
        try:
            return decode(TacticState, _cleaned(line_at(self._log, offset).fields.inner("state").data))
        except DecodeError:
            return None

    def call(self, episode: Episode, fingerprint: str, tactic: str) -> Fields:
        """What Lean answered to a tactic that ran; empty where the log does not have it."""
        offset = self._calls.get((episode.name, fingerprint, tactic))
        return Fields(None) if offset is None else line_at(self._log, offset).fields

    def verdict(self, episode: Episode) -> tuple[str, bool]:
        """The verdict on the theorem, and whether it rests on the proof that this search found."""
        verdict = self._verdicts.get(episode.name, _Verdict())
        accepted = verdict.code == ("refuted" if episode.refuting else "proved")
        written = any(own in script for script in verdict.scripts for own in episode.scripts)
        return verdict.code, accepted and written


class _Teller:
    """Turns the lines of a log into records, in its second reading."""

    def __init__(self, log: RunLog) -> None:
        self._log = log
        self._frame: Callable[[Episode, int], TacticRecord] = lru_cache(_KEPT)(self._framed)
        self._shown: Callable[[Episode, str], str | None] = lru_cache(_KEPT)(self._show)

    def __call__(self, episode: Episode, line: Line) -> Iterator[TacticRecord]:
        fields = line.fields
        node, tactic = fields.whole("node"), fields.text("tactic")
        if line.kind == "TacticTried" and node in episode.opened:
            yield self._tried(episode, node, tactic, fields)
        elif line.kind == "CandidateRefused" and node in episode.opened:
            yield self._refused(episode, node, fields)
        elif line.kind in ("EdgeAdded", "Solved"):
            yield from self._untold(episode, fields)
        elif line.kind == "SearchEnded":
            for step in fields.inners("proof"):
                if step.text("source") == _AFTERWARDS:
                    yield from self._untold(episode, step)

    def _tried(self, episode: Episode, node: int, tactic: str, fields: Fields) -> TacticRecord:
        record = replace(
            self._frame(episode, node),
            tactic=tactic,
            outcome=_OUTCOMES.get(fields.text("outcome"), fields.text("outcome")),
            reason=fields.text("reason"),
            message=fields.text("text"),
            source=fields.text("source"),
            log_probability=fields.number("log_probability"),
            level=fields.whole("level", 0),
            heartbeats=fields.whole("heartbeats", 0),
        )
        return self._placed(episode, record, node) if record.outcome in (PROGRESS, SOLVED) else record

    def _refused(self, episode: Episode, node: int, fields: Fields) -> TacticRecord:
        """What was proposed and not tried."""
        return replace(
            self._frame(episode, node),
            tactic=fields.text("text"),
            outcome=REJECTED,
            reason=fields.text("reason"),
            source=fields.text("source"),
        )

    def _untold(self, episode: Episode, fields: Fields) -> Iterator[TacticRecord]:
        """A step that was no proposal of its own: a suggestion taken up, a shorter way found afterwards."""
        edge = episode.edges.get((fields.whole("node"), fields.text("tactic")))
        if edge is None or edge.told or not edge.tactic or edge.node not in episode.opened:
            return
        frame = self._frame(episode, edge.node)
        source = fields.text("source")
        record = replace(
            frame,
            tactic=edge.tactic,
            outcome=PROGRESS if edge.children else SOLVED,
            source=source,
            log_probability=None if source == _AFTERWARDS else fields.number("log_probability"),
            heartbeats=self._log.call(episode, frame.fingerprint, edge.tactic).whole("spent", 0),
        )
        yield self._placed(episode, record, edge.node)

    def _placed(self, episode: Episode, record: TacticRecord, node: int) -> TacticRecord:
        """With what a tactic that ran led to."""
        call = self._log.call(episode, record.fingerprint, record.tactic)
        edge = episode.edges.get((node, record.tactic))
        solved = record.outcome == SOLVED
        return replace(
            record,
            after="" if solved else self._shown(episode, call.text("after")),
            led_to=PROVED if solved else episode.led_to(node, record.tactic),
            on_proof=edge is not None and edge.on_proof,
            remaining=1 if solved else None if edge is None else edge.remaining,
            used=call.texts("uses"),
        )

    def _framed(self, episode: Episode, node: int) -> TacticRecord:
        """What all tactics at a node have in common."""
        log = self._log
        fingerprint = episode.states.get(node, "")
        state = log.state(episode, fingerprint)
        verdict, verified = log.verdict(episode)
        return TacticRecord(
            state=log.goal(episode, node),
            tactic="",
            outcome="",
            depth=episode.depths.get(node),
            verified=verified,
            verdict=verdict,
            theorem=episode.name,
            refuting=episode.refuting,
            offered=episode.offered.get(node, ()),
            goals=() if state is None else state.goals,
            fingerprint=fingerprint,
            origin=RUN,
            search=episode.search,
            file=log.file,
            lean_version=log.lean_version,
        )

    def _show(self, episode: Episode, fingerprint: str) -> str | None:
        state = self._log.state(episode, fingerprint)
        return None if state is None else str(state)


def _verdict(said: Fields) -> _Verdict:
    scripts = tuple(squeezed(script) for script in said.texts("scripts"))
    return _Verdict(said.inner("verdict").text("code"), scripts)


def _cleaned(data: Any) -> Any:
    """JSON data whose texts UTF-8 can carry."""
    if isinstance(data, str):
        return clean(data)
    if isinstance(data, dict):
        return {key: _cleaned(item) for key, item in data.items()}  # pyright: ignore[reportUnknownVariableType]
    if isinstance(data, list):
        return [_cleaned(item) for item in data]  # pyright: ignore[reportUnknownVariableType]
    return data
