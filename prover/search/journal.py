"""The searches of one run on record: they go on where the record ends, and are not done twice."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from prover.core.budget import Budget
from prover.events import Event, Opaque, Recorder, Sink, next_sequences
from prover.generate import TacticGenerator
from prover.search.loop import search
from prover.search.recorded import RecordedGenerator, RecordedRunner
from prover.search.replies import (
    Focused,
    LeanCall,
    ModelCall,
    Replies,
    ScriptCut,
    SearchOutcome,
    SearchStarted,
    Signatures,
    StateSeen,
)
from prover.search.result import SearchResult
from prover.search.runner import Handle, Runner
from prover.search.settings import Observer

#: Answers are kept in memory for this many goals: a goal is searched at again soon or never.
_KEPT = 16


@dataclass(slots=True)
class _Past:
    """What the log holds of one search."""

    replies: list[object] = field(default_factory=list[object])
    outcome: SearchOutcome | None = None
    #: The number of its other events, which a search that is done again brings forth again.
    noted: int = 0


class Journal:
    """Writes what searches learn to `sink` and answers from `events`, the log so far, what it holds already.

    Searches are told apart by name and number: the second search under a name is its second in every run. Searches
    under one name at the same goal share their answers, so a search that is taken up again repeats no tactic. Without a
    sink that is all a journal does.
    """

    def __init__(self, sink: Sink | None = None, events: Iterable[Event] = ()) -> None:
        self._sink = sink
        self._opened: Counter[str] = Counter()
        self._past: dict[str, _Past] = {}
        self._replies: dict[tuple[str, str, tuple[str, ...]], Replies] = {}
        seen: list[Event] = []
        for event in events:
            seen.append(Event(event.search, event.sequence, 0.0, None, event.kind, event.version, None))
            past = self._past.setdefault(event.search, _Past())
            match event.payload:
                case SearchOutcome():
                    past.outcome = event.payload
                case SearchStarted() | StateSeen() | LeanCall() | Focused() | ScriptCut() | Signatures() | ModelCall():
                    past.replies.append(event.payload)
                case _:
                    past.noted += 1
        self._next = next_sequences(seen)

    def chapter(self, name: str) -> Chapter:
        """The next search under this name."""
        self._opened[name] += 1
        search = f"{name}#{self._opened[name]}"
        recorder = None
        if self._sink is not None:
            recorder = Recorder(self._sink, search, start=self._next.get(search, 0))
        return Chapter(self, name, search, recorder, self._past.get(search, _Past()))

    def replies(self, started: SearchStarted) -> Replies:
        """The answers known at one goal, from this run or its log."""
        key = started.name, started.root, started.avoid
        found = self._replies.pop(key, None)
        if found is None:
            found = Replies()
            for past in self._past.values():
                if past.replies and past.replies[0] == started:
                    for event in past.replies:
                        found.take(event)
        self._replies[key] = found
        while len(self._replies) > _KEPT:
            del self._replies[next(iter(self._replies))]
        return found


class Chapter:
    """One search in a journal. `search`: what its events are recorded under. `outcome`: how it ended, if the log
    knows; it need not be done then."""

    def __init__(self, journal: Journal, name: str, search: str, recorder: Recorder | None, past: _Past) -> None:
        self.name = name
        self.search = search
        self.outcome = past.outcome
        self._journal = journal
        self._recorder = recorder
        self._past = past
        self._skip = past.noted

    def begin(self, root: str, avoid: tuple[str, ...] = (), *, refuting: bool = False, seconds: float = 0.0) -> Replies:
        """The answers known at the goal with the fingerprint `root`. The other facts are as in `SearchStarted`."""
        started = SearchStarted(self.name, root, avoid, refuting, seconds)
        if not self._past.replies:
            self._record(started)
        elif self._past.replies[0] != started:
            # Another goal than the log has under this number: a search before this one took another course. What the
            # log says of it does not apply; `started` says where that part ends.
            self._skip = 0
            self._record(started)
        return self._journal.replies(started)

    def runner(self, inner: Runner[Handle], replies: Replies) -> RecordedRunner[Handle]:
        return RecordedRunner(inner, replies, self._record)

    def generator(self, inner: TacticGenerator, replies: Replies) -> RecordedGenerator:
        return RecordedGenerator(inner, replies, self._record)

    def observe(self, kind: str, payload: dict[str, Any]) -> None:
        """Notes an event of the search, unless it is one that the log has from before."""
        if self._skip:
            self._skip -= 1
        else:
            self._record(Opaque(kind, 1, payload))

    def end(self, outcome: SearchOutcome) -> None:
        self._record(outcome)

    def _record(self, payload: object) -> None:
        if self._recorder is not None:
            self._recorder.record(payload)


async def search_on_record(
    chapter: Chapter,
    runner: Runner[Handle],
    generator: TacticGenerator,
    *,
    budget: Budget,
    avoid: tuple[str, ...] = (),
    refuting: bool = False,
    record_candidates: bool = True,
    observer: Observer = lambda kind, payload: None,
    **options: Any,
) -> SearchResult:
    """`search` (which takes the `options`) as a chapter of a journal: it goes on where the log ends.

    `avoid`: what a proof must not use; part of the question. `refuting`: the goal is the negation of what the chapter
    is named for. `record_candidates=False` for a generator that gives the same answer whenever it is asked. `observer`
    gets the search's events, `SearchStarted` first, each with the `search` it belongs to. Who has a chapter with an
    `outcome` need not call this.
    """

    def observe(kind: str, payload: dict[str, Any]) -> None:
        chapter.observe(kind, payload)
        tell(kind, payload)

    def tell(kind: str, payload: dict[str, Any]) -> None:
        observer(kind, {"search": chapter.search, **payload})

    _, state = await runner.root()
    seconds = budget.seconds or 0.0
    tell("SearchStarted", {"name": chapter.name, "refuting": refuting, "seconds": seconds})
    replies = chapter.begin(state.fingerprint, avoid, refuting=refuting, seconds=seconds)
    if record_candidates:
        generator = chapter.generator(generator, replies)
    result = await search(chapter.runner(runner, replies), generator, budget=budget, observer=observe, **options)
    counts = dataclasses.asdict(result.statistics) | {"seconds": result.seconds}
    first = None if result.first_script == result.script else result.first_script
    chapter.end(SearchOutcome(result.stop, result.script, counts, first))
    return result
